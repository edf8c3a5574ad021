/**
 * The prediction for a build: the outcome of each stage that the target needs, and over them what is
 * decided for the file as a whole: that it is rejected, and where the build fails.
 */

import type { ArchiveLookup } from "../files/unpacking.js";
import { flattened } from "../graph/flattened.js";
import { type BuildGraph, isSameOrNone, isSameRef, type StepRef } from "../graph/graph.js";
import { TouchedStages } from "../graph/touched.js";
import type { Digest } from "../host.js";
import { isSameList } from "../text/sameList.js";
import { movedPlaces, stretchOf } from "../text/stretch.js";
import { dialectOf } from "./exact/dialect.js";
import type { InputName } from "./inputName.js";
import { KeptRuns, type KeptStages } from "./keptRuns.js";
import type { KeyedStep, LaidBuild, LaidStage, StageEnd } from "./keyedStep.js";
import { keyStage } from "./keyStage.js";
import { type Laying, laidStage, notBuilt } from "./laidStage.js";
import { Names } from "./names.js";
import { isSameOpenName } from "./openName.js";
import type { StageOutcome, StepOutcome } from "./outcome.js";
import { noRecords } from "./recordGraph.js";
import { type Baseline, isKnown } from "./records.js";
import type { FolderInput } from "./stepInputs.js";
import { unsentOutcomes } from "./unsentOutcomes.js";

export { KeyedStep, type StageEnd } from "./keyedStep.js";

export interface PredictionInput {
  readonly graph: BuildGraph;
  /** null: the context cannot be read; its files are then unknown. */
  readonly context: FolderInput | null;
  /** Those of `--build-context`, by name. */
  readonly folders: ReadonlyMap<string, FolderInput>;
  /** True when the builder runs nothing, because of the file or its context. */
  readonly isRejected: boolean;
  readonly baseline: Baseline;
  readonly digest: Digest;
  readonly archive: ArchiveLookup;
}

export interface Keys {
  /** In the order of `BuildGraph.steps`. */
  readonly steps: readonly KeyedStep[];
  /** The places among them of the steps that take files of a context, or of which files are wrong. */
  readonly taking: readonly number[];
  /** Those before the first FROM. */
  readonly globals: readonly KeyedStep[];
  /** Of each stage, whether it is built or not, as it has them. */
  readonly rows: readonly (readonly KeyedStep[])[];
  /** null: the stage is not built. */
  readonly stages: readonly (StageEnd | null)[];
  readonly names: Names;
}

/** The step that a reference names; null: none. */
export function keyedAt({ globals, rows }: Keys, ref: StepRef | null): KeyedStep | null {
  if (ref === null) return null;
  return (ref.stage === null ? globals : rows[ref.stage])?.[ref.nth] ?? null;
}

/** The key of a step once everything has been built; null: the builder runs nothing. */
export function keyOf({ names }: Keys, step: StepRef): string | null {
  return names.of(step).key;
}

/** The inputs of a step as they are named once everything has been built; the root file system first. */
export function inputNames({ names }: Keys, step: StepRef): readonly InputName[] {
  return names.of(step).inputs;
}

/**
 * Gives every step its key and its prediction.
 * @param kept of earlier texts of the same build: it makes this one faster, never another one
 */
export function predictKeys(input: PredictionInput, kept = new KeptRuns()): Keys {
  return laidOver(input, outcomesOf(input, kept), kept);
}

/** True where every step has the key that it has in the other build. */
export function areSameKeys(keys: Keys, other: Keys): boolean {
  if (keys.steps.length !== other.steps.length) return false;
  // One that is another line has another key, nearly always: most builds end here.
  const isAlike = keys.steps.every((step, at) => isSameDefinition(step, other.steps[at]));
  if (!isAlike) return false;
  // Nor is anything to be digested where all have the same names.
  if (keys.steps.every((step, at) => isNamedAlike(step, other.steps[at]))) return true;
  return keys.steps.every((step, at) => {
    const before = other.steps[at];
    return before !== undefined && keyOf(keys, step) === keyOf(other, before);
  });
}

function isSameDefinition({ outcome }: KeyedStep, other: KeyedStep | undefined): boolean {
  return (
    outcome === other?.outcome || outcome.definition?.digest === other?.outcome.definition?.digest
  );
}

/** True for one in the same place whose inputs are called the same by the places of steps. */
function isNamedAlike(step: KeyedStep, other: KeyedStep | undefined): boolean {
  if (other === undefined || !isSameRef(step, other)) return false;
  const { names } = step.outcome;
  const others = other.outcome.names;
  return (
    names === others ||
    (names.length === others.length &&
      names.every((name, at) => {
        const before = others[at];
        return before !== undefined && isSameOpenName(name, before);
      }))
  );
}

interface Outcomes extends Pick<KeptStages, "outcomes" | "taking"> {
  readonly names: Names;
}

