/**
 * The prediction for a build: the outcome of each stage that the target needs, and over them what is
 * decided for the file as a whole: that it is rejected, and where the build fails.
 */
import type { FilesAt } from "../files/filesAt.js";
import {
  type BuildGraph,
  isSameOrNone,
  isSameRef,
  type Stage,
  type Step,
  type StepRef,
} from "../graph/graph.js";
import type { Digest } from "../host.js";
import { isSameList } from "../text/sameList.js";
import type { InputName } from "./inputName.js";
import { KeptRuns } from "./keptRuns.js";
import { KeyedStep } from "./keyedStep.js";
import { keyless, keyStage } from "./keyStage.js";
import { Names } from "./names.js";
import type { StageOutcome, StepOutcome } from "./outcome.js";
import type { PredictionKind } from "./prediction.js";
import { noRecords } from "./recordGraph.js";
import type { Baseline } from "./records.js";
import type { FolderInput } from "./stepInputs.js";
import { unsentOutcomes } from "./unsentOutcomes.js";

export { KeyedStep } from "./keyedStep.js";

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
}

export interface Keys {
  /** In the order of `BuildGraph.steps`. */
  readonly steps: readonly KeyedStep[];
  /** Those before the first FROM. */
  readonly globals: readonly KeyedStep[];
  /** Of each stage, whether it is built or not, as it has them. */
  readonly rows: readonly (readonly KeyedStep[])[];
  /** null: the stage is not built. */
  readonly stages: readonly (StageEnd | null)[];
  readonly names: Names;
}

export interface StageEnd {
  readonly last: KeyedStep | null;
  /** What stands in it then. */
  readonly files: FilesAt;
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
  const keys = laidOver(input, outcomesOf(input, names, outcomes, kept), names, kept.laid);
  kept.laid = keys.rows;
  return keys;
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
  const { graph, context, folders, digest, baseline } = input;
  const done: (StageOutcome | null)[] = [];
  const build = {
    ...{ graph, context, folders, digest, names, records: baseline.records },
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
  readonly rows: (readonly KeyedStep[])[];
  readonly stages: (StageEnd | null)[];
  /** Of each stage that is built: whether the builder comes to its end. */
  readonly failed: boolean[];
  readonly unsent: ReadonlyMap<StepOutcome, StepOutcome>;
  /** False: what is not known to be in the cache or not is nothing that rebuilds. */
  readonly isCompared: boolean;
  /** True once the builder has given up, where it works in order. */
  isStopped: boolean;
}

/** @param before the rows of the build before: a step that is the same stays the same object */
function laidOver(
  input: PredictionInput,
  outcomes: readonly (StageOutcome | null)[],
  names: Names,
  before: Keys["rows"],
): Keys {
  const { graph, isRejected, baseline } = input;
  const laying: Laying = {
    input,
    rows: [],
    stages: [],
    failed: [],
    unsent: unsentOutcomes(outcomes, graph.rules),
    isCompared: baseline.kind !== "pending" && baseline.kind !== "unknown",
    isStopped: isRejected,
  };
  for (const stage of graph.stages) {
    const row = laidStage(laying, stage, outcomes[stage.index] ?? null, before[stage.index] ?? []);
    laying.rows.push(row);
  }
  const globals = graph.globals.map((step, nth) => notBuilt(step, null, nth));
  const { rows, stages } = laying;
  return { steps: stepsInOrder(globals, rows), globals, rows, stages, names };
}

function notBuilt(step: Step, stage: number | null, nth: number): KeyedStep {
  return new KeyedStep(keyless(step), null, false, null, null, stage, nth);
}

/**
 * A step above one that fails is not built, nor one that takes files of a stage that is not; nor, where
 * the builder works in order, is a later stage.
 * @param own null: the target does not need the stage
 */
function laidStage(
  laying: Laying,
  { index, base, steps }: Stage,
  own: StageOutcome | null,
  before: readonly KeyedStep[],
): readonly KeyedStep[] {
  const { failed, stages, unsent, isCompared } = laying;
  const { rules } = laying.input.graph;
  const row: KeyedStep[] = [];
  let below = (base.kind === "stage" ? stages[base.index]?.last : null) ?? null;
  const isOnFailure = base.kind === "stage" && failed[base.index] === true;
  let hasFailed = laying.isStopped || isOnFailure || base.kind === "broken";
  laying.isStopped ||= hasFailed && own !== null && rules.worksInOrder;
  for (let nth = 0; nth < steps.length; nth++) {
    const step = steps[nth];
    if (step === undefined) continue;
    const old = before[nth];
    const kept = own?.steps[nth];
    if (kept === undefined) {
      row.push(old?.outcome === keyless(step) ? old : notBuilt(step, index, nth));
      continue;
    }
    const outcome = unsent.size === 0 ? kept : (unsent.get(kept) ?? kept);
    const waits = outcome.sources.some((source) => failed[source] === true);
    const fails = outcome.fails && !waits;
    const prediction = fails || waits || hasFailed || !isCompared ? null : outcome.found;
    const root = prediction === null ? null : rootBelow(outcome, prediction, below, laying);
    const isSame =
      old !== undefined &&
      old.outcome === outcome &&
      old.prediction === prediction &&
      old.fails === fails &&
      isSameOrNone(old.below, below) &&
      hasRoot(old, root);
    const keyed = isSame
      ? old
      : new KeyedStep(outcome, prediction, fails, refOf(below), root, index, nth);
    if (outcome.definition !== null) below = keyed;
    hasFailed ||= fails || waits;
    laying.isStopped ||= (fails || waits) && rules.worksInOrder;
    row.push(keyed);
  }
  if (own !== null) failed[index] = hasFailed;
  stages.push(own === null ? null : { last: below, files: own.end.files });
  return isSameList(row, before) ? before : row;
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
function stepsInOrder(globals: readonly KeyedStep[], rows: Keys["rows"]): readonly KeyedStep[] {
  const steps = [...globals];
  const options: KeyedStep[] = [];
  for (const row of rows)
    for (const keyed of row) (keyed.outcome.step.isOption ? options : steps).push(keyed);
  return options.length === 0 ? steps : [...steps, ...options];
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
      if (input.kind === "stage") return stages[input.stage]?.last?.root ?? null;
    return below?.root ?? null;
  }
  return below?.prediction === "miss" ? below.root : null;
}
