/**
 * What becomes of a stage: values that depend on what stands in it and below it, and on nothing
 * that is decided for the file as a whole. Whether the file is rejected, where the build fails and
 * what the target needs is laid over them: `predict.ts`.
 */
import type { ObstacleProblem, Selection, SelectionProblem } from "../context/selection.js";
import type { ContextInput } from "../files/contextInput.js";
import type { FilesAt } from "../files/filesAt.js";
import type { KnownDirectories } from "../files/knownDirectories.js";
import type { Step } from "../graph/graph.js";
import type { Definition } from "./definition.js";
import type { InputName } from "./inputName.js";
import type { PredictionKind } from "./prediction.js";
import type { CacheRecord, NamedInput, RecordGraph } from "./recordGraph.js";
import type { OpenInput, StepInput } from "./stepInput.js";

export interface StepOutcome {
  readonly step: Step;
  readonly definition: Definition | null;
  /** The inputs as they are named once everything has been built; the root file system first. */
  readonly inputs: readonly InputName[];
  /** The key once everything has been built; null: the builder runs nothing. */
  readonly key: string | null;
  /** What the cache does with it where the build comes so far; null: the builder runs nothing. */
  readonly found: PredictionKind | null;
  /** What it leaves for those that take files of it. */
  readonly left: NamedInput;
  /** True when it runs whatever the cache holds: the build is asked to, or it is never found there. */
  readonly isForced: boolean;
  readonly context: readonly ContextInput[];
  /** What is wrong with the files that it takes from other stages, by the places of its sources. */
  readonly stageProblems: readonly (SelectionProblem | ObstacleProblem)[];
  readonly open: readonly OpenInput[];
  /** The step below it in the stage that has a key, parents included; null: the base. */
  readonly below: StepOutcome | null;
  /** What a COPY takes; null: not known, or nothing. */
  readonly taken: Selection | null;
  /** The stages that files come from. */
  readonly sources: readonly number[];
  /** True when what is below counts by its content: the step stays cached where that comes out equal. */
  readonly isByContent: boolean;
  /** True when the builder fails at this step. */
  readonly fails: boolean;
  /** False for a step that is known to change no file and then leaves no layer: see `keepsEmptyLayers`. */
  readonly addsLayer: boolean;
}

/** What the next step of a stage, or a stage that continues it, stands on. */
export interface Position {
  readonly root: StepInput;
  /** The record that the step below leaves, where others look for it in the same build; else null. */
  readonly record: CacheRecord | null;
  /** Equal for what BuildKit runs once: see `contentInput`. */
  readonly vertex: string;
  readonly below: StepOutcome | null;
  /** A step below missed: see `stopsLookingAfterMiss`. */
  readonly missed: boolean;
  readonly directories: KnownDirectories;
  readonly files: FilesAt;
}

export interface StageOutcome {
  /** As the stage has them. */
  readonly steps: readonly StepOutcome[];
  readonly end: Position;
  /** What this build has left by then, where others look for it: see `runsEqualStepsOnce`. */
  readonly committed: RecordGraph;
}
