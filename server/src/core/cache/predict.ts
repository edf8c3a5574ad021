/**
 * The prediction for a build: the outcome of each stage that the target needs, and over them what is
 * decided for the file as a whole: that it is rejected, and where the build fails.
 */

import type { ArchiveLookup } from "../files/unpacking.js";
import {
  type BuildGraph,
  isSameOrNone,
  isSameRef,
  type Stage,
  type Step,
  type StepRef,
} from "../graph/graph.js";
import { failedBuild } from "../graph/images.js";
import type { Digest } from "../host.js";
import { isSameList } from "../text/sameList.js";
import { movedPlaces, stretchOf } from "../text/stretch.js";
import type { InputName } from "./inputName.js";
import { KeptRuns } from "./keptRuns.js";
import { KeyedStep, type LaidStage, type LaidStart, type StageEnd } from "./keyedStep.js";
import { keyStage } from "./keyStage.js";
import { Names } from "./names.js";
import type { StageOutcome, StepOutcome } from "./outcome.js";
import type { PredictionKind } from "./prediction.js";
import { noRecords } from "./recordGraph.js";
import { type Baseline, isKnown } from "./records.js";
import { keyless } from "./stageStart.js";
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
  const { graph, digest } = input;
  const outcomes: (readonly StepOutcome[] | null)[] = [];
  const { stages, platform } = graph;
  const names = new Names({ stages, outcomes, platform, digest });
  return laidOver(input, outcomesOf(input, names, outcomes, kept), names, kept);
}

/** True where every step has the key that it has in the other build. */
export function areSameKeys(keys: Keys, other: Keys): boolean {
  return (
    keys.steps.length === other.steps.length &&
    // One that is another line has another key, nearly always: most builds end here.
    keys.steps.every((step, at) => isSameDefinition(step, other.steps[at])) &&
    keys.steps.every((step, at) => {
      const before = other.steps[at];
      return before !== undefined && keyOf(keys, step) === keyOf(other, before);
    })
  );
}

function isSameDefinition({ outcome }: KeyedStep, other: KeyedStep | undefined): boolean {
  return (
    outcome === other?.outcome || outcome.definition?.digest === other?.outcome.definition?.digest
  );
}

/**
 * Finds out about the stages in their order.
 * @param outcomes grows; null: the target does not need the stage
 * @returns the same of whole stages
 */
function outcomesOf(
  input: PredictionInput,
  names: Names,
  outcomes: (readonly StepOutcome[] | null)[],
  kept: KeptRuns,
): readonly (StageOutcome | null)[] {
  const { graph, context, folders, digest, archive, baseline } = input;
  const done: (StageOutcome | null)[] = [];
  const build = {
    ...{ graph, context, folders, digest, archive, names, records: baseline.records },
    endOf: (index: number) => done[index]?.end ?? null,
  };
  let committed = noRecords;
  for (const stage of graph.stages) {
    if (!stage.isBuilt) {
      outcomes.push(null);
      done.push(null);
      continue;
    }
    const { base } = stage;
    const parent = base.kind === "stage" ? build.endOf(base.index) : null;
    const steps: StepOutcome[] = [];
    outcomes.push(steps);
    const outcome = keyStage({ ...build, stage, committed, parent, steps }, kept);
    outcomes[stage.index] = outcome.steps;
    ({ committed } = outcome);
    done.push(outcome);
  }
  kept.stages = done;
  return done;
}

/** What lies over the steps of one build. */
interface Laying {
  readonly input: PredictionInput;
  readonly stages: LaidStage[];
  readonly unsent: ReadonlyMap<StepOutcome, StepOutcome>;
  /** False: what is not known to be in the cache or not is nothing that rebuilds. */
  readonly isCompared: boolean;
  /** True once the builder has given up, where it works in order. */
  isStopped: boolean;
  /** True once a stage above ends otherwise than in the build before. */
  hasMoved: boolean;
}

