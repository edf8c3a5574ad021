/** What a COPY or a mount takes from a stage or an image. */
import { contentDigest } from "../context/contentDigest.js";
import type { FileNode, FolderNode, Part, TreeNode } from "../context/fileTree.js";
import { childOf, childrenOf, nodeAt, withParts } from "../context/folder.js";
import { recordOf } from "../context/folderDigest.js";
import { pairMemory } from "../context/pairMemory.js";
import { selectSources } from "../context/select.js";
import type { CopyRequest, Selection } from "../context/selection.js";
import type { Digest } from "../host.js";
import { isWithin, joinPath, parentPath } from "../text/paths.js";
import { alone } from "./filesAt.js";
import {
  nameInFolder,
  namesOf,
  type Origin,
  originOf,
  originsBelow,
  type Put,
  type StageFiles,
} from "./stageFiles.js";
import { strayPuts } from "./standing.js";

export type StageContent =
  /** `digest` null: it cannot be taken. */
  | { readonly kind: "known"; readonly digest: string | null; readonly selection: Selection }
  | {
      readonly kind: "open";
      /** What holds the files that are not known, in the order in which they were met. */
      readonly origins: readonly Origin[];
      /**
       * Digest of what else it depends on: which entries are known to lie over those, and what may
       * have come there through a link.
       */
      readonly around: string;
      /**
       * Digest of the known entries: another one of equal `around` and origins is other content for
       * certain. null: it may be the same, and `around` says it too.
       */
      readonly over: string | null;
    };

export function stageContent(
  files: StageFiles,
  request: CopyRequest,
  digest: Digest,
): StageContent {
  const paths = request.sources.map((source) =>
    belowRoot(request.wildcards === false ? source : fixedPart(source, request.parents)),
  );
  const taken = paths.map((path, at) => {
    const one = openAt(files, path);
    if (one.origins.length === 0 || !isList(request, request.sources[at] ?? "")) return one;
    // Links of a list are followed, wherever they lead.
    return hasLink(nodeAt(files.root, path)) ? openFrom(files, "", originsBelow(files.root)) : one;
  });
  const origins = [...new Set(taken.flatMap((one) => one.origins))];
  if (origins.length > 0) {
    const nodes = taken.map(({ from: path }) => ({ path, node: nodeAt(files.root, path) }));
    const over = nodes.map(({ path, node }) => {
      const known = node === null || !hasNamedOwner(node) ? node : withoutOwners(node);
      return `${path}\0${recordIn(known, path, digest)}`;
    });
    const shapes = nodes.map(({ path, node }) => `${path}\0${shapeOf(node, digest)}`);
    const strays = taken.flatMap((one) => one.strays.map((put) => putDigest(put, digest)));
    const made = taken.flatMap((one) => one.made.map(madeText));
    // Of a part of what is known nobody knows which it is.
    const isSure = strays.length === 0 && taken.every(({ from }, at) => from === paths[at]);
    return {
      kind: "open",
      origins,
      around: digest([...shapes, ...made, ...strays, ...(isSure ? [] : over)].join("\0")),
      over: isSure ? digest(over.join("\0")) : null,
    };
  }
  const selection = selectSources(files, request);
  const content = contentDigest(files, selection, digest);
  return { kind: "known", digest: content.kind === "known" ? content.digest : null, selection };
}

/** True where the builder looks at each entry of the source by itself. */
function isList({ wildcards, exclude = [] }: CopyRequest, source: string): boolean {
  return exclude.length > 0 || (wildcards !== false && source !== fixedPart(source, false));
}

const links = new WeakMap<FolderNode, boolean>();

/** True where something that is known to be there is a link. */
function hasLink(node: TreeNode | null): boolean {
  if (node?.kind !== "directory") return node?.kind === "symlink";
  let has = links.get(node);
  if (has === undefined) {
    has = [...childrenOf(node)].some(hasLink);
    links.set(node, has);
  }
  return has;
}

