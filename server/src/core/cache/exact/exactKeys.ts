/**
 * The keys of a build's steps as BuildKit itself has them and writes them into the caches that it
 * exports. Made when somebody asks: nothing of it is kept with the graph.
 */
import { formatPlatform, type Platform } from "../../build/platform.js";
import {
  type BuildGraph,
  isBaseKnown,
  type Stage,
  type StageBase,
  type Step,
} from "../../graph/graph.js";
import { sourcesOf } from "../../graph/sources.js";
import type { Digest } from "../../host.js";
import type { BaseImage } from "../../image/baseImage.js";
import type { SourceReference } from "../../instructions/operation.js";
import { type Download, downloadVertex } from "./copyOps.js";
import { type Dialect, dialectOf } from "./dialect.js";
import {
  contentsOf,
  type ExactInput,
  type Lookup,
  recordDigest,
  type StepOps,
  type Vertex,
  vertexOf,
} from "./op.js";
import { stepOps } from "./stepOps.js";

export interface ExactKey {
  /** The digest of the step's record, `sha256:…`; of a COPY --link that of the copy, before it is laid over the rest. */
  readonly digest: string;
  /** What the builder solves for the step, in the order in which each needs those before it. */
  readonly ops: readonly KeyedOp[];
  /** What is looked up by its content besides; `contentRecords` finds those of its records. */
  readonly contents: readonly ExactInput[];
  /** False where something that can be in it is not known, such as the base image's config. */
  readonly isComplete: boolean;
}

export interface KeyedOp {
  readonly vertex: string;
  /** Of its record. */
  readonly digest: string;
  readonly inputs: readonly KeyedInput[];
}

export interface KeyedInput extends Omit<Lookup, "content"> {
  readonly vertex: string;
  /** Its place among `ExactKey.contents`; null: it is found by its record alone. */
  readonly content: number | null;
}

/**
 * Characters of all ops together: each RUN writes all variables that it gets, so that as many RUN as
 * ENV lines take their product. The steps behind have no key.
 */
const mostWritten = 64 << 20;

/**
 * By step; what BuildKit makes no record for is not in it, and neither is a stage that is not built.
 * Empty for the classic builder, and where the builder runs nothing because of what is wrong.
 */
export function exactKeys(graph: BuildGraph, digest: Digest): ReadonlyMap<Step, ExactKey> {
  const keys = new Map<Step, ExactKey>();
  if (!graph.rules.exportsCache || graph.isRejected) return keys;
  const dialect = dialectOf(graph);
  const ends: StageEnd[] = [];
  const written = { characters: 0 };
  for (const stage of graph.stages) {
    ends.push(walkStage(stage, { graph, digest, dialect, ends, keys, written }));
  }
  return keys;
}

/** What a stage leaves to those below it. */
interface StageEnd {
  readonly vertex: Vertex;
  readonly isKnown: boolean;
  /** False above files that a client sends: their key is random, and no record stands on it. */
  readonly hasRecords: boolean;
}

interface Walk {
  readonly graph: BuildGraph;
  readonly digest: Digest;
  readonly dialect: Dialect;
  /** Of the stages above. */
  readonly ends: readonly StageEnd[];
  readonly keys: Map<Step, ExactKey>;
  /** Of ops, up to now. */
  readonly written: { characters: number };
}

function walkStage(stage: Stage, walk: Walk): StageEnd {
  const { graph, digest, dialect, keys } = walk;
  const start = startOf(stage, walk);
  const { isKnown, hasRecords } = start;
  let { vertex } = start;
  if (!stage.isBuilt || stage.isReplaced) return start;
  const { args } = graph.definition;
  const written = { mergesLinks: true, writesVariables: true };
  const setting = { ...written, dialect, digest, platform: stage.platform, args };
  for (const step of stage.steps) {
    if (walk.written.characters > mostWritten) break;
    const source = (from: SourceReference) => sourceVertex(from, stage, walk);
    const made = stepOps(step, { root: vertex, source, flags: graph.definition.flags }, setting);
    if (made === null) continue;
    walk.written.characters += made.ops.reduce((sum, { json }) => sum + json.length, 0);
    vertex = made.result;
    if (!hasRecords) continue;
    keys.set(step, {
      digest: recordDigest(made.own, digest),
      contents: contentsOf(made),
      ops: keyedOps(made, digest),
      isComplete:
        isKnown &&
        stage.platform.os !== "windows" &&
        graph.frontend.isKnown &&
        !hasUnknownFlag(step),
    });
  }
  return { vertex, isKnown, hasRecords };
}