/** @param kept the build before: a step that is the same stays the same object */
function laidOver(
  input: PredictionInput,
  outcomes: readonly (StageOutcome | null)[],
  names: Names,
  kept: KeptRuns,
): Keys {
  const { graph, isRejected, baseline } = input;
  const before = kept.laid;
  const laying: Laying = {
    input,
    stages: [],
    unsent: unsentOutcomes(outcomes, graph.rules),
    isCompared: isKnown(baseline),
    isStopped: isRejected,
    hasMoved: false,
  };
  for (const stage of graph.stages) {
    const old = before?.stages[stage.index] ?? null;
    laying.stages.push(laidStage(laying, stage, outcomes[stage.index] ?? null, old));
  }
  const globals = graph.globals.map((step, nth) => notBuilt(step, null, nth));
  const rows = laying.stages.map(({ row }) => row);
  const steps = stepsInOrder(globals, rows, graph);
  const stretch = stretchOf(steps, before?.steps ?? []);
  const taking = movedPlaces(steps, stretch, before?.taking ?? [], takesFiles);
  kept.laid = { steps, taking, stages: laying.stages };
  return { steps, taking, globals, rows, stages: laying.stages.map(({ end }) => end), names };
}

function takesFiles({ context, stageProblems }: KeyedStep): boolean {
  return context.length > 0 || stageProblems.length > 0;
}

function notBuilt(step: Step, stage: number | null, nth: number): KeyedStep {
  return new KeyedStep(keyless(step), null, false, null, null, stage, nth);
}

/**
 * A step above one that fails is not built, nor one that takes files of a stage that is not; nor, where
 * the builder works in order, is a later stage.
 * @param own null: the target does not need the stage
 * @param before of the build before
 */
function laidStage(
  laying: Laying,
  stage: Stage,
  own: StageOutcome | null,
  before: LaidStage | null,
): LaidStage {
  const { stages, isCompared } = laying;
  const { base, steps } = stage;
  const { worksInOrder } = laying.input.graph.rules;
  const parent = base.kind === "stage" ? stages[base.index] : undefined;
  const below = parent?.end?.last ?? null;
  const isBroken = base.kind === "broken" || failedBuild(base) !== null;
  const hasFailed = laying.isStopped || parent?.failed === true || isBroken;
  laying.isStopped ||= hasFailed && own !== null && worksInOrder;
  const isSent = laying.unsent.size === 0;
  const start: LaidStart = { below, hasFailed, isCompared, isSent };
  const outcomes = own?.steps ?? null;
  if (outcomes === null) {
    const isSame = before?.outcomes === null && before.steps === steps;
    const row = isSame ? before.row : steps.map((step, nth) => notBuilt(step, stage.index, nth));
    return { steps, outcomes, row, start, end: null, failed: false, isStopped: laying.isStopped };
  }
  const isAlike = before !== null && isStartAlike(laying, start, before);
  const { row, last, failed } = laidSteps(laying, stage, { outcomes, start }, { before, isAlike });
  laying.hasMoved ||=
    before === null ||
    failed !== before.failed ||
    !isSameOrNone(last, before.end?.last ?? null) ||
    !isSameOrNone(last?.root ?? null, before.end?.last?.root ?? null);
  const end = own === null ? null : { last, files: own.end.files };
  return { steps, outcomes, row, start, end, failed, isStopped: laying.isStopped };
}

/** True where a step with the same outcome is the same, as long as those above it in the stage are. */
function isStartAlike(laying: Laying, start: LaidStart, before: LaidStage): boolean {
  const old = before.start;
  return (
    start.isSent &&
    old.isSent &&
    !laying.hasMoved &&
    !laying.isStopped &&
    !before.isStopped &&
    before.failed === old.hasFailed &&
    old.hasFailed === start.hasFailed &&
    old.isCompared === start.isCompared &&
    isBelowAlike(old.below, start.below)
  );
}

function isBelowAlike(one: KeyedStep | null, other: KeyedStep | null): boolean {
  if (one === other || one === null || other === null) return one === other;
  return (
    isSameRef(one, other) &&
    one.prediction === other.prediction &&
    one.fails === other.fails &&
    isSameOrNone(one.root, other.root) &&
    (one.definition === null) === (other.definition === null)
  );
}

