/**
 * One open Dockerfile: its text, its settings, its build context and the answers from them. What
 * the editor asks is answered in memory, at once; files are read beside it, and whoever listens is
 * told when that changed the answers.
 */
import type { Analysis } from "../core/analysis/analyse.js";
import { analyse, compareWith, neededFiles } from "../core/analysis/analyse.js";
import type { View } from "../core/analysis/view.js";
import { type BuildDefinition, contextFolder } from "../core/build/definition.js";
import { recordBuild } from "../core/cache/record.js";
import type { Baseline } from "../core/cache/records.js";
import { lastBuild, transferOf } from "../core/cache/state.js";
import { type DocumentPlace, editorDefinition } from "../core/definitions/editorDefinition.js";
import { simulationLog } from "../core/documents/simulationLog.js";
import type { Cancellation, Result } from "../core/host.js";
import { parseDockerfile } from "../core/syntax/parse.js";
import type { Dockerfile } from "../core/syntax/syntax.js";
import { say } from "../core/text/say.js";
import { summarySentence } from "../core/words/summary.js";
import { sha256 } from "../host/digest.js";
import { pathRules } from "../host/paths.js";
import type { ContextPlace } from "../host/project.js";
import type { StateStore } from "../host/stateStore.js";
import type { BuildChoice, SimulateResult } from "../protocol.js";
import { ContextFiles } from "./contextFiles.js";
import { defaultSettings, type Settings } from "./settings.js";

export interface SessionHost {
  readonly store: StateStore;
  /** The answers may have changed, or reading has begun or ended. */
  changed(session: Session): void;
  /** Reads an ignore file, as the editor shows it where it is open there. */
  readText(file: string): Result<string>;
  /** False: text and files are read, and no program is asked. */
  readonly isTrusted: boolean;
  /** Whether the editor reports changes in a folder. */
  isWatched(folder: string): boolean;
  /** A sentence for the user, such as a state file that was set aside. */
  tell(message: string): void;
  log(message: string): void;
}

export interface SimulateProgress {
  report(message: string): void;
}

export class Session {
  readonly place: DocumentPlace;
  readonly #host: SessionHost;
  #dockerfile: Dockerfile;
  #version: number;
  #settings: Settings = defaultSettings;
  #choice: BuildChoice | null = null;
  readonly #files: ContextFiles;
  #view: View | null = null;
  /** The last simulated build, as long as it is shown. */
  #result: { readonly keys: readonly (string | null)[]; readonly before: Baseline } | null = null;
  /** Reading goes on: each request of it is a number, the last one counts. */
  #reading = 0;
  #busy = false;
  #closed = false;

  constructor(place: DocumentPlace, text: string, version: number, host: SessionHost) {
    this.place = place;
    this.#host = host;
    this.#files = new ContextFiles(host.readText, () => host.isTrusted);
    this.#dockerfile = parseDockerfile(text);
    this.#version = version;
  }

  get version(): number {
    return this.#version;
  }

  get settings(): Settings {
    return this.#settings;
  }

  get isBusy(): boolean {
    return this.#busy;
  }

  /** What is wrong with the build context; empty: nothing. */
  get contextProblem(): string {
    return this.#files.problem;
  }

  /** False: changes in the context show only when it is read again. */
  get isContextWatched(): boolean {
    const folder = this.contextFolder;
    return folder !== null && this.#host.isWatched(folder);
  }

