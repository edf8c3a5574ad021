/**
 * One open Dockerfile: its text, its settings and the answers about its build. What the editor asks
 * is answered in memory, at once; what the answers lack is found out beside it, and whoever listens
 * is told when that changed them.
 */

import type { Analysis } from "../core/analysis/analyse.js";
import {
  type BaselineChoice,
  readBaseline,
  withoutBuild,
} from "../core/analysis/baselineChoice.js";
import { recordedWithBases } from "../core/analysis/recorded.js";
import { type Answer, contextAsk } from "../core/analysis/snapshot.js";
import type { View } from "../core/analysis/view.js";
import { type BuildDefinition, contextFolder } from "../core/build/definition.js";
import type { FoundBuild } from "../core/build/foundBuild.js";
import { areSameKeys, type Keys } from "../core/cache/predict.js";
import type { RecordedBuild } from "../core/cache/record.js";
import type { BuildState } from "../core/cache/state.js";
import type { DocumentPlace } from "../core/definitions/editorDefinition.js";
import { simulationLog } from "../core/documents/simulationLog.js";
import { type Cancellation, type Known, known, type Result } from "../core/host.js";
import type { BaseImage } from "../core/image/baseImage.js";
import type { Staleness } from "../core/insight/staleness.js";
import { parseDockerfile } from "../core/syntax/parse.js";
import type { Dockerfile } from "../core/syntax/syntax.js";
import type { TextRange } from "../core/text/range.js";
import { say } from "../core/text/say.js";
import { interfaceText } from "../core/text/surfaces.js";
import { failsBuild } from "../core/words/problems.js";
import { summarySentence } from "../core/words/summary.js";
import type { ContextAsk, Need } from "../core/world/facts.js";
import { answered, factOf, type World } from "../core/world/world.js";
import type { Machine } from "../host/machine.js";
import { settle } from "../host/settle.js";
import type { StateStore } from "../host/stateStore.js";
import type { BuildChoice, SimulateResult } from "../protocol.js";
import { BesideImage, type ChosenImage } from "./besideImage.js";
import { contextProblem } from "./contextProblem.js";
import { type IgnoreFile, ignoreFileOf } from "./ignoreFile.js";
import { type Question, ShownAnswers } from "./keptAnswer.js";
import { MeantBuild } from "./meantBuild.js";
import { PreparedTrees } from "./preparedTrees.js";
import { defaultSettings, type Settings } from "./settings.js";
import { staleBuilds } from "./staleBuilds.js";
import { Typing } from "./typing.js";
import { type WholeContext, wholeContext, wholeContextNeed } from "./wholeContext.js";

export interface BuildHost {
  readonly machine: Machine;
  readonly store: StateStore;
  /** Of real builds. */
  readonly recorded: StateStore;
  /**
   * The answers may have changed, or reading has begun or ended.
   *
   * @param what `busy`: the answers are what they were; `typed`: it is about what was typed
   */
  changed(build: LiveBuild, what?: "busy" | "typed"): void;
  /** Another build of the Dockerfile is meant: other folders matter. */
  moved(build: LiveBuild): void;
  /** Whether the editor reports changes in a folder. */
  isWatched(folder: string): boolean;
  /** A sentence for the user, such as a state file that was set aside. */
  tell(message: string): void;
  log(message: string): void;
}

/** Single files that answers turn on, beside those of the context. */
const lookedUp: ReadonlySet<Need["kind"]> = new Set([
  ...(["present", "builds", "gitRules", "unfetched"] as const),
]);

export interface SimulateProgress {
  report(message: string): void;
}

/** An instruction that is half typed. */
export interface TypedPart {
  readonly range: TextRange;
  /** Of the text as it stands. */
  readonly analysis: Analysis;
  /** True once it is to be told of itself. */
  readonly hasPaused: boolean;
}

export class LiveBuild {
  readonly place: DocumentPlace;
  readonly #host: BuildHost;
  #dockerfile: Dockerfile;
  #version: number;
  #settings: Settings = defaultSettings;
  #choice: BuildChoice | null = null;
  readonly #meant: MeantBuild;
  readonly #answers = new ShownAnswers();
  readonly #typing: Typing;
  readonly #beside = new BesideImage();
  readonly #trees = new PreparedTrees();
  /** The last simulated build, as long as it is shown. */
  #result: { readonly keys: Keys; readonly before: BuildState } | null = null;
  #resultView: { readonly of: Answer; readonly view: View } | null = null;
  #compared: { readonly keys: Keys; readonly result: Keys; readonly isSame: boolean } | null = null;
  /** What a view asks for besides. */
  #viewed: readonly Need[] = [];
  /** How many readings go on. */
  #readings = 0;
  /** What settling gave up on: only another answer is worth another try. */
  #unsettled: Answer | null = null;
  readonly #closed = { isCancelled: false };

