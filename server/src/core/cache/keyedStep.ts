/** A step in one build. */
import type { FilesAt } from "../files/filesAt.js";
import type { Flattened } from "../graph/flattened.js";
import type { BuildGraph, Step, StepRef } from "../graph/graph.js";
import type { StepOutcome } from "./outcome.js";
import type { PredictionKind } from "./prediction.js";

/**
 * The outcome of a step, with what is decided for the build as a whole. It holds no other step and no
 * key, which are others after every edit: `keyedAt` and `keyOf` look them up in the build.
 */
export class KeyedStep implements StepRef {
  /** Where the chain of rebuilds began that it is in: here, or below; null: it is cached, or not reached. */
  readonly root: StepRef | null;

  /** @param root null: a chain would begin here */
  constructor(
    readonly outcome: StepOutcome,
    /** null: the builder runs nothing for it, or does not come so far. */
    readonly prediction: PredictionKind | null,
    /** True when the builder fails at this step. */
    readonly fails: boolean,
    /** The step below it in the stage that has a key, parents included; null: the base. */
    readonly below: StepRef | null,
    root: StepRef | null,
    readonly stage: number | null,
    readonly nth: number,
  ) {
    const isInChain = prediction !== null && prediction !== "hit";
    this.root = isInChain ? (root ?? { stage, nth }) : null;
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
}

/** What stands at the end of a stage. */
export interface StageEnd {
  /** The last step with a key, parents included; null: the base. */
  readonly last: KeyedStep | null;
  /** What stands in it then. */
  readonly files: FilesAt;
}

/** The steps of one build, kept for the next. */
export interface LaidBuild extends Flattened<KeyedStep> {
  readonly graph: BuildGraph;
  readonly outcomes: readonly unknown[];
  /** True where the steps of a stage turn on nothing but itself and those that it needs. */
  readonly isPlain: boolean;
  readonly isCompared: boolean;
  readonly ends: readonly (StageEnd | null)[];
  readonly steps: readonly KeyedStep[];
  /** See `Keys.taking`. */
  readonly taking: readonly number[];
  readonly stages: readonly LaidStage[];
}

/** The steps of a stage, and all that they turn on. */
export interface LaidStage {
  readonly steps: readonly Step[];
  /** null: it is not built. */
  readonly outcomes: readonly StepOutcome[] | null;
  readonly row: readonly KeyedStep[];
  readonly start: LaidStart;
  /** null: it is not built. */
  readonly end: StageEnd | null;
  /** True when the builder does not come to its end. */
  readonly failed: boolean;
  /** True when it gives up in it, or has done so before. */
  readonly isStopped: boolean;
}

/** What the first step of a stage finds. */
export interface LaidStart {
  readonly below: KeyedStep | null;
  readonly hasFailed: boolean;
  readonly isCompared: boolean;
  /** False: some step of the build takes what the client does not send. */
  readonly isSent: boolean;
}