  /** Absolute path of the build context; null: there is none. */
  get contextFolder(): string | null {
    return contextFolder(this.#definition);
  }

  /** What the answers are about. */
  get #definition(): BuildDefinition {
    return editorDefinition(this.#settings, this.#choice, this.place, pathRules);
  }

  /** The text of the editor changed. Nothing is read here. */
  update(text: string, version: number): void {
    this.#dockerfile = parseDockerfile(text);
    this.#version = version;
    this.#invalidate();
    this.#settleLater();
  }

  /** New settings take effect at once; the context is opened anew where they name another one. */
  async configure(settings: Settings): Promise<void> {
    const folder = this.contextFolder;
    const { builder } = this.#definition;
    this.#settings = settings;
    this.#invalidate();
    const isOther = folder !== this.contextFolder || builder !== this.#definition.builder;
    if (isOther || this.#files.shown === null) await this.rescan();
    else await this.#settle();
    this.#host.changed(this);
  }

  choose(choice: BuildChoice): void {
    this.#choice = choice;
    this.#invalidate();
    this.#settleLater();
    this.#host.changed(this);
  }

  /** Looks at the ignore file and at every file of the context again. */
  async rescan(): Promise<void> {
    await this.#reads(() => this.#readContext());
  }

  /** Files changed on disk: absolute paths, of this context or not. */
  async filesChanged(paths: readonly string[]): Promise<void> {
    if (this.#files.concerns(paths)) await this.#reads(() => this.#files.changed(paths));
  }

  /** The store changed, by another document or another window. */
  storeChanged(): void {
    this.#invalidate();
    this.#host.changed(this);
  }

  /** Every simulated build was forgotten. */
  forgetResult(): void {
    this.#result = null;
    this.storeChanged();
  }

  /** The present answers, from memory. */
  view(): View {
    this.#view ??= this.#makeView();
    return this.#view;
  }

  /** Reads everything anew, predicts, and records the build. */
  async simulate(cancel: Cancellation, progress: SimulateProgress): Promise<SimulateResult> {
    progress.report(say`Reading the build context`);
    await this.#reads(async () => {
      await this.#readContext(cancel);
      progress.report(say`Hashing files`);
    }, cancel);
    if (cancel.isCancelled) {
      // What was broken off here would be missed by the lenses: they go on without the build.
      this.#settleLater();
      return { outcome: "cancelled" };
    }
    progress.report(say`Predicting the steps`);
    const before = this.#baseline();
    const analysis = this.#analyse(before);
    const log = simulationLog(analysis);
    const summary = summarySentence(analysis);
    const recorded = await this.#host.store.add(
      recordBuild({
        graph: analysis.graph,
        keys: analysis.keys,
        tree: analysis.input.context?.tree ?? null,
        digest: sha256,
        at: Date.now(),
      }),
    );
    if (!recorded.ok)
      this.#host.tell(say`The simulated build could not be kept: ${recorded.error.message}`);
    else if (recorded.value !== null) this.#host.tell(recorded.value);
    this.#result = { keys: keysOf(analysis), before };
    this.#invalidate();
    const hasError = analysis.problems.some(({ severity }) => severity === "error");
    return hasError
      ? { outcome: "failed", summary, log }
      : { outcome: "done", summary, log, counts: analysis.summary };
  }

  close(): void {
    this.#closed = true;
  }

  #baseline(): Baseline {
    return lastBuild(this.#host.store.state, this.#definition, sha256);
  }

  #makeView(): View {
    const analysis = this.#analyse(this.#baseline());
    if (this.#result === null) return { analysis, isResult: false };
    if (isSameBuild(keysOf(analysis), this.#result.keys)) {
      return { analysis: compareWith(analysis, this.#result.before), isResult: true };
    }
    return { analysis, isResult: false };
  }

  #analyse(baseline: Baseline): Analysis {
    const definition = this.#definition;
    const transfer = transferOf(this.#host.store.state, definition);
    return analyse({
      definition,
      platform: definition.platforms[0],
      dockerfile: this.#dockerfile,
      context: this.#files.shown?.state(transfer) ?? null,
      baseline,
      baseImage: () => null,
      digest: sha256,
    });
  }

  #invalidate(): void {
    this.#view = null;
  }

  async #readContext(cancel?: Cancellation): Promise<void> {
    const told = await this.#host.store.refresh();
    if (told.ok && told.value !== null) this.#host.tell(told.value);
    if (!told.ok) this.#host.log(`${told.error.path}: ${told.error.message}`);
    await this.#files.read(this.#contextPlace, cancel);
  }

  get #contextPlace(): ContextPlace | null {
    const folder = this.contextFolder;
    if (folder === null) return null;
    return { dockerfile: this.place.file, folder, builder: this.#definition.builder };
  }

  /** Runs a reading of files, then hashes what the answers need; tells when it is over. */
  async #reads(work: () => Promise<void>, cancel?: Cancellation): Promise<void> {
    const mine = ++this.#reading;
    this.#busy = true;
    this.#host.changed(this);
    try {
      await work();
      this.#invalidate();
      await this.#hash(cancel);
    } finally {
      if (mine === this.#reading && !this.#closed) {
        this.#busy = false;
        this.#host.changed(this);
      }
    }
  }

  /** Reads what the answers lack: the files that an edit named first, or a reading that was broken off. */
  async #settle(): Promise<void> {
    if (this.#busy || this.#closed) return;
    if (this.#files.shown === null && this.#files.problem === "") await this.rescan();
    else if (neededFiles(this.view().analysis).length > 0) {
      await this.#reads(() => Promise.resolve());
    }
  }

  #settleLater(): void {
    this.#settle().catch((error: unknown) => this.#host.log(String(error)));
  }

  async #hash(cancel?: Cancellation): Promise<void> {
    const hashed = await this.#files.hash(() => {
      this.#invalidate();
      return this.#closed ? [] : neededFiles(this.view().analysis);
    }, cancel);
    this.#invalidate();
    if (!hashed.ok && hashed.error.code !== "ECANCELED") this.#host.log(hashed.error.message);
  }
}

/** The key of every step. */
function keysOf({ keys }: Analysis): readonly (string | null)[] {
  return keys.steps.map(({ key }) => key);
}

function isSameBuild(keys: readonly (string | null)[], other: typeof keys): boolean {
  return keys.length === other.length && keys.every((key, at) => key === other[at]);
}
