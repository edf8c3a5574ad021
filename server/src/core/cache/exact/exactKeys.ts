/**
 * The keys of a build's steps as BuildKit itself has them and writes them into the caches that it
 * exports. Made when somebody asks: nothing of it is kept with the graph.
 */
import { formatPlatform } from "../../build/platform.js";
import {
  type BuildGraph,
  isBaseKnown,
  type Stage,
  type StageBase,
  type Step,
} from "../../graph/graph.js";
import { parseEntry } from "../../graph/startScope.js";
import type { Digest } from "../../host.js";
import type { MakeDirectoryOperation, SourceReference } from "../../instructions/operation.js";
import { copyOps } from "./copyOps.js";
import { type Dialect, dialectOf } from "./dialect.js";
import { StageEnvironment } from "./environment.js";
import { execOps } from "./execOp.js";
import { fileOp, makeDirectory, ownerOf } from "./fileOp.js";
import {
  type ExactInput,
  type OpSetting,
  recordDigest,
  type StepOps,
  type Vertex,
  vertexOf,
} from "./op.js";

export interface ExactKey {
  /** The digest of the step's record, `sha256:…`; of a COPY --link that of the copy, before it is laid over the rest. */
  readonly digest: string;
  /** The digests of all records that the step's ops make, its own included. */
  readonly all: readonly string[];
  /** What is looked up by its content besides; `contentRecords` finds those of its records. */
  readonly contents: readonly ExactInput[];
  /** False where something that can be in it is not known, such as the base image's config. */
  readonly isComplete: boolean;
}

/**
 * By step; what BuildKit makes no record for is not in it, and neither is a stage that is not built.
 * Empty for the classic builder, and where the builder runs nothing because of what is wrong.
 */
export function exactKeys(graph: BuildGraph, digest: Digest): ReadonlyMap<Step, ExactKey> {
  const keys = new Map<Step, ExactKey>();
  if (!graph.rules.exportsCache || graph.isRejected) return keys;
  const { definition, frontend } = graph;
  const dialect = dialectOf(definition.builderVersion.buildKit, frontend.minor);
  const ends: StageEnd[] = [];
  for (const stage of graph.stages) {
    ends.push(walkStage(stage, { graph, digest, dialect, ends, keys }));
  }
  return keys;
}

/** What a stage leaves to those below it. */
interface StageEnd {
  readonly vertex: Vertex;
  readonly environment: StageEnvironment;
  readonly isKnown: boolean;
}

interface Walk {
  readonly graph: BuildGraph;
  readonly digest: Digest;
  readonly dialect: Dialect;
  /** Of the stages above. */
  readonly ends: readonly StageEnd[];
  readonly keys: Map<Step, ExactKey>;
}

function walkStage(stage: Stage, walk: Walk): StageEnd {
  const { graph, digest, dialect, keys } = walk;
  const { environment, isKnown, ...start } = startOf(stage, walk);
  let { vertex } = start;
  if (!stage.isBuilt || stage.isReplaced) return { vertex, environment, isKnown };
  const setting = { dialect, digest, platform: stage.platform, args: graph.definition.args };
  for (const step of stage.steps) {
    environment.apply(step);
    const made = opsOf(step, vertex, { setting, stage, environment, walk });
    if (made === null) continue;
    vertex = made.result;
    keys.set(step, {
      digest: recordDigest(made.own, digest),
      contents: made.contents,
      all: made.ops.map((op) => recordDigest(op, digest)),
      isComplete: isKnown && graph.frontend.isKnown && !hasUnknownFlag(step),
    });
  }
  return { vertex, environment, isKnown };
}

/** A device's own key is the builder's: solver/pb/ops.proto `CDIDevice`. */
function hasUnknownFlag({ instruction }: Step): boolean {
  return instruction.flags.some(({ name }) => name === "device");
}

function startOf(stage: Stage, { graph, ends }: Walk): StageEnd {
  const { base } = stage;
  const parent = base.kind === "stage" ? graph.stages[base.index] : undefined;
  const end = base.kind === "stage" ? ends[base.index] : undefined;
  if (parent !== undefined && end !== undefined) {
    const environment = StageEnvironment.continuing(end.environment, parent);
    return { vertex: end.vertex, environment, isKnown: end.isKnown };
  }
  const image = base.kind === "image" ? base.image : null;
  return {
    vertex: baseVertex(base, stage),
    environment: StageEnvironment.ofImage((image?.environment ?? []).map(parseEntry)),
    isKnown: isBaseKnown(base) && base.kind !== "broken",
  };
}

function baseVertex(base: StageBase, stage: Stage): Vertex {
  switch (base.kind) {
    case "image":
      return imageVertex(base.reference, stage);
    case "folder":
    case "elsewhere":
      return contextVertex(base.name);
    case "stage":
    case "scratch":
    case "broken":
      return null;
  }
}

function imageVertex(reference: string, { platform }: Stage): Vertex {
  return `image:${JSON.stringify([reference, formatPlatform(platform)])}`;
}

/** @param name of a `--build-context`; empty: the main one */
function contextVertex(name: string): Vertex {
  return `context:${name}`;
}

interface Place {
  readonly setting: OpSetting;
  readonly stage: Stage;
  readonly environment: StageEnvironment;
  readonly walk: Walk;
}

/** null: nothing runs for the step. */
function opsOf(step: Step, root: Vertex, place: Place): StepOps | null {
  const { setting, stage, environment, walk } = place;
  const vertex = (from: SourceReference | null) => sourceVertex(from, stage, walk);
  const { operation } = step;
  switch (operation?.kind) {
    case undefined:
    case "pull":
      return null;
    case "makeDirectory":
      return ofDirectory(operation, root, setting);
    case "copy": {
      const isUnpackTyped = step.instruction.flags.some(({ name }) => name === "unpack");
      const source = vertex(operation.from);
      return copyOps(operation, root, { ...setting, source, isUnpackTyped });
    }
    case "run": {
      const { flags } = walk.graph.definition;
      const run = { ...setting, flags, environment: environment.entries(), vertex };
      return execOps(operation, root, run);
    }
  }
}

function sourceVertex(from: SourceReference | null, stage: Stage, { ends }: Walk): Vertex {
  switch (from?.kind) {
    case undefined:
    case "scratch":
      return null;
    case "context":
      return contextVertex(from.folder ?? "");
    case "stage":
      return ends[from.index]?.vertex ?? null;
    case "image":
      return imageVertex(from.reference, stage);
  }
}

/** Source: dockerfile2llb/convert.go `dispatchWorkdir`. */
function ofDirectory(
  { path, owner }: MakeDirectoryOperation,
  root: Vertex,
  { dialect, args, digest }: OpSetting,
): StepOps {
  const directory = makeDirectory({
    path,
    mode: 0o755,
    makeParents: true,
    owner: ownerOf(owner, dialect),
    time: dialect.datesDirectories ? sourceDate(args) : null,
  });
  const own = fileOp(root, [directory]);
  return { ops: [own], own, contents: [], result: vertexOf(own, digest) };
}

const nanosecondsInSecond = 1e9;

/** SOURCE_DATE_EPOCH as `--build-arg` gives it, in nanoseconds; null: no number of seconds. */
function sourceDate(args: ReadonlyMap<string, string>): number | null {
  const seconds = args.get("SOURCE_DATE_EPOCH") ?? "";
  return /^\d{1,11}$/.test(seconds) ? Number(seconds) * nanosecondsInSecond : null;
}
