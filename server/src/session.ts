/**
 * One open Dockerfile: its text, its settings, its build context and the answers from them. What
 * the editor asks is answered in memory, at once; files are read beside it, and whoever listens is
 * told when that changed the answers.
 */
import path from "node:path";
import { simulationLog } from "./core/features/simulationLog.js";
import { summarySentence } from "./core/features/summary.js";
import type { View } from "./core/features/view.js";
import type { Analysis, Baseline, Cancellation } from "./core/index.js";
import { analyse, lastBuild, neededFiles, parseDockerfile, recordBuild } from "./core/index.js";
import type { Dockerfile } from "./core/syntax/syntax.js";
import { sha256 } from "./host/digest.js";
import { hashNeeded, ignorePaths, type OpenContext, openContext } from "./host/project.js";
import type { StateStore } from "./host/stateStore.js";
import type { BuildChoice, SimulateResult } from "./protocol.js";
import { defaultSettings, type Settings } from "./settings.js";

export interface SessionHost {
  readonly store: StateStore;
  /** The answers may have changed, or reading has begun or ended. */
  changed(session: Session): void;
  /** A sentence for the user, such as a state file that was set aside. */
  tell(message: string): void;
  log(message: string): void;
}

export interface SessionPlace {
  readonly uri: string;
  /** Absolute path; null: not on this disk (untitled). */
  readonly file: string | null;
  /** The workspace folder that it is in, else the first one; null: there is none. */
  readonly workspaceFolder: string | null;
}

export interface SimulateProgress {
  report(message: string): void;
}

export class Session {
  readonly place: SessionPlace;
  readonly #host: SessionHost;
  #dockerfile: Dockerfile;
  #version: number;
  #settings: Settings = defaultSettings;
  #choice: BuildChoice | null = null;
  #context: OpenContext | null = null;
  #contextProblem = "";
  #view: View | null = null;
  /** The last simulated build, as long as it is shown. */
  #result: { readonly keys: string; readonly before: Baseline } | null = null;
  /** Reading goes on: each request of it is a number, the last one counts. */
  #reading = 0;
  #busy = false;
  #closed = false;

  constructor(place: SessionPlace, text: string, version: number, host: SessionHost) {
    this.place = place;
    this.#host = host;
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
    return this.#contextProblem;
  }

  /** Absolute path of the build context; null: there is none. */
  get contextFolder(): string | null {
    const { file, workspaceFolder } = this.place;
    const own = file === null ? workspaceFolder : path.dirname(file);
    if (this.#settings.context === "") return own;
    return path.resolve(workspaceFolder ?? own ?? path.sep, this.#settings.context);
  }

  /** The text of the editor changed. Nothing is read here. */
  update(text: string, version: number): void {
    this.#dockerfile = parseDockerfile(text);
    this.#version = version;
    this.#invalidate();
    void this.#settle();
  }

  /** New settings take effect at once; the context is opened anew where they name another one. */
  async configure(settings: Settings): Promise<void> {
    const folder = this.contextFolder;
    const { builder } = this.#settings;
    this.#settings = settings;
    this.#invalidate();
    const isOther = folder !== this.contextFolder || builder !== settings.builder;
    if (isOther || this.#context === null) await this.openContext();
    else this.#host.changed(this);
  }

  choose(choice: BuildChoice): void {
    this.#choice = choice;
    this.#invalidate();
    void this.#settle();
    this.#host.changed(this);
  }

  /** Opens the context that the settings name, and reads all of it. */
  async openContext(cancel?: Cancellation): Promise<void> {
    const folder = this.contextFolder;
    const before = this.#context;
    this.#context = null;
    this.#contextProblem = folder === null ? "open a folder to choose one" : "";
    if (folder !== null) {
      const place = { dockerfile: this.place.file, folder, builder: this.#settings.builder };
      const sameFolder = before?.place.folder === folder ? before : null;
      this.#context = openContext(place, sameFolder);
    }
    await this.rescan(cancel);
  }

  /** Looks at every file of the context again. */
  async rescan(cancel?: Cancellation): Promise<void> {
    await this.#reads(async () => {
      const told = await this.#host.store.refresh();
      if (told.ok && told.value !== null) this.#host.tell(told.value);
      if (!told.ok) this.#host.log(`${told.error.path}: ${told.error.message}`);
      const context = this.#context;
      if (context === null) return;
      const scanned = await context.reader.scan(cancel);
      this.#contextProblem = problemOf(context, scanned.ok ? null : scanned.error.code);
    });
  }

  /** Files changed on disk: absolute paths, of this context or not. */
  async filesChanged(paths: readonly string[]): Promise<void> {
    const context = this.#context;
    if (context === null) return;
    const ignores = ignorePaths(context.place);
    if (paths.some((changed) => ignores.includes(changed))) {
      await this.openContext();
      return;
    }
    const inside = paths.flatMap((changed) => {
      const relative = path.relative(context.place.folder, changed);
      const isInside = !relative.startsWith("..") && !path.isAbsolute(relative);
      return isInside ? [relative.split(path.sep).join("/")] : [];
    });
    if (inside.length === 0) return;
    await this.#reads(async () => {
      const read = await context.reader.refresh(inside);
      // A context that was missing may be there now.
      const again = read.ok ? read : await context.reader.scan();
      this.#contextProblem = problemOf(context, again.ok ? null : again.error.code);
    });
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
    progress.report("Reading the build context");
    await this.openContext(cancel);
    if (cancel.isCancelled) return { outcome: "cancelled" };
    progress.report("Hashing files");
    await this.#hash(cancel);
    if (cancel.isCancelled) return { outcome: "cancelled" };
    progress.report("Predicting the steps");
    const before = this.#baseline();
    const analysis = this.#analyse(before);
    const log = simulationLog(analysis);
    const summary = summarySentence(analysis);
    const recorded = await this.#host.store.add(
      recordBuild({
        graph: analysis.graph,
        keys: analysis.keys,
        digest: sha256,
        dockerfile: this.#name,
        context: this.contextFolder ?? "",
        at: Date.now(),
      }),
    );
    if (!recorded.ok)
      this.#host.tell(`The simulated build could not be kept: ${recorded.error.message}`);
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

