/**
 * The files of a stage as far as they can be computed without building: what COPY and WORKDIR put
 * there is known, what a RUN or a base image holds is not. A COPY --from of known files has the
 * same content digest as a COPY of the same files from the build context, and a folder that was
 * copied as it is is the very folder of the context.
 */
import type { Platform } from "../build/platform.js";
import type { FileTree, FolderNode, TreeNode } from "../context/fileTree.js";
import {
  childOf,
  childrenOf,
  type FolderHeader,
  folderNode,
  nodeAt,
  plainFolder,
  withChildren,
} from "../context/folder.js";
import { isSameRef, type StageBase, type StepRef } from "../graph/graph.js";
import { baseName, parentPath } from "../text/paths.js";
import { belowRoot } from "./destinations.js";

/** What holds files that only a build can tell: a step, or the base that a stage stands on. */
export type Origin =
  | {
      readonly kind: "step";
      readonly of: StepRef;
      /** The result that the cache has of it: what it holds is then known by its key; null: none. */
      readonly cached: object | null;
    }
  | { readonly kind: "base"; readonly base: OpenBase; readonly platform: Platform };

export function isSameOrigin(one: Origin | null, other: Origin | null): boolean {
  if (one === other) return true;
  if (one?.kind === "step")
    return other?.kind === "step" && isSameRef(one.of, other.of) && one.cached === other.cached;
  return (
    one?.kind === "base" &&
    other?.kind === "base" &&
    one.base === other.base &&
    one.platform === other.platform
  );
}

/** A base that is not made here, and is not empty. */
export type OpenBase = Exclude<StageBase, { kind: "stage" | "scratch" }>;

/** The files at one moment. Later moments are other values, which share what stayed as it was. */
export type StageFiles = FileTree;

/** What holds the entries of a folder that are not known. */
interface Unknown {
  /** Of this folder and of those below it that have none of their own; null: as the folder above. */
  readonly origin: Origin | null;
  /** Of the folder and of all below it, in order. */
  readonly all: readonly Origin[];
}

/** Only of folders with something unknown in or below them. */
const unknowns = new WeakMap<FolderNode, Unknown>();

/** @param origin what holds all of them; null: the stage is empty */
export function stageFiles(origin: Origin | null): StageFiles {
  const root = folderNode(plainFolder(""), []);
  if (origin !== null) unknowns.set(root, { origin, all: [origin] });
  return filesBelow(root);
}

const nothingIgnored = () => false;

function filesBelow(root: FolderNode): StageFiles {
  return { root, isIgnored: nothingIgnored };
}

/** What holds the entries of a folder that are not known; null: as the folder above, or nothing. */
export function originOf(folder: FolderNode): Origin | null {
  return unknowns.get(folder)?.origin ?? null;
}

/** What holds unknown entries in a folder and below it, but for what it has from above. */
export function originsBelow(folder: FolderNode): readonly Origin[] {
  return unknowns.get(folder)?.all ?? [];
}

export function namesOf(path: string): readonly string[] {
  return path === "" ? [] : path.split("/");
}

/**
 * The file that is where a folder should be, at a path or above it; null: none that is known. Links
 * are not followed.
 */
export function fileInTheWay({ root }: StageFiles, path: string): string | null {
  let node: TreeNode | null = root;
  let at = "";
  for (const name of belowRoot(path).split("/")) {
    node = node.kind === "directory" ? childOf(node, name) : null;
    at = at === "" ? name : `${at}/${name}`;
    if (node === null) return null;
    if (node.kind === "file") return at;
  }
  return null;
}

/** Files that are being changed; each directory is copied once, however many of its entries change. */
export interface Draft {
  readonly root: OpenFolder;
}

interface OpenFolder {
  /** null: it is new. */
  readonly before: FolderNode | null;
  header: FolderHeader;
  /** See `originOf`. */
  readonly origin: Origin | null;
  /** By name, what is put over what was there. */
  readonly over: Map<string, TreeNode | OpenFolder>;
}

/** The files after a change; the ones given stay as they are. */
export function changed(files: StageFiles, change: (draft: Draft) => void): StageFiles {
  const root = opened(files.root);
  change({ root });
  return filesBelow(closed(root));
}

