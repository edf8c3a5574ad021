/**
 * What becomes of a stage: values that depend on what stands in it and below it, and on nothing
 * that is decided for the file as a whole. Whether the file is rejected, where the build fails and
 * what the target needs is laid over them: `predict.ts`.
 */
import type { BuildDefinition } from "../build/definition.js";
import type { Platform } from "../build/platform.js";
import type { ObstacleProblem, Selection, SelectionProblem } from "../context/selection.js";
import type { ContextInput } from "../files/contextInput.js";
import { type FilesAt, isSameMoment } from "../files/filesAt.js";
import type { KnownDirectories } from "../files/knownDirectories.js";
import { isSameRef, type Step } from "../graph/graph.js";
import type { Definition } from "./definition.js";
import type { Dialect } from "./exact/dialect.js";
import type { ExportForecast } from "./exact/stepForecast.js";
import { isSameToken } from "./matches.js";
import type { OpenName, Vertex } from "./openName.js";
import type { Lack, PredictionKind } from "./prediction.js";
import type { CacheRecord, RecordGraph } from "./recordGraph.js";
import type { OpenInput, StepInput } from "./stepInput.js";

export interface StepOutcome {
  readonly step: Step;
  /** null: the builder runs nothing. */
  readonly definition: Definition | null;
  /** Of the inputs, the root file system first. */
  readonly names: readonly OpenName[];
  /** What the cache does with it where the build comes so far; null: the builder runs nothing. */
  readonly found: PredictionKind | null;
  /** True when it runs whatever the cache holds: the build is asked to, or it is never found there. */
  readonly isForced: boolean;
  readonly context: readonly ContextInput[];
  /** What is wrong with the files that it takes from other stages, by the places of its sources. */
  readonly stageProblems: readonly (SelectionProblem | ObstacleProblem)[];
  readonly open: readonly OpenInput[];
  /** What exported caches lack of it; null: nothing, there are none, or nobody can tell. */
  readonly lacks: Lack | null;
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

/**
 * What the next step of a stage, or a stage that continues it, stands on. It holds no key, and names
 * steps by their places: below a step that runs anew it is the same whatever is typed there.
 */
export interface Position {
  readonly root: StepInput;
  /** The record that the step below leaves, where others look for it in the same build; else null. */
  readonly record: CacheRecord | null;
  readonly vertex: Vertex;
  /** Of the step below; null: the base. */
  readonly found: PredictionKind | null;
  /** A step below missed: see `stopsLookingAfterMiss`. */
  readonly missed: boolean;
  readonly directories: KnownDirectories;
  readonly files: FilesAt;
}

export interface StageOutcome {
  /** As the stage has them. */
  readonly steps: readonly StepOutcome[];
  /** What stands after each of them. */
  readonly after: readonly Position[];
  readonly end: Position;
  /** The places of those that take files of a context. */
  readonly taking: readonly number[];
  /** What this build has left by then, where others look for it: see `runsEqualStepsOnce`. */
  readonly committed: RecordGraph;
  /** All that it depends on; null: also on files that are being read. */
  readonly of: StageOf | null;
}

export interface StageOf {
  readonly steps: readonly Step[];
  readonly start: Position;
  readonly setting: Setting;
  /** Those of the steps that take files. */
  readonly takers: readonly Taker[];
  /** True where it may be otherwise though no stage that it takes from is: it is asked for each time. */
  readonly isRestless: boolean;
}

export interface Taker {
  readonly nth: number;
  readonly step: Step;
  readonly at: Position;
  /** See `Given.takes`. */
  readonly takes: readonly unknown[];
}

/** What the steps of a stage have in common. One object as long as all of it is the same. */
export interface Setting {
  readonly stage: number;
  readonly definition: BuildDefinition;
  readonly dialect: Dialect;
  readonly platform: Platform;
  readonly stagePlatform: Platform;
  /** Of earlier builds. */
  readonly records: RecordGraph;
  /** What the stages before have left. */
  readonly committed: RecordGraph;
  readonly exported: ExportForecast | null;
}

/** True where whatever stands on the one would stand on the other just so. */
export function isSamePosition(one: Position, other: Position): boolean {
  return (
    one.found === other.found &&
    one.missed === other.missed &&
    one.directories === other.directories &&
    one.record === other.record &&
    isSameVertex(one.vertex, other.vertex) &&
    isSameRoot(one.root, other.root) &&
    isSameMoment(one.files, other.files)
  );
}

function isSameVertex(one: Vertex, other: Vertex): boolean {
  return one.kind === "step"
    ? other.kind === "step" && isSameRef(one.of, other.of)
    : other.kind === "base" && one.name === other.name;
}

/** Of what steps leave; a base is one object for its stage. */
function isSameRoot(one: StepInput, other: StepInput): boolean {
  if (one === other) return true;
  return (
    one.name.kind === "result" &&
    other.name.kind === "result" &&
    isSameRef(one.name.of, other.name.of) &&
    isSameToken(one.token, other.token)
  );
}