  /** What the store knows the Dockerfile by. */
  get #name(): string {
    return this.place.file ?? this.place.uri;
  }

  #baseline(): Baseline {
    const { builder } = this.#settings;
    return lastBuild(
      this.#host.store.state,
      { dockerfile: this.#name, builder, target: this.#target },
      sha256,
    );
  }

  get #target(): string | null {
    return this.#choice?.target ?? this.#settings.target;
  }

  #makeView(): View {
    const analysis = this.#analyse(this.#baseline());
    if (this.#result === null) return { analysis, isResult: false };
    if (keysOf(analysis) === this.#result.keys) {
      return { analysis: this.#analyse(this.#result.before), isResult: true };
    }
    return { analysis, isResult: false };
  }

  #analyse(baseline: Baseline): Analysis {
    const { builder, platform } = this.#settings;
    const buildArgs = new Map([
      ...this.#settings.buildArgs,
      ...Object.entries(this.#choice?.buildArgs ?? {}),
    ]);
    return analyse({
      dockerfile: this.#dockerfile,
      options: { builder, platform, target: this.#target, buildArgs },
      context: this.#contextProblem === "" ? (this.#context?.state() ?? null) : null,
      baseline,
      baseImage: () => null,
      digest: sha256,
    });
  }

  #invalidate(): void {
    this.#view = null;
  }

  /** Runs a reading of files, then hashes what the answers need; tells when it is over. */
  async #reads(work: () => Promise<void>): Promise<void> {
    const mine = ++this.#reading;
    this.#busy = true;
    this.#host.changed(this);
    await work();
    this.#invalidate();
    await this.#hash();
    if (mine !== this.#reading || this.#closed) return;
    this.#busy = false;
    this.#host.changed(this);
  }

  /** After an edit: reads the files that it named first, if there are any. */
  async #settle(): Promise<void> {
    if (this.#busy || neededFiles(this.view().analysis).length === 0) return;
    await this.#reads(() => Promise.resolve());
  }

  async #hash(cancel?: Cancellation): Promise<void> {
    const context = this.#context;
    if (context === null) return;
    const hashed = await hashNeeded(
      context,
      () => {
        this.#invalidate();
        return this.#closed ? [] : neededFiles(this.view().analysis);
      },
      cancel,
    );
    this.#invalidate();
    if (!hashed.ok && hashed.error.code !== "ECANCELED") this.#host.log(hashed.error.message);
  }
}

/** Names the whole build: equal for equal steps. */
function keysOf({ keys }: Analysis): string {
  return keys.steps.map(({ key }) => key ?? "").join();
}

function problemOf(context: OpenContext, code: string | null): string {
  if (context.ignoreError !== null) return `${context.ignoreError.path} cannot be read`;
  switch (code) {
    case null:
    case "ECANCELED":
      return "";
    case "ENOENT":
      return "the folder does not exist";
    case "ENOTDIR":
      return "is not a folder";
    default:
      return `cannot be read (${code})`;
  }
}