function opened(before: FolderNode): OpenFolder {
  return { before, header: before, origin: originOf(before), over: new Map() };
}

function closed({ before, header, origin, over }: OpenFolder): FolderNode {
  if (before !== null && header === before && over.size === 0) return before;
  const changes = new Map<string, TreeNode>();
  for (const [name, child] of over) changes.set(name, isOpen(child) ? closed(child) : child);
  const folder =
    before === null
      ? folderNode(header, changes.values())
      : withChildren(before, changes, header, before.errors);
  // What is unknown stands in folders that were opened once, so a copied folder is not looked into.
  const old = before === null ? [] : originFolders(before).filter(({ name }) => !over.has(name));
  const below = [...old, ...changes.values()].flatMap((child) =>
    child.kind === "directory" ? originsBelow(child) : [],
  );
  const all = [...new Set([...(origin === null ? [] : [origin]), ...below])];
  if (all.length > 0) unknowns.set(folder, { origin, all });
  return folder;
}

/** The folders in a folder below which something is unknown. */
function originFolders(folder: FolderNode): readonly FolderNode[] {
  if (!unknowns.has(folder)) return [];
  return [...childrenOf(folder)].flatMap((child) =>
    child.kind === "directory" && unknowns.has(child) ? [child] : [],
  );
}

function isOpen(child: TreeNode | OpenFolder): child is OpenFolder {
  return "over" in child;
}

/** What stands at a path by now; null: nothing that is known. */
export function isDirectoryIn(draft: Draft, path: string): boolean {
  let folder: OpenFolder = draft.root;
  const names = namesOf(path);
  for (const [at, name] of names.entries()) {
    const child = folder.over.get(name) ?? (folder.before && childOf(folder.before, name));
    if (child === null) return false;
    if (!isOpen(child)) {
      if (child.kind !== "directory") return false;
      return nodeAt(child, names.slice(at + 1).join("/"))?.kind === "directory";
    }
    folder = child;
  }
  return true;
}

/** The directory at a path, made with its parents where it is missing. */
export function makeDirectory(draft: Draft, path: string): OpenFolder {
  let folder = draft.root;
  for (const name of namesOf(path)) folder = openDirectory(folder, name);
  return folder;
}

function openDirectory(parent: OpenFolder, name: string): OpenFolder {
  const child = parent.over.get(name) ?? (parent.before && childOf(parent.before, name));
  if (child !== null && isOpen(child)) return child;
  const folder = child?.kind === "directory" ? opened(child) : newFolder(name, null);
  parent.over.set(name, folder);
  return folder;
}

function newFolder(name: string, origin: Origin | null): OpenFolder {
  return { before: null, header: plainFolder(name), origin, over: new Map() };
}

/** Puts an empty directory at a path, which is not the root, of which only a build tells the entries. */
export function putUnknown(draft: Draft, path: string, origin: Origin): void {
  const parent = makeDirectory(draft, parentPath(path));
  parent.over.set(baseName(path), newFolder(baseName(path), origin));
}

/**
 * Puts a node at a path. A folder goes over one that is there, and its entries over those of the
 * same names; where none is there it is taken as it is. At the root only the entries count.
 */
export function putNode(draft: Draft, path: string, node: TreeNode): void {
  if (path === "") {
    if (node.kind === "directory") putInto(draft.root, node);
    return;
  }
  putChild(makeDirectory(draft, parentPath(path)), named(node, baseName(path)));
}

function putChild(parent: OpenFolder, node: TreeNode): void {
  const there = parent.over.get(node.name) ?? (parent.before && childOf(parent.before, node.name));
  const isThere = there !== null && (isOpen(there) || there.kind === "directory");
  if (node.kind !== "directory" || !isThere) {
    parent.over.set(node.name, node);
    return;
  }
  const folder = openDirectory(parent, node.name);
  folder.header = node;
  putInto(folder, node);
}

function putInto(folder: OpenFolder, node: FolderNode): void {
  for (const child of childrenOf(node)) putChild(folder, child);
}

function named(node: TreeNode, name: string): TreeNode {
  return node.name === name ? node : { ...node, name };
}
