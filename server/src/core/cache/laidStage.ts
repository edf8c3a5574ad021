/** The steps of one stage as a build has them: what they come to, with what is decided above and beside them. */

import type { BuilderRules } from "../build/builderRules.js";
import { isSameOrNone, isSameRef, type Stage, type Step, type StepRef } from "../graph/graph.js";
import { failedBuild } from "../graph/images.js";
import { isSameList } from "../text/sameList.js";
import type { KeptRuns } from "./keptRuns.js";
import { KeyedStep, type LaidStage, type LaidStart } from "./keyedStep.js";
import type { StageOutcome, StepOutcome } from "./outcome.js";
import type { PredictionKind } from "./prediction.js";
import { keyless } from "./stageStart.js";

/** What lies over the steps of one build. */
export interface Laying {
  readonly rules: BuilderRules;
  readonly kept: KeptRuns;
  readonly stages: LaidStage[];
  readonly unsent: ReadonlyMap<StepOutcome, StepOutcome>;
  /** False: what is not known to be in the cache or not is nothing that rebuilds. */
  readonly isCompared: boolean;
  /** True once the builder has given up, where it works in order. */
  isStopped: boolean;
}

export function notBuilt(step: Step, stage: number | null, nth: number): KeyedStep {
  return new KeyedStep(keyless(step), null, false, null, null, stage, nth);
}

/**
 * A step above one that fails is not built, nor one that takes files of a stage that is not; nor, where
 * the builder works in order, is a later stage.
 * @param own null: the target does not need the stage
 * @param before of the build before
 * @param isOnMoved true where a stage that this one needs ends otherwise than in that
 */
export function laidStage(
  laying: Laying,
  stage: Stage,
  own: StageOutcome | null,
  before: LaidStage | null,
  isOnMoved: boolean,
): LaidStage {
  const { stages, isCompared } = laying;
  const { base, steps } = stage;
  const { worksInOrder } = laying.rules;
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
  const isAlike = before !== null && !isOnMoved && isStartAlike(laying, start, before);
  const { row, last, failed } = laidSteps(laying, stage, { outcomes, start }, { before, isAlike });
  const end = own === null ? null : { last, files: own.end.files };
  return { steps, outcomes, row, start, end, failed, isStopped: laying.isStopped };
}

/** True where a step with the same outcome is the same, as long as those above it in the stage are. */
function isStartAlike(laying: Laying, start: LaidStart, before: LaidStage): boolean {
  const old = before.start;
  return (
    start.isSent &&
    old.isSent &&
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
  const { worksInOrder } = laying.rules;
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
    const known = laying.kept.laidWith(outcome);
    const isKept =
      known !== null &&
      isSameRef(known, { stage: index, nth }) &&
      known.prediction === prediction &&
      known.fails === fails &&
      isSameOrNone(known.below, below) &&
      hasRoot(known, root);
    const keyed = isKept
      ? known
      : new KeyedStep(outcome, prediction, fails, refOf(below), root, index, nth);
    if (!isKept) laying.kept.keepLaid(keyed);
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