/** What is not known of the files at a path. */
interface OpenPart {
  /** That path, or the one below which they are, wherever. */
  readonly from: string;
  /** What holds it; empty: all of it is known. */
  readonly origins: readonly Origin[];
  /** What may have come there, or stand there, through a link that only a build can see. */
  readonly strays: readonly Put[];
  /** What made directories that may be there, if they were missing. */
  readonly made: readonly Put[];
}

function nothingOpen(path: string, origins: OpenPart["origins"] = []): OpenPart {
  return { from: path, origins, strays: [], made: [] };
}

/** @param links so many were followed on the way */
function openAt(files: StageFiles, path: string, links = 0): OpenPart {
  let folder = files.root;
  let origin = originOf(folder);
  let at = "";
  for (const name of namesOf(path)) {
    const child = childOf(folder, name);
    if (child === null)
      return origin === null ? nothingOpen(path) : openFrom(files, path, [origin]);
    const above = at;
    at = joinPath(at, name);
    if (child.kind === "symlink") {
      const all = originsBelow(files.root);
      if (all.length === 0) return nothingOpen(path);
      const leads = placeBehind(files, child, at);
      const behind =
        leads === null || links === mostLinks
          ? null
          : openAt(files, joinPath(leads, path.slice(at.length + 1)), links + 1);
      // Where a link leads can lie in unknown content.
      return behind?.origins.length === 0 ? behind : openFrom(files, "", all);
    }
    if (child.kind !== "directory") {
      if (origin === null) return nothingOpen(path, originsBelow(child));
      // It is a folder then, with all that was put there by this name.
      const isPerhaps = nameInFolder(child) !== null;
      if (isPerhaps && at !== path) return openFrom(files, above, [origin]);
      return openFile(files, path, child, origin, isPerhaps);
    }
    folder = child;
    origin = originOf(child) ?? origin;
  }
  const below = originsBelow(folder);
  return origin === null ? nothingOpen(path, below) : openFrom(files, path, [origin, ...below]);
}

/** The builders' limit: BuildKit, cache/contenthash/path.go. */
const mostLinks = 255;

/**
 * Where a link leads that is known to stand at a path; null: only a build can tell. What lies above a folder
 * of a base that may be a link is not known either.
 */
function placeBehind(files: StageFiles, link: FileNode, at: string): string | null {
  const target = link.linkTarget ?? "";
  const names = target.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..") || nameInFolder(link) !== null) return null;
  if (strayPuts(files, at).length > 0) return null;
  return [...(target.startsWith("/") ? [] : namesOf(parentPath(at))), ...names].join("/");
}

/**
 * A file that is known to have been put there, among what is not known. That a base image has a folder
 * of its name counts for nothing: somebody takes it as what was copied.
 */
function openFile(
  files: StageFiles,
  path: string,
  file: TreeNode,
  origin: Origin,
  isPerhaps: boolean,
): OpenPart {
  const isOfRun = isPerhaps && files.start?.kind === "step";
  // The last one that was put by this name is the file itself.
  const others = isOfRun
    ? putsOf(files)
        .filter(({ target }) => target === path)
        .slice(1)
    : [];
  const strays = [...others, ...strayPuts(files, path)];
  const own = originsBelow(file);
  if (!isOfRun && strays.length === 0) return nothingOpen(path, own);
  return withHolders({ from: path, origins: [origin, ...own], strays, made: [] });
}

function putsOf(files: StageFiles): readonly Put[] {
  const all: Put[] = [];
  for (let put = files.puts; put !== null; put = put.before) all.push(put);
  return all;
}

/**
 * What is put to a path, or above it, is where it was put. What is put elsewhere may come there all the
 * same, or be what stands there: each folder on the way may be a link.
 */
