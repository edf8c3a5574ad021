/** What a step takes besides the root file system that it stands on. */

import type { FileTree } from "../context/fileTree.js";
import { type CopyRequest, failsStep, type Selection } from "../context/selection.js";
import type { ContextView } from "../files/contextInput.js";
import { type FilesAt, filesOf, handedOn } from "../files/filesAt.js";
import {
  cacheFolder,
  copyRequest,
  mountRequest,
  orderedMounts,
  ownFolder,
  startsAsOwnFolder,
} from "../files/requests.js";
import { type StageContent, stageContent } from "../files/stageContent.js";
import { type Origin, type StageFiles, stageFiles } from "../files/stageFiles.js";
import { standingAt } from "../files/standing.js";
import { type ArchiveLookup, withArchives } from "../files/unpacking.js";
import type { BuildGraph, Step } from "../graph/graph.js";
import { type Digest, notUtf8, tooLarge } from "../host.js";
import type { BuiltImage } from "../image/baseImage.js";
import type {
  CopyOperation,
  Mount,
  RunOperation,
  SourceReference,
} from "../instructions/operation.js";
import { outcomeOf } from "./builtOutcome.js";
import { dialectOf } from "./exact/dialect.js";
import { isUnnamed, type Names } from "./names.js";
import type { Vertex } from "./openName.js";
import {
  baseInput,
  elsewhere,
  gitInput,
  httpInput,
  type ImageReference,
  imageVertex,
  known,
  type OpenInput,
  type StepInput,
} from "./stepInput.js";

/** What a stage has come to, for the steps that take files from it. */
export interface StageResult {
  readonly files: FilesAt;
  readonly vertex: Vertex;
}

/** Where inputs come from. */
export interface InputSources {
  readonly graph: BuildGraph;
  /** null: the context cannot be read; its files are then unknown. */
  readonly context: FolderInput | null;
  /** Those of `--build-context`, by name. */
  readonly folders: ReadonlyMap<string, FolderInput>;
  readonly digest: Digest;
  readonly archive: ArchiveLookup;
  /** What the stages before have come to; null: the stage is not built. */
  readonly endOf: (index: number) => StageResult | null;
  readonly names: Names;
}

export interface FolderInput {
  readonly view: ContextView;
  readonly tree: FileTree;
}

/**
 * Every input but the root file system.
 * @param vertex what the step stands on
 */
export function inputsOf(
  { operation, openVariables }: Step,
  vertex: Vertex,
  sources: InputSources,
): readonly StepInput[] {
  if (operation?.kind === "copy") return copyInputs(operation, openVariables, vertex, sources);
  if (operation?.kind === "run") return mountInputs(operation, openVariables, vertex, sources);
  return [];
}

/** null: it names no path. */
function copiedRequest(operation: CopyOperation, graph: BuildGraph): CopyRequest | null {
  const asked = copyRequest(operation, graph.definition.builder);
  return asked && { ...asked, listing: dialectOf(graph).listing };
}

/** What an ADD takes from a context, with what is known of archives in it; null: not known, or nothing. */
export function unpackedBy(operation: CopyOperation, sources: InputSources): Selection | null {
  const request = copiedRequest(operation, sources.graph);
  if (request === null || operation.from.kind !== "context") return null;
  const { taken } = contextInput(request, operation.from.folder, sources);
  return taken == null ? null : withArchives(operation, taken, sources.archive);
}

function copyInputs(
  operation: CopyOperation,
  openVariables: readonly string[],
  vertex: Vertex,
  sources: InputSources,
): readonly StepInput[] {
  const { graph, digest } = sources;
  const inputs: StepInput[] = [];
  const request = copiedRequest(operation, graph);
  const openTexts = openSources(operation);
  if (request !== null && openTexts.length > 0) {
    const whole = contentInput(operation.from, everythingFor(request), vertex, sources);
    const mayBeAddress = operation.isAdd && openTexts.some((text) => text.startsWith("$"));
    inputs.push(someOf(whole, { texts: openTexts, names: openVariables, mayBeAddress }));
  } else if (request !== null) {
    const input = contentInput(operation.from, request, vertex, sources);
    const taken = input.taken && withArchives(operation, input.taken, sources.archive);
    inputs.push(taken == null ? input : { ...input, taken });
  }
  for (const item of operation.items) {
    if (item.kind === "inline") {
      const isOpen = item.isOpen ? { isOpen: true as const } : {};
      inputs.push(known({ kind: "inline", digest: digest(item.content), ...isOpen }));
    } else if (item.kind === "git") inputs.push(gitInput(item));
    else if (item.kind === "http") inputs.push(httpInput(item));
  }
  return inputs;
}

/** The sources in which only the base image can tell a variable, as they are typed. */
function openSources({ items }: CopyOperation): readonly string[] {
  return items.flatMap((item) => (item.kind === "paths" ? (item.openText ?? []) : []));
}

