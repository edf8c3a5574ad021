/**
 * The files of a stage as far as they can be computed without building: what COPY and WORKDIR put
 * there is known, what a RUN or a base image holds is not. A COPY --from of known files has the
 * same content digest as a COPY of the same files from the build context.
 */
import type { Platform } from "../build/platform.js";
import { type FileEntry, type FileTree, plainEntry } from "../context/fileTree.js";
import type { StageBase, Step } from "../graph/graph.js";
import { compareBytes, parentPath } from "../text/paths.js";
import { belowRoot } from "./destinations.js";

/** What holds files that only a build can tell: a step, or the base that a stage stands on. */
export type Origin =
  | { readonly kind: "step"; readonly step: Step }
  | { readonly kind: "base"; readonly base: OpenBase; readonly platform: Platform };

/** A base that is not made here, and is not empty. */
export type OpenBase = Exclude<StageBase, { kind: "stage" | "scratch" }>;

/** The files at one moment. Later moments are other values, which share what stayed as it was. */
export interface StageFiles extends FileTree {
  readonly root: FileNode;
}

/** Does not change once the files that it is part of are made. */
export interface FileNode {
  readonly entry: FileEntry;
  /** See `FileTree.identityOf`. */
  readonly identity: string | null;
  /** Of directories whose other entries are not known: what holds them. */
  readonly origin: Origin | null;
  readonly children: ReadonlyMap<string, FileNode>;
}

/** @param origin what holds all of them; null: the stage is empty */
export function stageFiles(origin: Origin | null): StageFiles {
  return filesBelow(directoryNode("", origin));
}

function filesBelow(root: FileNode): StageFiles {
  return {
    root,
    lookup: (path) => nodeAt(root, path)?.entry ?? null,
    list(path) {
      const node = nodeAt(root, path);
      if (node === undefined || node.entry.kind !== "directory") return [];
      return [...node.children]
        .sort(([a], [b]) => compareBytes(a, b))
        .map(([, child]) => child.entry);
    },
    identityOf: (entry) => nodeAt(root, entry.path)?.identity ?? null,
    errorOf: () => null,
    isIgnored: () => false,
  };
}

export function nodeAt(root: FileNode, path: string): FileNode | undefined {
  let node: FileNode | undefined = root;
  for (const name of namesOf(path)) node = node?.children.get(name);
  return node;
}

export function namesOf(path: string): readonly string[] {
  return path === "" ? [] : path.split("/");
}

/**
 * The file that is where a folder should be, at a path or above it; null: none that is known. Links
 * are not followed.
 */
export function fileInTheWay({ root }: StageFiles, path: string): string | null {
  let node: FileNode | undefined = root;
  let at = "";
  for (const name of belowRoot(path).split("/")) {
    node = node.children.get(name);
    at = at === "" ? name : `${at}/${name}`;
    if (node === undefined) return null;
    if (node.entry.kind === "file") return at;
  }
  return null;
}

/** Files that are being changed; each directory is copied once, however many of its entries change. */
export interface Draft {
  readonly root: OpenNode;
  /** Those that nobody else has yet. */
  readonly own: Set<FileNode>;
}

interface OpenNode {
  entry: FileEntry;
  readonly identity: string | null;
  readonly origin: Origin | null;
  readonly children: Map<string, FileNode>;
}

/** The files after a change; the ones given stay as they are. */
export function changed(files: StageFiles, change: (draft: Draft) => void): StageFiles {
  const root = copied(files.root);
  change({ root, own: new Set([root]) });
  return filesBelow(root);
}

/** The directory at a path, made with its parents where it is missing. */
export function makeDirectory(draft: Draft, path: string): OpenNode {
  let node = draft.root;
  let at = "";
  for (const name of namesOf(path)) {
    at = at === "" ? name : `${at}/${name}`;
    node = openDirectory(draft, node, name, at);
  }
  return node;
}

function openDirectory({ own }: Draft, parent: OpenNode, name: string, path: string): OpenNode {
  const child = parent.children.get(name);
  const isThere = child !== undefined && child.entry.kind === "directory";
  if (isThere && own.has(child)) return child as OpenNode; // made by `copied` or `directoryNode`
  const open = isThere ? copied(child) : directoryNode(path, parent.origin);
  own.add(open);
  parent.children.set(name, open);
  return open;
}

/** Puts something else at a path, which is not the root. */
export function putNode(draft: Draft, node: FileNode): void {
  const { path } = node.entry;
  const parent = makeDirectory(draft, parentPath(path));
  parent.children.set(path.slice(path.lastIndexOf("/") + 1), node);
}

/** @param origin what holds the entries of it that are not known; null: it has none */
export function directoryNode(path: string, origin: Origin | null): OpenNode {
  return {
    entry: plainEntry(path, "directory"),
    identity: null,
    origin,
    children: new Map(),
  };
}

/** Whoever remembers digests does so by entry: what lies above a change gets new ones. */
function copied({ entry, identity, origin, children }: FileNode): OpenNode {
  return { entry: { ...entry }, identity, origin, children: new Map(children) };
}
