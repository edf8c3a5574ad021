/**
 * The prediction for a build: the outcome of each stage that the target needs, and over them what is
 * decided for the file as a whole: that it is rejected, and where the build fails.
 */
import type { FilesAt } from "../files/filesAt.js";
import type { BuildGraph, Step, StepRef } from "../graph/graph.js";
import type { Digest } from "../host.js";
import type { InputName } from "./inputName.js";
import { KeptRuns } from "./keptRuns.js";
import { keyless, keyStage } from "./keyStage.js";
import { Names } from "./names.js";
import type { StageOutcome, StepOutcome } from "./outcome.js";
import type { PredictionKind } from "./prediction.js";
import { noRecords } from "./recordGraph.js";
import type { Baseline } from "./records.js";
import type { FolderInput } from "./stepInputs.js";
import { unsentOutcomes } from "./unsentOutcomes.js";

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
  /** null: the stage is not built. */
  readonly stages: readonly (StageEnd | null)[];
}

export interface StageEnd {
  readonly last: KeyedStep | null;
  /** What stands in it then. */
  readonly files: FilesAt;
}

/** The outcome of a step in this build, with what is decided for the build as a whole, and its place. */
export class KeyedStep implements StepRef {
  /** Where the chain of rebuilds began that it is in: here, or below; null: it is cached, or not reached. */
  readonly root: KeyedStep | null;
  readonly #names: Names;

  /** @param root absent: a chain would begin here */
  constructor(
    readonly outcome: StepOutcome,
    /** null: the builder runs nothing for it, or does not come so far. */
    readonly prediction: PredictionKind | null,
    /** True when the builder fails at this step. */
    readonly fails: boolean,
    /** The step below it in the stage that has a key, parents included; null: the base. */
    readonly below: KeyedStep | null,
    root: KeyedStep | null,
    readonly stage: number | null,
    readonly nth: number,
    names: Names,
  ) {
    this.root = prediction === null || prediction === "hit" ? null : (root ?? this);
    this.#names = names;
  }

  get step(): Step {
    return this.outcome.step;
  }

  get definition(): StepOutcome["definition"] {
    return this.outcome.definition;
  }

  get isForced(): boolean {
    return this.outcome.isForced;
  }

  get context(): StepOutcome["context"] {
    return this.outcome.context;
  }

  get stageProblems(): StepOutcome["stageProblems"] {
    return this.outcome.stageProblems;
  }

  get open(): StepOutcome["open"] {
    return this.outcome.open;
  }

  get taken(): StepOutcome["taken"] {
    return this.outcome.taken;
  }

  get sources(): StepOutcome["sources"] {
    return this.outcome.sources;
  }

  get isByContent(): boolean {
    return this.outcome.isByContent;
  }

  get addsLayer(): boolean {
    return this.outcome.addsLayer;
  }

  /** The key once everything has been built; null: the builder runs nothing. */
  get key(): string | null {
    return this.#names.of(this).key;
  }

  /** The inputs as they are named once everything has been built; the root file system first. */
  get inputs(): readonly InputName[] {
    return this.#names.of(this).inputs;
  }
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
  return laidOver(input, outcomesOf(input, names, outcomes, kept), names);
}

/** True where every step has the key that it has in the other build. */
export function areSameKeys({ steps }: Keys, other: Keys): boolean {
  return (
    steps.length === other.steps.length &&
    // One that is another line has another key, nearly always: most builds end here.
    steps.every((step, at) => isSameDefinition(step, other.steps[at])) &&
    steps.every((step, at) => step.key === other.steps[at]?.key)
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

/**
 * A step above one that fails is not built, nor one that takes files of a stage that is not; nor, where the builder works in order, is a later stage. */
function laidOver(
  { graph, isRejected, baseline }: PredictionInput,
  outcomes: readonly (StageOutcome | null)[],
  names: Names,
): Keys {
  const all: KeyedStep[] = [];
  const options: KeyedStep[] = [];
  const notBuilt = (step: Step, stage: number | null, nth: number): KeyedStep =>
    new KeyedStep(keyless(step), null, false, null, null, stage, nth, names);
  for (const [nth, step] of graph.globals.entries()) all.push(notBuilt(step, null, nth));
  const failed: boolean[] = [];
  const stages: (StageEnd | null)[] = [];
  // What is not known to be in the cache or not is nothing that rebuilds.
  const isCompared = baseline.kind !== "pending" && baseline.kind !== "unknown";
  let isStopped = isRejected;
  const unsent = unsentOutcomes(outcomes, graph.rules);
  for (const { index, base, steps } of graph.stages) {
    const own = outcomes[index];
    let below = (base.kind === "stage" ? stages[base.index]?.last : null) ?? null;
    const isOnFailure = base.kind === "stage" && failed[base.index] === true;
    let hasFailed = isStopped || isOnFailure || base.kind === "broken";
    isStopped ||= hasFailed && own != null && graph.rules.worksInOrder;
    for (const [nth, step] of steps.entries()) {
      const kept = own?.steps[nth];
      const outcome = kept === undefined ? undefined : (unsent.get(kept) ?? kept);
      let keyed: KeyedStep;
      if (outcome === undefined) keyed = notBuilt(step, index, nth);
      else {
        const waits = outcome.sources.some((source) => failed[source] === true);
        const fails = outcome.fails && !waits;
        const prediction = fails || waits || hasFailed || !isCompared ? null : outcome.found;
        const root = prediction === null ? null : rootBelow(outcome, prediction, below, stages);
        keyed = new KeyedStep(outcome, prediction, fails, below, root, index, nth, names);
        if (outcome.definition !== null) below = keyed;
        hasFailed ||= fails || waits;
        isStopped ||= (fails || waits) && graph.rules.worksInOrder;
      }
      (step.isOption ? options : all).push(keyed);
    }
    if (own == null) stages.push(null);
    else {
      failed[index] = hasFailed;
      stages.push({ last: below, files: own.end.files });
    }
  }
  return { steps: [...all, ...options], stages };
}

/** Where the chain of rebuilds of a step began, if not at itself. */
function rootBelow(
  { open }: StepOutcome,
  prediction: PredictionKind,
  below: KeyedStep | null,
  stages: readonly (StageEnd | null)[],
): KeyedStep | null {
  if (prediction === "unknown") {
    for (const input of open)
      if (input.kind === "stage") return stages[input.stage]?.last?.root ?? null;
    return below?.root ?? null;
  }
  return below?.prediction === "miss" ? below.root : null;
}
