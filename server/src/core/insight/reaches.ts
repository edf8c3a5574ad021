/**
 * What a changed step reaches, for all steps at once: one pass from the end of the file to its start,
 * in which each set is made of those below it.
 *
 * Everything stacked on the step rebuilds; a stage that takes files from it may. Metadata counts
 * as its later keys see it: ENV and ARG reach the RUNs and the instructions that use their value,
 * USER also the WORKDIRs, SHELL the RUNs in shell form; under the classic builder every change
 * reaches every later step of the stage. An ARG before the first FROM reaches what the FROMs that use
 * it do, and what the ARGs do that take its value over.
 */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { type Standing, standingOf } from "../analysis/view.js";
import { placeOf, type Stage, type Step } from "../graph/graph.js";
import { instructionKind } from "../instructions/index.js";
import type { InstructionKind, KeyedWork } from "../instructions/kind.js";
import type { Operation } from "../instructions/operation.js";
import { variableReferences } from "../syntax/expand.js";
import { type RankSet, rankSet, union } from "./rankSet.js";

/** Lines count by their ranks among those that have a step with a key. */
export interface Reach {
  readonly certain: RankSet;
  /** The certain ones, and those that rebuild unless the files that they take come out equal. */
  readonly reached: RankSet;
}

export interface Reaches {
  /** In the order of `Analysis.steps`. */
  readonly ofSteps: readonly Reach[];
  /** The line of each rank, from 1, rising. */
  readonly lines: readonly number[];
  /** For each rank the last one up to which line follows line. */
  readonly ends: readonly number[];
}

export function reachesOf(analysis: Analysis): Reaches {
  const { graph, steps } = analysis;
  const { lines, ends, rankOf } = ranksOf(analysis);
  const pass = new Pass(analysis, rankOf);
  for (let at = graph.stages.length - 1; at >= 0; at--) {
    const stage = graph.stages[at];
    if (stage !== undefined) pass.goThrough(stage);
  }
  for (let at = graph.globals.length - 1; at >= 0; at--) {
    const analysed = steps[at];
    if (analysed !== undefined) pass.goThroughGlobal(analysed);
  }
  return { ofSteps: pass.ofSteps, lines, ends };
}

/** True for what can rebuild. */
function canRebuild({ place, isBuilt, keyed }: StepAnalysis): boolean {
  return place.stage !== null && isBuilt && keyed.definition !== null;
}

function ranksOf({ steps }: Analysis) {
  const all = steps.flatMap((step) => (canRebuild(step) ? [step.place.line] : []));
  const lines = [...new Set(all)].sort((a, b) => a - b);
  const rankOf = new Map(lines.map((line, rank) => [line, rank]));
  const ends: number[] = [];
  for (let rank = lines.length - 1; rank >= 0; rank--) {
    const isFollowed = lines[rank + 1] === (lines[rank] ?? 0) + 1;
    ends[rank] = isFollowed ? (ends[rank + 1] ?? rank) : rank;
  }
  return { lines, ends, rankOf };
}

/** What stands below a place in its stage, and in the stages that continue it: by what reaches it. */
class Below {
  all = nothing;
  /** Stands right on the place, and with it what is above; or takes the files that are there. */
  first = nothing;
  readonly byWork = new Map<KeyedWork, Reach>();
  /** By the variables that the builder replaces in its text. */
  byName = new Map<string, Reach>();

  add({ keyed }: StepAnalysis, reach: Reach): void {
    this.all = joined(reach, this.all);
    this.first = keyed.isByContent ? { ...reach, certain: null } : reach;
    const work = keyedWork(keyed.step.operation);
    if (work !== null) addReach(this.byWork, work, reach);
  }

  of(works: readonly KeyedWork[]): Reach {
    return allOf(works.map((work) => this.byWork.get(work)));
  }

  ofNames({ assignments }: Step): Reach {
    return allOf(assignments.map(({ name }) => this.byName.get(name)));
  }

  /** What the other one has is no longer its own. */
  takeOver(other: Below): void {
    this.all = joined(this.all, other.all);
    this.first = joined(this.first, other.first);
    for (const [work, reach] of other.byWork) addReach(this.byWork, work, reach);
    // The fewer go to the more: stages that continue each other hand on names by the thousand.
    const isFewer = this.byName.size < other.byName.size;
    const [more, fewer] = isFewer ? [other.byName, this.byName] : [this.byName, other.byName];
    for (const [name, reach] of fewer) addReach(more, name, reach);
    this.byName = more;
  }
}

const nothing: Reach = { certain: null, reached: null };

function joined(one: Reach, other: Reach): Reach {
  const certain = union(one.certain, other.certain);
  const reached = union(one.reached, other.reached);
  return certain === one.certain && reached === one.reached ? one : { certain, reached };
}

function allOf(some: readonly (Reach | undefined)[]): Reach {
  return some.reduce<Reach>((all, one) => (one === undefined ? all : joined(all, one)), nothing);
}

function addReach<Name>(to: Map<Name, Reach>, name: Name, reach: Reach): void {
  if (reach.reached !== null) to.set(name, joined(reach, to.get(name) ?? nothing));
}