function everythingFor({ builder }: CopyRequest): CopyRequest {
  return { builder, sources: ["/"], wildcards: false };
}

interface OpenSources {
  /** As they are typed. */
  readonly texts: readonly string[];
  /** Of the variables that only the base image can tell. */
  readonly names: readonly string[];
  /** It may be no path at all. */
  readonly mayBeAddress: boolean;
}

/** Nobody knows which files these are: they are those of before where nothing at all is another. */
function someOf(whole: StepInput, { texts, names, mayBeAddress }: OpenSources): StepInput {
  if (whole.open?.kind === "pending" || whole.isBase === true) return { ...whole, taken: null };
  const isOpen = mayBeAddress || whole.token.kind === "any" || whole.fails === true;
  const { open = { kind: "variables", names } as const } = whole;
  return {
    name: { kind: "made", known: texts, holders: [whole.name], over: null },
    token: isOpen ? { kind: "any" } : whole.token,
    open: isOpen && !mayBeAddress ? open : { kind: "variables", names },
  };
}

function mountInputs(
  operation: RunOperation,
  openVariables: readonly string[],
  vertex: Vertex,
  sources: InputSources,
): readonly StepInput[] {
  const { digest } = sources;
  const mounted = orderedMounts(operation).flatMap((mount): readonly StepInput[] => {
    if (startsAsOwnFolder(mount)) return [cacheFolderInput(mount, sources)];
    if (mount.from === null || mount.from.kind === "scratch") return [];
    const request = mountRequest(mount, "buildkit");
    if (mount.openSource === undefined) return [contentInput(mount.from, request, vertex, sources)];
    const whole = contentInput(mount.from, everythingFor(request), vertex, sources);
    const texts = [mount.openSource];
    return [someOf(whole, { texts, names: openVariables, mayBeAddress: false })];
  });
  const { script } = operation;
  if (script === null) return mounted;
  const content = digest(JSON.stringify([script.name, script.content]));
  return [...mounted, known({ kind: "inline", digest: content })];
}

/** By its content: the folder that the builder makes, or one that is there already. */
function cacheFolderInput(mount: Mount, sources: InputSources): StepInput {
  const { mode, uid, gid } = ownFolder(mount);
  const digest = sources.digest(JSON.stringify(["cache", mode, uid, gid]));
  const made = known({ kind: "content", digest });
  if (mount.from === null || mount.from.kind === "scratch") return made;
  const there = filesFrom(
    mount.from,
    { ...mountRequest(mount, "buildkit"), sources: [cacheFolder] },
    sources,
  );
  if (there.fails !== true) return there;
  return made;
}

/**
 * What stands on the very thing that it takes files from has one input less, and no content of its
 * own in the key. Source: BuildKit, client/llb/fileop.go and exec.go, which list an input once.
 */
function contentInput(
  from: SourceReference,
  request: CopyRequest,
  vertex: Vertex,
  sources: InputSources,
): StepInput {
  const input = filesFrom(from, request, sources);
  return isOn(from, vertex, sources)
    ? { ...input, ...known({ kind: "root" }), isBase: true }
    : input;
}

/** True where a step that stands on `vertex` takes files of that very thing. */
export function isOn(from: SourceReference, vertex: Vertex, sources: InputSources): boolean {
  if (!sources.graph.rules.runsEqualStepsOnce) return false;
  const source = vertexOf(from, sources);
  return source !== null && sources.names.isSameVertex(source, vertex);
}

/** null: files that a client sends, or none. */
export function vertexOf(from: SourceReference, { graph, endOf }: InputSources): Vertex | null {
  if (from.kind === "image") return { kind: "base", name: imageVertex(from, graph.platform) };
  const vertex = from.kind === "stage" ? endOf(from.index)?.vertex : undefined;
  if (vertex === undefined) return null;
  return vertex.kind === "base" && isUnnamed(vertex.name) ? null : vertex;
}

function filesFrom(from: SourceReference, request: CopyRequest, sources: InputSources): StepInput {
  switch (from.kind) {
    case "context":
      return contextInput(request, from.folder, sources);
    case "scratch":
      return known({ kind: "scratch" });
    case "image":
      return imageContent(from, request, sources);
    case "stage":
      return stageInput(from.index, request, sources);
  }
}

function stageInput(index: number, request: CopyRequest, sources: InputSources): StepInput {
  const result = sources.endOf(index);
  if (result === null) return { ...known({ kind: "nothing" }), fails: true };
  const name = sources.graph.stages[index]?.name ?? index;
  const named = { ...request, place: { kind: "stage", name } as const };
  const files = filesOf(result.files);
  const content = stageContent(files, named, sources.digest);
  const input = {
    ...namedContent(content, named, sources),
    takesFolder: hasFolder(files, request, sources),
  };
  if (content.kind === "open") return { ...input, open: { kind: "stage", stage: index } };
  const { selection } = content;
  const { problems } = selection;
  const fails = problems.some(failsStep);
  const handed = handedOn(result.files) + 1;
  return { ...input, taken: selection, handed, problems, fails };
}