  constructor(place: DocumentPlace, text: string, version: number, host: BuildHost) {
    this.place = place;
    this.#host = host;
    this.#dockerfile = parseDockerfile(text);
    this.#version = version;
    this.#typing = new Typing(this.#dockerfile, (what) =>
      host.changed(this, what === "problems" ? "typed" : undefined),
    );
    this.#meant = new MeantBuild(place, this.#dockerfile, () => host.moved(this));
  }

  get version(): number {
    return this.#version;
  }

  get settings(): Settings {
    return this.#settings;
  }

  get isBusy(): boolean {
    return this.#readings > 0;
  }

  /** What is wrong with the build context; empty: nothing. */
  get contextProblem(): string {
    const { definition, isPending } = this.#meant.in(this.#world);
    if (isPending) return "";
    const ask = contextAsk(definition);
    const listing = ask === null ? null : factOf(this.#world, { kind: "tree", ...ask });
    return contextProblem(definition, listing);
  }

  /** False: changes in the context show only when it is read again. */
  get isContextWatched(): boolean {
    const folder = this.contextFolder;
    return folder !== null && this.#host.isWatched(folder);
  }

  /** Absolute path of the build context; null: there is none. */
  get contextFolder(): string | null {
    return contextFolder(this.definition);
  }

  /** The ignore file that counts, or the one that could; null: the context is no folder that is known. */
  get ignoreFile(): IgnoreFile | null {
    return ignoreFileOf(this.definition, this.#world);
  }

  /** The build that the answers are about. */
  get definition(): BuildDefinition {
    return this.#meant.in(this.#world).definition;
  }

  /** What is known of an image that the Dockerfile names. */
  image(reference: string, platform: string): Known<BaseImage> {
    return factOf(this.#world, { kind: "image", reference, platform });
  }

  /** What files of the workspace define for this Dockerfile, as far as that is known. */
  get foundBuilds(): readonly FoundBuild[] {
    return this.#meant.foundIn(this.#world);
  }

  /** Folders in which single files were looked for. */
  get lookedInto(): readonly string[] {
    return this.#meant
      .in(this.#world)
      .reads.flatMap((need) => (need.kind === "present" ? [need.folder] : []));
  }

  /** All that the present answer turns on. */
  get reads(): readonly Need[] {
    const { reads } = this.#answer(this.#world);
    return this.#viewed.length === 0 ? reads : [...reads, ...this.#viewed];
  }

  /** All that lies in the context, and what the builder sees of it; null: it cannot be read. */
  async wholeContext(): Promise<WholeContext | null> {
    const need = wholeContextNeed(this.definition);
    if (need !== null) this.#viewed = [need];
    return wholeContext(this.#host.machine.pool, this.definition, this.#closed);
  }

  /** The text of the editor changed. Nothing is read here. */
  update(text: string, version: number): void {
    this.#dockerfile = parseDockerfile(text, this.#dockerfile);
    this.#version = version;
    this.#typing.typed(this.#dockerfile);
    this.#settleLater();
  }

  /** @param line of the cursor, from 1 */
  cursorAt(line: number): void {
    this.#typing.cursorAt(line);
  }

  /** New settings take effect at once. */
  async configure(settings: Settings): Promise<void> {
    this.#settings = settings;
    this.#meant.by(settings, this.#choice, this.#dockerfile);
    await this.settle();
    this.#host.changed(this);
  }

  choose(choice: BuildChoice): void {
    this.#choice = choice;
    this.#meant.by(this.#settings, choice, null);
    this.#settleLater();
    this.#host.changed(this);
  }

  /** Its text, as the editor shows it. */
  get text(): string {
    return this.#dockerfile.text;
  }

  /** The text was saved: what it names may lie in another folder. */
  async saved(): Promise<void> {
    this.#typing.end();
    this.#meant.by(this.#settings, this.#choice, this.#dockerfile);
    const present = this.reads.filter(({ kind }) => lookedUp.has(kind));
    await (this.isContextWatched ? this.renew(present) : this.rescan());
  }

  /** Asks for some of what the answers turn on again. */
  async renew(needs: readonly Need[]): Promise<void> {
    const { pool } = this.#host.machine;
    if (needs.length === 0) await this.settle();
    else await this.#read(() => pool.renew(needs, this.#closed), this.#closed);
  }

  /** Looks at everything that the answers turn on again. */
  async rescan(): Promise<void> {
    await this.#read(() => this.#renew(this.#closed), this.#closed);
  }

  /** True when an answer turns on one of the contexts that are meant. */
  concerns(isMeant: (context: ContextAsk) => boolean): boolean {
    return this.reads.some((need) => need.kind === "tree" && isMeant(need));
  }

  /** Finds out what the answers lack, after `work` that changes the world. */
  async settleAfter(work: Promise<unknown>): Promise<void> {
    await this.#read(() => work, this.#closed);
  }

  /** Finds out what the answers lack. A reading that goes on looks for that itself. */
  async settle(): Promise<void> {
    if (this.#closed.isCancelled || this.isBusy) return;
    const answer = this.#answer(this.#world);
    if (answer.needs.length > 0 && answer !== this.#unsettled)
      await this.#read(async () => undefined, this.#closed);
  }

  /** What others did changed the answers, such as a simulated build. */
  othersChanged(): void {
    this.#settleLater();
    this.#host.changed(this);
  }

  /** Every simulated build was forgotten. */
  forgetResult(): void {
    this.#result = null;
    this.othersChanged();
  }

  /** What is shown beside it of an image that was built; null: nothing any more. */
  showBeside(chosen: ChosenImage | null): void {
    this.#beside.choose(chosen);
    this.#host.changed(this);
  }

  /** The present answers, from memory: while an instruction is half typed, those of the others stay. */
  view(): View {
    const { typed } = this;
    const view = this.#beside.in(this.#viewOf(this.#answer(this.#world)));
    return typed?.hasPaused === true ? { ...view, typed: typed.range } : view;
  }

  /** The same of the text as it stands. */
  writtenView(): View {
    return this.#beside.in(this.#viewOf(this.#writtenAnswer(this.#world)));
  }

  /** What is to be told of a place: of one that is half typed, what stands there. */
  viewAt(offset: number): View {
    const range = this.typed?.range;
    const isTyped = range !== undefined && offset >= range.start && offset <= range.end;
    return isTyped ? this.writtenView() : this.view();
  }

  /** What is half typed; null: nothing. */
  get typed(): TypedPart | null {
    const { analysis } = this.#writtenAnswer(this.#world);
    const half = this.#typing.of(analysis.problems);
    return half === null
      ? null
      : { range: half.range, analysis, hasPaused: this.#typing.hasPaused };
  }

  #viewOf(answer: Answer): View {
    const { analysis } = answer;
    if (this.#result === null || !this.#isResult(analysis.keys, this.#result.keys))
      return { analysis, isResult: false };
    if (this.#resultView?.of !== answer) {
      const question = this.#question(analysis.input.dockerfile, this.#world);
      const baseline = withoutBuild(this.#baseline, this.#result.before);
      const compared = this.#answers.keptOf(answer).analyse(question, baseline);
      this.#resultView = { of: answer, view: { analysis: compared.analysis, isResult: true } };
    }
    return this.#resultView.view;
  }

  /** Reads anew what the editor does not watch, predicts, and records the build. */
  async simulate(cancel: Cancellation, progress: SimulateProgress): Promise<SimulateResult> {
    const { pool } = this.#host.machine;
    progress.report(say`Reading the build context`);
    await this.#read(async () => {
      await this.#renew(cancel, "uncovered");
      progress.report(say`Hashing files`);
    }, cancel);
    if (cancel.isCancelled) return this.#brokenOff();
    progress.report(say`Predicting the steps`);
    const forecast = this.#analyse(pool.world, this.#baseline);
    const { analysis } = forecast;
    // A comparison with a commit leaves out what git does not keep; a record must not.
    const { kind } = analysis.input.baseline;
    const made = kind === "last" ? forecast : await this.#settled({ kind: "last" }, cancel);
    const built = made.analysis;
    if (cancel.isCancelled) return this.#brokenOff();
    const state = factOf(pool.world, { kind: "state" });
    const before = state.kind === "known" ? state.value : this.#host.store.state;
    const log = simulationLog(analysis);
    const summary = interfaceText(summarySentence(analysis));
    const { digest } = this.#host.store;
    const recorded = await this.#host.store.add(...recordedWithBases(made, digest, Date.now()));
    if (!recorded.ok)
      this.#host.tell(say`The simulated build could not be kept: ${recorded.error.message}`);
    else if (recorded.value !== null) this.#host.tell(recorded.value);
    pool.update((world) => answered(world, [[{ kind: "state" }, known(this.#host.store.state)]]));
    this.#result = { keys: built.keys, before };
    this.#resultView = null;
    const hasError = analysis.problems.some(failsBuild);
    return hasError
      ? { outcome: "failed", summary, log }
      : { outcome: "done", summary, log, counts: analysis.summary };
  }

  /** The build as it would be simulated now, against the last real one. */
  async forRecord(): Promise<Analysis> {
    await this.#read(() => this.#renew(this.#closed, "uncovered"), this.#closed);
    const { analysis } = await this.#settled({ kind: "recorded" }, this.#closed);
    return analysis;
  }

  /** The real builds that were recorded so far. */
  get recordedBuilds(): BuildState {
    return this.#host.recorded.state;
  }

  /** Of the builds that files define for this Dockerfile, by their ids, those of which one was recorded. */
  async staleness(): Promise<ReadonlyMap<string, Staleness>> {
    return staleBuilds({
      ...{ pool: this.#host.machine.pool, cancel: this.#closed, settings: this.#settings },
      question: (world) => this.#question(this.#dockerfile, world),
      found: () => this.foundBuilds,
      recorded: () => this.recordedBuilds,
    });
  }

  /** Keeps one more of them: forecasts may stand against it from now on. */
  async keepRecord(made: RecordedBuild): Promise<Result<string | null>> {
    const { recorded, machine } = this.#host;
    const kept = await recorded.add(made);
    if (kept.ok && kept.value !== null) this.#host.tell(kept.value);
    machine.pool.update((world) =>
      answered(world, [[{ kind: "recorded" }, known(recorded.state)]]),
    );
    return kept;
  }

  /** What was broken off would be missed by the lenses: they go on without the build. */
  #brokenOff(): SimulateResult {
    this.#unsettled = null;
    this.#settleLater();
    return { outcome: "cancelled" };
  }

  /** Asked for each answer again, and again by each that is asked in the same moment. */
  #isResult(keys: Keys, result: Keys): boolean {
    if (this.#compared?.keys !== keys || this.#compared.result !== result)
      this.#compared = { keys, result, isSame: areSameKeys(keys, result) };
    return this.#compared.isSame;
  }

  close(): void {
    this.#typing.close();
    this.#closed.isCancelled = true;
  }

  get #world(): World {
    return this.#host.machine.pool.world;
  }

  /** What was chosen in the editor, else the setting. */
  get #against(): string {
    return this.#choice?.against ?? this.#settings.against;
  }

  get #baseline(): BaselineChoice {
    return readBaseline(this.#against);
  }

  #settled(baseline: BaselineChoice, cancel: Cancellation): Promise<Answer> {
    const { pool } = this.#host.machine;
    return settle(pool, (world) => this.#analyse(world, baseline), cancel);
  }

  #analyse(world: World, baseline: BaselineChoice): Answer {
    return this.#answers.written.analyse(this.#question(this.#dockerfile, world), baseline);
  }

  /** What is shown, with all that it and the text as it stands turn on. */
  #answer(world: World): Answer {
    return this.#answers.of(this.#question(this.#dockerfile, world), this.#typing);
  }

  #writtenAnswer(world: World): Answer {
    return this.#answers.written.of(this.#question(this.#dockerfile, world));
  }

  #question(dockerfile: Dockerfile, world: World): Question {
    return {
      ...{ dockerfile, world, against: this.#against, chosen: this.#meant.in(world) },
      digest: this.#host.store.digest,
    };
  }

  /** Asks for everything again that the answers turn on; they stay until the next are there. */
  async #renew(cancel: Cancellation, which?: "uncovered"): Promise<void> {
    const { pool, contexts } = this.#host.machine;
    // What a commit holds does not change; what git holds of files on disk is true for a state of each.
    // Files that define builds are watched, or looked at again on a save.
    const isCovered = which === "uncovered" && this.isContextWatched;
    const isLasting = ({ kind }: Need): boolean =>
      kind === "contents" ||
      kind === "commitText" ||
      (kind === "commitFiles" && which === "uncovered") ||
      (kind === "builds" && isCovered);
    const needs = this.reads.filter((need) => !isLasting(need));
    for (const need of needs) if (need.kind === "tree") contexts.expire(need, which);
    await pool.renew(needs, cancel);
  }

  /** Does some work that changes the world, then finds out what the answers lack. */
  async #read(work: () => Promise<unknown>, cancel: Cancellation): Promise<void> {
    const before = this.#answers.last;
    this.#readings++;
    this.#host.changed(this, "busy");
    try {
      await work();
      const { pool } = this.#host.machine;
      const answer = await settle(
        pool,
        async () => {
          await this.#trees.prepare(pool.world, this.#answers.last?.reads ?? [], cancel);
          return this.#answer(pool.world);
        },
        cancel,
      );
      this.#unsettled = answer.needs.length > 0 && !cancel.isCancelled ? answer : null;
    } finally {
      this.#readings--;
      const isSame = before !== null && this.#answers.last === before;
      if (!this.#closed.isCancelled) this.#host.changed(this, isSame ? "busy" : undefined);
    }
    // What was typed while the last round went on may lack something else.
    if (!this.isBusy) this.#settleLater();
  }

  #settleLater(): void {
    this.settle().catch((error: unknown) => this.#host.log(String(error)));
  }
}