/** Only the step's own op has inputs of which but a part is taken. */
function keyedOps(made: StepOps, digest: Digest): readonly KeyedOp[] {
  return made.ops.map((op) => {
    let contents = 0;
    const inputs = op.inputs.map((vertex): KeyedInput => {
      const lookup = op === made.own ? made.lookups.get(vertex) : undefined;
      const hasContent = lookup !== undefined && lookup.content !== null;
      return {
        vertex,
        selector: lookup?.selector ?? null,
        content: hasContent ? contents++ : null,
      };
    });
    return { vertex: vertexOf(op, digest), digest: recordDigest(op, digest), inputs };
  });
}

/** A device's own key is the builder's: solver/pb/ops.proto `CDIDevice`. */
function hasUnknownFlag({ instruction }: Step): boolean {
  return instruction.flags.some(({ name }) => name === "device");
}

function startOf(stage: Stage, { ends }: Walk): StageEnd {
  const { base } = stage;
  const end = base.kind === "stage" ? ends[base.index] : undefined;
  if (end !== undefined) return end;
  const isKnown = isBaseKnown(base) && base.kind !== "broken";
  return { vertex: baseVertex(base, stage), isKnown, hasRecords: base.kind !== "folder" };
}

/** The images that the steps of a build are named on, by their vertices; null: nothing is known of one. */
export function imageVertices({ stages }: BuildGraph): ReadonlyMap<string, NamedSource> {
  const found = new Map<string, NamedSource>();
  for (const stage of stages) {
    if (!stage.isBuilt) continue;
    for (const from of [stage.base, ...stage.steps.flatMap(sourcesOf)])
      if (from.kind === "image") {
        const { reference, image } = from;
        const { platform } = stage;
        found.set(imageVertex(from, stage), { reference, platform, image });
      }
  }
  return found;
}

/** What its steps download, by their vertices. */
export function downloads({ stages }: BuildGraph): ReadonlyMap<string, Download> {
  const items = stages.flatMap(({ isBuilt, steps }) =>
    isBuilt ? steps.flatMap(({ operation: it }) => (it?.kind === "copy" ? it.items : [])) : [],
  );
  return new Map(
    items.flatMap((item): [string, Download][] =>
      item.kind === "http" || item.kind === "git" ? [[downloadVertex(item), item]] : [],
    ),
  );
}

export interface NamedSource {
  readonly reference: string;
  readonly platform: Platform;
  readonly image: BaseImage | null;
}

function baseVertex(base: StageBase, stage: Stage): Vertex {
  switch (base.kind) {
    case "image":
      return imageVertex(base, stage);
    case "folder":
    case "elsewhere":
      return contextVertex(base.name);
    case "stage":
    case "scratch":
    case "broken":
      return null;
  }
}

/** One that a `--build-context` names is asked for otherwise than one that the file names. */
function imageVertex(
  { reference, isNamed = false }: { readonly reference: string; readonly isNamed?: boolean },
  { platform }: Pick<Stage, "platform">,
): string {
  return `image:${JSON.stringify([reference, formatPlatform(platform), isNamed])}`;
}

/** @param name of a `--build-context`; empty: the main one */
function contextVertex(name: string): Vertex {
  return `context:${name}`;
}

function sourceVertex(from: SourceReference, stage: Stage, { ends }: Walk): Vertex {
  switch (from.kind) {
    case "scratch":
      return null;
    case "context":
      return contextVertex(from.folder ?? "");
    case "stage":
      return ends[from.index]?.vertex ?? null;
    case "image":
      return imageVertex(from, stage);
  }
}