function openFrom(files: StageFiles, path: string, origins: readonly Origin[]): OpenPart {
  const made = putsOf(files);
  const strays = made.filter(({ target }) => !isWithin(path, target));
  return withHolders({ from: path, origins, strays, made });
}

/** What a stray step puts there is either known, or held by that step; an owner by name is held too. */
function withHolders({ from, origins, strays, made }: OpenPart): OpenPart {
  const holders = strays.flatMap(({ places, origin }) => (places === null ? [origin] : []));
  const owners = made.flatMap(({ made: { owner } }) => owner ?? []);
  return { from, origins: [...new Set([...origins, ...holders, ...owners])], strays, made };
}

function madeText({ target, made: { mode, uid, gid } }: Put): string {
  return `${target}\0${mode.toString(8)} ${uid}:${gid}`;
}

const putDigests = pairMemory<Digest, Put, string>();

/** What a step puts, and where. */
function putDigest(put: Put, digest: Digest): string {
  let made = putDigests.get(digest, put);
  if (made === undefined) {
    const lines = (put.places ?? []).map(({ to, taken }) => {
      const node = alone(taken);
      return `${to}\0${recordIn(node, to, digest)}`;
    });
    made = digest([put.target, ...lines].join("\0"));
    putDigests.set(digest, put, made);
  }
  return made;
}

/** "" for nothing. What stands in a stage is read: see `filesOf`. */
function recordIn(node: TreeNode | null, path: string, digest: Digest): string {
  const work = { digest, needed: new Set<string>(), errors: new Map() };
  return node === null ? "" : (recordOf(work, node, path) ?? "");
}

function hasNamedOwner(node: TreeNode): boolean {
  return originsBelow(node).length > 0 && ownersIn(node);
}

function ownersIn(node: TreeNode): boolean {
  if (node.uid < 0 || node.gid < 0) return true;
  return node.kind === "directory" && [...childrenOf(node)].some(hasNamedOwner);
}

/** What is known of it, whoever its owners are; their names count as the shape has them. */
function withoutOwners(node: TreeNode): TreeNode {
  const isNamed = node.uid < 0 || node.gid < 0;
  const header = { name: node.name, mode: node.mode, uid: 0, gid: 0 };
  if (node.kind !== "directory") return isNamed ? { ...node, ...header } : node;
  const parts = node.parts.map((part) => part.map(withoutOwners));
  return withParts(node, isNamed ? header : node, parts);
}

const shapes = pairMemory<Digest, FolderNode | Part, string>();

/** Digest of the names and kinds of what is in a folder, at any depth. */
function shapeOf(node: TreeNode | null, digest: Digest): string {
  if (node === null) return "";
  const { uid, gid } = node;
  const owner = uid < 0 || gid < 0 ? ` ${uid}:${gid}` : "";
  if (node.kind !== "directory")
    return `${nameInFolder(node) === null ? node.kind : "perhaps"}${owner}`;
  let shape = shapes.get(digest, node);
  if (shape === undefined) {
    const parts = node.parts.map((part) => shapeOfPart(part, digest));
    shape = digest([`folder${owner}`, ...parts].join("\0"));
    shapes.set(digest, node, shape);
  }
  return shape;
}

function shapeOfPart(part: Part, digest: Digest): string {
  let shape = shapes.get(digest, part);
  if (shape === undefined) {
    shape = digest(part.map((child) => `${child.name}\0${shapeOf(child, digest)}`).join("\0"));
    shapes.set(digest, part, shape);
  }
  return shape;
}

/** The leading directories of a source that have no wildcard. */
function fixedPart(source: string, parents: boolean | undefined): string {
  if (parents === true && !/[*?[\\]/.test(source)) return source.replace("/./", "/");
  const parts = source.split("/");
  const wild = parts.findIndex((part) => /[*?[\\]/.test(part));
  return wild < 0 ? source : parts.slice(0, wild).join("/");
}

/** An absolute path as stages have it: relative to the root, cleaned of empty names and dots. */
function belowRoot(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}
