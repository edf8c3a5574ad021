/**
 * One open Dockerfile: its text, its settings and the answers about its build. What the editor asks
 * is answered in memory, at once; what the answers lack is found out beside it, and whoever listens
 * is told when that changed them.
 */

import { type BaselineChoice, readBaseline } from "../core/analysis/baselineChoice.js";
import { type Answer, contextAsk } from "../core/analysis/snapshot.js";
import type { View } from "../core/analysis/view.js";
import { type BuildDefinition, contextFolder } from "../core/build/definition.js";
import type { FoundBuild } from "../core/build/foundBuild.js";
import type { DocumentPlace } from "../core/definitions/editorDefinition.js";
import type { Cancellation, Known } from "../core/host.js";
import type { BaseImage } from "../core/image/baseImage.js";
import { parseDockerfile } from "../core/syntax/parse.js";
import type { Dockerfile } from "../core/syntax/syntax.js";
import type { ContextAsk, Need } from "../core/world/facts.js";
import { factOf, type World } from "../core/world/world.js";
import type { Machine } from "../host/machine.js";
import { settle } from "../host/settle.js";
import type { StateStore } from "../host/stateStore.js";
import type { BuildChoice, SimulateResult } from "../protocol.js";
import { BesideImage } from "./besideImage.js";
import { contextProblem } from "./contextProblem.js";
import { type IgnoreFile, ignoreFileOf } from "./ignoreFile.js";
import { type Question, ShownAnswers } from "./keptAnswer.js";
import { MeantBuild } from "./meantBuild.js";
import { PreparedTrees } from "./preparedTrees.js";
import { RealRecords } from "./realRecords.js";
import { defaultSettings, type Settings } from "./settings.js";
import { SimulatedResult, type SimulateProgress } from "./simulatedResult.js";
import { type TypedPart, Typing } from "./typing.js";
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
  /** An image that was built. */
  readonly beside: BesideImage;
  /** Of real builds. */
  readonly records: RealRecords;
  readonly #trees = new PreparedTrees();
  readonly #result: SimulatedResult;
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
    this.beside = new BesideImage(() => host.changed(this));
    const readAnew = (cancel: Cancellation, listed: () => void = () => undefined) =>
      this.#read(() => this.#renew(cancel, "uncovered").then(listed), cancel);
    this.#result = new SimulatedResult({
      host,
      readAnew,
      baseline: () => this.#baseline,
      analyse: (baseline) => this.#analyse(this.#world, baseline),
      settled: (baseline, cancel) => this.#settled(baseline, cancel),
      // What was broken off would be missed by the lenses.
      brokenOff: () => {
        this.#unsettled = null;
        this.#settleLater();
      },
    });
    this.records = new RealRecords({
      host,
      cancel: this.#closed,
      readAnew: () => readAnew(this.#closed),
      settled: (baseline) => this.#settled(baseline, this.#closed),
      question: (world) => this.#question(this.#dockerfile, world),
      found: () => this.foundBuilds,
      settings: () => this.#settings,
    });
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
    this.#result.forget();
    this.othersChanged();
  }

  /** The present answers, from memory: while an instruction is half typed, those of the others stay. */
  view(): View {
    const { typed } = this;
    const view = this.beside.in(this.#viewOf(this.#answer(this.#world)));
    return typed?.hasPaused === true ? { ...view, typed: typed.range } : view;
  }

  /** The same of the text as it stands. */
  writtenView(): View {
    return this.beside.in(this.#viewOf(this.#writtenAnswer(this.#world)));
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
    return this.#result.viewOf(answer, (baseline) => {
      const question = this.#question(answer.analysis.input.dockerfile, this.#world);
      return this.#answers.keptOf(answer).analyse(question, baseline);
    });
  }

  /** Reads anew what the editor does not watch, predicts, and records the build. */
  simulate(cancel: Cancellation, progress: SimulateProgress): Promise<SimulateResult> {
    return this.#result.simulate(cancel, progress);
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
      dockerfile,
      world,
      against: this.#against,
      chosen: this.#meant.in(world),
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
