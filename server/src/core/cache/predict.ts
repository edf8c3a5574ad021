/**
 * The prediction for a build: the outcome of each stage that the target needs, and over them what is
 * decided for the file as a whole: that it is rejected, and where the build fails.
 */
import { visibleFrom } from "../files/visibleStages.js";
import type { BuildGraph, Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import { keyless, keyStage } from "./keyStage.js";
import type { StageOutcome, StepOutcome } from "./outcome.js";
import type { PredictionKind } from "./prediction.js";
import { noRecords } from "./recordGraph.js";
import type { Baseline } from "./records.js";
import type { FolderInput } from "./stepInputs.js";

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

/** The outcome of a step in this build. */
export interface KeyedStep extends StepOutcome {
  /** null: the builder runs nothing for it, or does not come so far. */
  readonly prediction: PredictionKind | null;
  readonly below: KeyedStep | null;
}

export interface StageEnd {
  readonly last: KeyedStep | null;
}

export interface Keys {
  /** In the order of `BuildGraph.steps`. */
  readonly steps: readonly KeyedStep[];
  /** null: the stage is not built. */
  readonly stages: readonly (StageEnd | null)[];
}

/** Gives every step its key and its prediction. Pure; costs O(steps) once contexts are remembered. */
export function predictKeys(input: PredictionInput): Keys {
  return laidOver(input, outcomesOf(input));
}

/** Of the stages in their order; null: the target does not need it. */
function outcomesOf(input: PredictionInput): readonly (StageOutcome | null)[] {
  const { graph, context, folders, digest, baseline } = input;
  const visible = visibleFrom(graph);
  const outcomes: (StageOutcome | null)[] = [];
  const left = new Map<Step, StepOutcome["left"]>();
  const build = {
    ...{ graph, context, folders, digest, records: baseline.records },
    endOf: (index: number) => outcomes[index]?.end ?? null,
    left: (step: Step) => left.get(step) ?? keyless(step, null).left,
  };
  let committed = noRecords;
  for (const stage of graph.stages) {
    if (!stage.isBuilt) {
      outcomes.push(null);
      continue;
    }
    const { base } = stage;
    const parent = base.kind === "stage" ? build.endOf(base.index) : null;
    const seenFrom = visible.get(stage.index) ?? Number.POSITIVE_INFINITY;
    const outcome = keyStage({ ...build, stage, committed, parent, seenFrom });
    for (const step of outcome.steps) left.set(step.step, step.left);
    ({ committed } = outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

/** A step above one that fails is not built; nor, where the builder works in order, is a later stage. */
function laidOver(
  { graph, isRejected }: PredictionInput,
  outcomes: readonly (StageOutcome | null)[],
): Keys {
  const keyed = new Map<StepOutcome, KeyedStep>();
  const bySteps = new Map<Step, KeyedStep>();
  const failed: boolean[] = [];
  let isStopped = isRejected;
  const stages = graph.stages.map(({ index, base }): StageEnd | null => {
    const outcome = outcomes[index];
    if (outcome == null) return null;
    const isOnFailure = base.kind === "stage" && failed[base.index] === true;
    let hasFailed = isStopped || isOnFailure || base.kind === "broken";
    for (const step of outcome.steps) {
      const fails = step.fails || step.sources.some((source) => failed[source] === true);
      const below = step.below === null ? null : (keyed.get(step.below) ?? null);
      const prediction = fails || hasFailed ? null : step.found;
      const own = keyedStep(step, below, fails, prediction);
      keyed.set(step, own);
      bySteps.set(step.step, own);
      hasFailed ||= fails;
      isStopped ||= fails && graph.rules.worksInOrder;
    }
    failed[index] = hasFailed;
    const { below } = outcome.end;
    return { last: below === null ? null : (keyed.get(below) ?? null) };
  });
  return { steps: graph.steps.map((step) => bySteps.get(step) ?? notBuilt(step)), stages };
}

/** Every field by name: made for each step at each keystroke, and a spread costs many times as much. */
function keyedStep(
  outcome: StepOutcome,
  below: KeyedStep | null,
  fails: boolean,
  prediction: PredictionKind | null,
): KeyedStep {
  return {
    step: outcome.step,
    definition: outcome.definition,
    inputs: outcome.inputs,
    key: outcome.key,
    found: outcome.found,
    left: outcome.left,
    isForced: outcome.isForced,
    context: outcome.context,
    stageProblems: outcome.stageProblems,
    open: outcome.open,
    below,
    taken: outcome.taken,
    sources: outcome.sources,
    isByContent: outcome.isByContent,
    fails,
    addsLayer: outcome.addsLayer,
    prediction,
  };
}

function notBuilt(step: Step): KeyedStep {
  return keyedStep(keyless(step, null), null, false, null);
}