/** True where a folder stands at one of the paths; not looked at where all layers are kept. */
function hasFolder(
  files: StageFiles,
  { sources }: CopyRequest,
  { graph: { rules } }: InputSources,
): boolean {
  return (
    !rules.keepsEmptyLayers && sources.some((source) => standingAt(files, source).what === "folder")
  );
}

/** Where a part is not known, the whole goes by what holds that part and by what lies over it. */
function namedContent(
  content: StageContent,
  request: CopyRequest,
  sources: InputSources,
): StepInput {
  if (content.kind === "known") return known({ kind: "content", digest: content.digest });
  const holders = content.origins.map((origin) => holderOf(origin, sources));
  const parts = [request.sources, request.parents, request.exclude, content.around];
  const names = holders.map(({ name }) => name);
  return {
    name: { kind: "made", known: parts, holders: names, over: content.over },
    token: { kind: holders.every(({ token }) => token.kind === "known") ? "known" : "any" },
  };
}

/** A step that runs again may leave the same files: only a hit says what they are. */
function holderOf(origin: Origin, { graph }: InputSources): Pick<StepInput, "name" | "token"> {
  return origin.kind === "step"
    ? {
        name: { kind: "result", of: origin.of },
        token: { kind: origin.cached === null ? "any" : "known" },
      }
    : baseInput(origin.base, origin.platform, graph.rules);
}

/** The same name as for files that a stage of that image still has. */
function imageContent(
  from: ImageReference,
  request: CopyRequest,
  sources: InputSources,
): StepInput {
  const { platform } = sources.graph;
  const { reference, image } = from;
  const built = image?.built;
  const left = built === undefined ? null : builtContent(built, from, request, sources);
  if (left !== null) return left;
  const files = stageFiles({ kind: "base", base: from, platform });
  const content = stageContent(files, request, sources.digest);
  const open: OpenInput =
    built === undefined ? { kind: "image", reference } : { kind: "build", image: built, reference };
  const fails = built?.fate === "fails" && built.by === "linked";
  const takesFolder = hasFolder(files, request, sources);
  return { ...namedContent(content, request, sources), open, fails, takesFolder };
}

/** Files that another build is known to leave; null: only that build can tell them. */
function builtContent(
  built: BuiltImage,
  { reference }: ImageReference,
  request: CopyRequest,
  { digest }: InputSources,
): StepInput | null {
  const files = built.fate === "fails" ? null : (outcomeOf(built)?.files ?? null);
  if (files === null) return null;
  const place = { kind: "stage", name: reference } as const;
  const content = stageContent(filesOf(files), { ...request, place }, digest);
  if (content.kind !== "known") return null;
  const { selection } = content;
  const { problems } = selection;
  const fails = problems.some(failsStep);
  return {
    ...known({ kind: "content", digest: content.digest }),
    taken: selection,
    problems,
    fails,
  };
}

function contextInput(
  request: CopyRequest,
  folder: string | undefined,
  { graph, context, folders }: InputSources,
): StepInput {
  const place = folder === undefined ? {} : { place: { kind: "context", name: folder } as const };
  const from = folder === undefined ? context : folders.get(folder);
  const input = from?.view.input({ ...request, ...place });
  if (from == null || input === undefined) {
    const { definition } = graph;
    const source = folder === undefined ? definition.context : definition.contexts.get(folder);
    return {
      name: { kind: "context", state: "unread" },
      token: { kind: "any" },
      open: elsewhere(source) ?? { kind: "pending" },
    };
  }
  const files = { context: input, taken: input.selection };
  switch (input.content.kind) {
    case "known":
      return { ...known({ kind: "content", digest: input.content.digest }), ...files };
    case "needed":
      return {
        name: { kind: "context", state: "pending" },
        token: { kind: "any" },
        open: { kind: "pending" },
        ...files,
      };
    case "absent":
      return {
        name: { kind: "context", state: "unread" },
        token: { kind: "any" },
        open: { kind: "absent" },
        context: input,
        taken: null,
      };
    case "perhaps-sent":
      return {
        name: { kind: "context", state: "unread" },
        token: { kind: "any" },
        open: { kind: "perhaps-sent" },
        ...files,
      };
    case "unreadable":
      // The builder need not fail where what it makes of a name, or what it reads, is not known.
      if (input.content.errors.every(({ code }) => code === notUtf8 || code === tooLarge)) {
        const isLarge = input.content.errors.some(({ code }) => code === tooLarge);
        return {
          name: { kind: "context", state: "unread" },
          token: { kind: "any" },
          open: { kind: isLarge ? "size" : "names" },
          ...files,
        };
      }
      return { ...known({ kind: "context", state: "missing" }), ...files, fails: true };
    case "invalid":
      return { ...known({ kind: "context", state: "missing" }), ...files, fails: true };
  }
}