/** Finds out about the stages in their order: about those of which something may be otherwise. */
function outcomesOf(input: PredictionInput, kept: KeptRuns): Outcomes {
  const { graph, context, folders, digest, archive, baseline } = input;
  const { stages, platform, rules } = graph;
  const common = inCommon(input);
  const old = kept.stages;
  // Where a later step may find what an earlier one left, each stage stands on all above it.
  const isAlike =
    old !== null &&
    rules.runsEqualStepsOnce &&
    old.graph.stages.length === stages.length &&
    isSameList(old.common, common);
  const touched = new TouchedStages(graph, !isAlike);
  if (isAlike) {
    touched.touchDiffering(stages, old.graph.stages);
    for (const stage of old.restless) touched.touch(stage);
  }
  const done: (StageOutcome | null)[] = isAlike ? old.outcomes.slice() : [];
  const steps: (readonly StepOutcome[] | null)[] = isAlike ? old.steps.slice() : [];
  const named = { stages, outcomes: steps, platform, digest };
  const names = new Names(named, isAlike ? old.names : null, touched.first);
  const build = {
    graph,
    context,
    folders,
    digest,
    archive,
    names,
    records: baseline.records,
    exported: baseline.exported ?? null,
    endOf: (index: number) => done[index]?.end ?? null,
  };
  let committed = noRecords;
  const others = new Set<number>();
  touched.each((stage) => {
    const { index, base, isBuilt } = stage;
    const before = isAlike ? (done[index] ?? null) : null;
    const parent = base.kind === "stage" ? build.endOf(base.index) : null;
    const growing: StepOutcome[] = [];
    steps[index] = isBuilt ? growing : null;
    const outcome = isBuilt
      ? keyStage({ stage, committed, parent, steps: growing, ...build }, kept)
      : null;
    steps[index] = outcome?.steps ?? null;
    done[index] = outcome;
    committed = outcome?.committed ?? committed;
    // Who takes from a stage that continues another one may take what that leaves.
    const isOnOther = base.kind === "stage" && others.has(base.index);
    const isOther = outcome !== before || stage.name !== old?.graph.stages[index]?.name;
    if (isOnOther || isOther) others.add(index);
    return isOnOther || isOther;
  });
  const moved = stretchOf(done, old?.outcomes ?? []);
  const restless = movedPlaces(done, moved, old?.restless ?? [], isRestless);
  const taking = movedPlaces(done, moved, old?.taking ?? [], (outcome) => {
    return outcome !== null && outcome.taking.length > 0;
  });
  kept.stages = { graph, common, outcomes: done, steps, names, restless, taking };
  return { outcomes: done, taking, names };
}

/** All that the outcomes of stages turn on besides the stages. */
function inCommon({ graph, context, folders, digest, baseline }: PredictionInput) {
  return [
    ...[graph.definition, graph.platform, dialectOf(graph), digest],
    ...[baseline.records, baseline.exported],
    ...[context?.view, ...folders.keys(), ...[...folders.values()].map(({ view }) => view)],
  ];
}

function isRestless(outcome: StageOutcome | null): boolean {
  return outcome !== null && (outcome.of === null || outcome.of.isRestless);
}

/** @param kept the build before: a step that is the same stays the same object */
function laidOver(
  input: PredictionInput,
  { outcomes, taking: takingStages, names }: Outcomes,
  kept: KeptRuns,
): Keys {
  const { graph, isRejected, baseline } = input;
  const before = kept.laid;
  const unsent = unsentOutcomes(outcomes, takingStages, graph.rules);
  const isCompared = isKnown(baseline);
  const isPlain = unsent.size === 0 && !isRejected && !graph.rules.worksInOrder;
  const isAlike =
    before !== null &&
    isPlain &&
    before.isPlain &&
    before.isCompared === isCompared &&
    before.graph.stages.length === graph.stages.length;
  const stages = isAlike ? before.stages.slice() : [];
  const laying: Laying = {
    rules: graph.rules,
    kept,
    stages,
    unsent,
    isCompared,
    isStopped: isRejected,
  };
  const touched = new TouchedStages(graph, !isAlike);
  if (isAlike) {
    touched.touchDiffering(graph.stages, before.graph.stages);
    touched.touchDiffering(outcomes, before.outcomes);
  }
  const rows = isAlike ? before.rows.slice() : [];
  const ends = isAlike ? before.ends.slice() : [];
  const moved = new Set<number>();
  touched.each((stage) => {
    const { index } = stage;
    const old = before?.stages[index] ?? null;
    const isOnMoved = stage.needs.some((need) => moved.has(need));
    const laid = laidStage(laying, stage, outcomes[index] ?? null, old, isOnMoved);
    stages[index] = laid;
    rows[index] = laid.row;
    ends[index] = laid.end;
    if (isOnMoved || old === null || endsOtherwise(laid, old)) moved.add(index);
    return moved.has(index) || laid.end?.last !== old?.end?.last;
  });
  const globals = laidGlobals(graph, before);
  const all = flattened(graph, globals, rows, isAlike ? before : null);
  const steps = stepsInOrder(all, graph);
  const stretch = stretchOf(steps, before?.steps ?? []);
  const taking = movedPlaces(steps, stretch, before?.taking ?? [], takesFiles);
  const laid = { graph, outcomes, isPlain, isCompared, globals, rows, all, ends };
  kept.laid = { steps, taking, stages, ...laid };
  return { steps, taking, globals, rows, stages: ends, names };
}

/** True where what steps of other stages come to may be otherwise for it. */
function endsOtherwise({ failed, end }: LaidStage, before: LaidStage): boolean {
  const [last, oldLast] = [end?.last ?? null, before.end?.last ?? null];
  return (
    failed !== before.failed ||
    !isSameOrNone(last, oldLast) ||
    !isSameOrNone(last?.root ?? null, oldLast?.root ?? null)
  );
}

function laidGlobals({ globals }: BuildGraph, before: LaidBuild | null): readonly KeyedStep[] {
  if (before !== null && isSameList(globals, before.graph.globals)) return before.globals;
  return globals.map((step, nth) => notBuilt(step, null, nth));
}

function takesFiles({ context, stageProblems }: KeyedStep): boolean {
  return context.length > 0 || stageProblems.length > 0;
}

/** Those that the command line adds come last. */
function stepsInOrder(all: readonly KeyedStep[], graph: BuildGraph): readonly KeyedStep[] {
  if (graph.steps.at(-1)?.isOption !== true) return all;
  return [...all.filter(({ step }) => !step.isOption), ...all.filter(({ step }) => step.isOption)];
}