/** Goes through the stages, the last first, so that a step comes after all that depends on it. */
class Pass {
  readonly ofSteps: Reach[];
  /** What stands on each step, or takes its files. */
  readonly #dependents: Reach[];
  /** What stands in the stages that continue one which is still to come, by its index. */
  readonly #continuing = new Map<number, Below>();
  /** What takes the files of a stage, by its index. */
  readonly #takers = new Map<number, Reach>();
  /** What the arguments before the first FROM reach, by their names. */
  readonly #byGlobal = new Map<string, Reach>();
  readonly #standing: readonly Standing[];

  constructor(
    readonly analysis: Analysis,
    readonly rankOf: ReadonlyMap<number, number>,
  ) {
    this.ofSteps = analysis.steps.map(() => nothing);
    this.#dependents = analysis.steps.map(() => nothing);
    this.#standing = standingOf(analysis);
  }

  goThrough(stage: Stage): void {
    const { graph, steps } = this.analysis;
    const below = this.#continuing.get(stage.index) ?? new Below();
    this.#continuing.delete(stage.index);
    below.first = joined(below.first, this.#takers.get(stage.index) ?? nothing);
    // A stage that continues this one may not see its arguments.
    const belowArgs = graph.rules.inheritsArgs ? below : new Below();
    for (let nth = stage.steps.length - 1; nth >= 0; nth--) {
      const step = stage.steps[nth];
      if (step === undefined) continue;
      const analysed = steps[step.isOption ? placeOf(graph, step).index : stage.first + nth];
      if (analysed === undefined) continue;
      this.#goThroughStep(analysed, below, belowArgs);
    }
    if (stage.base.kind !== "stage") return;
    const siblings = this.#continuing.get(stage.base.index);
    if (siblings === undefined) this.#continuing.set(stage.base.index, below);
    else siblings.takeOver(below);
  }

  /** An argument before the first FROM. */
  goThroughGlobal({ step, place }: StepAnalysis): void {
    const reach = allOf(step.assignments.map(({ name }) => this.#byGlobal.get(name)));
    this.ofSteps[place.index] = reach;
    // Those before it may be in its value.
    for (const name of this.#namesIn(step)) addReach(this.#byGlobal, name, reach);
  }

  #goThroughStep(analysed: StepAnalysis, below: Below, belowArgs: Below): void {
    const { step, place, effect } = analysed;
    const kind = instructionKind(step.keyword);
    const isArgument = kind?.declares !== undefined;
    const reach = joined(
      this.#dependents[place.index] ?? nothing,
      this.#reachOf(analysed, kind, isArgument ? belowArgs : below),
    );
    this.ofSteps[place.index] = reach;
    const names = this.#namesIn(step);
    if (effect === "base") {
      for (const name of names) addReach(this.#byGlobal, name, reach);
      return;
    }
    if (isArgument) this.#addTaken(step, kind, belowArgs);
    const isOwn = canRebuild(analysed);
    const whole = isOwn ? this.#withItself(analysed, reach) : reach;
    for (const one of new Set([below, belowArgs])) {
      if (isOwn) one.add(analysed, whole);
      for (const name of names) addReach(one.byName, name, whole);
    }
  }

  /** What it reaches beside what stands on it. */
  #reachOf({ step, effect }: StepAnalysis, kind: InstructionKind | undefined, below: Below): Reach {
    if (effect === "base" || effect === "layer") return below.first;
    if (this.analysis.graph.rules.commitsEveryInstruction)
      return kind?.isForRunsAlone === true ? below.of(runs) : below.all;
    return joined(below.of(kind?.reaches ?? []), below.ofNames(step));
  }

  /** Notes what the values of global arguments reach through an ARG that takes them over. */
  #addTaken(step: Step, { declares }: InstructionKind, below: Below): void {
    const set = new Set(step.assignments.map(({ name }) => name));
    for (const { name, value } of declares?.(step.instruction) ?? []) {
      if (value !== null || !set.has(name.value)) continue;
      const named = below.byName.get(name.value) ?? nothing;
      addReach(this.#byGlobal, name.value, joined(below.of(runs), named));
    }
  }

  /** Hands a step on to what it stands on and takes files from. */
  #withItself({ place, keyed }: StepAnalysis, reach: Reach): Reach {
    const own = rankSet(this.rankOf.get(place.line) ?? 0);
    const certain = union(own, reach.certain);
    const reached = union(own, reach.reached);
    const { below, sources } = this.#standing[place.index] ?? { below: null, sources: [] };
    const open: Reach = { certain: null, reached };
    const whole: Reach = { certain, reached };
    if (below !== null) this.#depend(below, keyed.isByContent ? open : whole);
    for (const source of sources) this.#depend(source, open);
    for (const stage of keyed.sources) addReach(this.#takers, stage, open);
    return whole;
  }

  #depend(on: number, reach: Reach): void {
    this.#dependents[on] = joined(reach, this.#dependents[on] ?? nothing);
  }

  /** The variables that the builder replaces in it. */
  #namesIn({ keyword, instruction }: Step): readonly string[] {
    if (instructionKind(keyword)?.expandedBy !== "builder" || !instruction.original.includes("$"))
      return [];
    const { dockerfile } = this.analysis.input;
    return variableReferences(instruction.original, dockerfile.escape).map(({ name }) => name);
  }
}

const runs: readonly KeyedWork[] = ["shell form", "exec form"];

function keyedWork(operation: Operation | null): KeyedWork | null {
  switch (operation?.kind) {
    case "run":
      return operation.shellForm ? "shell form" : "exec form";
    case "makeDirectory":
      return "directory";
    default:
      return null;
  }
}