interface StageSteps {
  readonly outcomes: readonly StepOutcome[];
  readonly start: LaidStart;
}

interface StageBefore {
  readonly before: LaidStage | null;
  /** See `isStartAlike`. */
  readonly isAlike: boolean;
}

function laidSteps(
  laying: Laying,
  { index, steps }: Stage,
  { outcomes, start }: StageSteps,
  { before, isAlike }: StageBefore,
) {
  const { stages, unsent, isCompared } = laying;
  const { worksInOrder } = laying.input.graph.rules;
  const row: KeyedStep[] = [];
  let { below, hasFailed } = start;
  let isSame = isAlike;
  for (let nth = 0; nth < steps.length; nth++) {
    const kept = outcomes[nth];
    const old = before?.row[nth];
    if (kept === undefined) continue;
    if (isSame && old !== undefined && kept === before?.outcomes?.[nth]) {
      row.push(old);
      continue;
    }
    // Those that were passed over.
    if (isSame) below = lastWithKey(row) ?? start.below;
    const outcome = unsent.size === 0 ? kept : (unsent.get(kept) ?? kept);
    const waits = outcome.sources.some((source) => stages[source]?.failed === true);
    const fails = outcome.fails && !waits;
    const prediction = fails || waits || hasFailed || !isCompared ? null : outcome.found;
    const root = prediction === null ? null : rootBelow(outcome, prediction, below, laying);
    const isKept =
      old !== undefined &&
      old.outcome === outcome &&
      old.prediction === prediction &&
      old.fails === fails &&
      isSameOrNone(old.below, below) &&
      hasRoot(old, root);
    const keyed = isKept
      ? old
      : new KeyedStep(outcome, prediction, fails, refOf(below), root, index, nth);
    hasFailed ||= fails || waits;
    // Behind a failure that is new, a step of which nothing is predicted anyway still looks the same.
    isSame =
      isAlike &&
      !fails &&
      !waits &&
      hasFailed === start.hasFailed &&
      old !== undefined &&
      isBelowAlike(old, keyed);
    if (outcome.definition !== null) below = keyed;
    laying.isStopped ||= (fails || waits) && worksInOrder;
    row.push(keyed);
  }
  const last = isSame ? (lastWithKey(row) ?? start.below) : below;
  const isWhole = before !== null && isSameList(row, before.row);
  return { row: isWhole ? before.row : row, last, failed: hasFailed };
}

function lastWithKey(row: readonly KeyedStep[]): KeyedStep | null {
  return row.findLast(({ definition }) => definition !== null) ?? null;
}

/** True for a step of which the same would be made above such a root: see `KeyedStep.root`. */
function hasRoot(step: KeyedStep, root: StepRef | null): boolean {
  const { prediction } = step;
  return prediction === null || prediction === "hit" || isSameRef(step.root ?? step, root ?? step);
}

/** No step holds another one. */
function refOf(step: StepRef | null): StepRef | null {
  return step && { stage: step.stage, nth: step.nth };
}

/** Those that the command line adds come last. */
function stepsInOrder(
  globals: readonly KeyedStep[],
  rows: Keys["rows"],
  graph: BuildGraph,
): readonly KeyedStep[] {
  const all = globals.concat(...rows);
  if (graph.steps.at(-1)?.isOption !== true) return all;
  return [...all.filter(({ step }) => !step.isOption), ...all.filter(({ step }) => step.isOption)];
}

/** Where the chain of rebuilds of a step began, if not at itself. */
function rootBelow(
  { open }: StepOutcome,
  prediction: PredictionKind,
  below: KeyedStep | null,
  { stages }: Laying,
): StepRef | null {
  if (prediction === "unknown") {
    for (const input of open)
      if (input.kind === "stage") return stages[input.stage]?.end?.last?.root ?? null;
    return below?.root ?? null;
  }
  return below?.prediction === "miss" ? below.root : null;
}
