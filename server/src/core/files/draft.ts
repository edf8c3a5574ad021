/** Files of a stage that are being changed. */
import type { FolderNode, TreeNode } from "../context/fileTree.js";
import {
  childOf,
  childrenOf,
  type FolderHeader,
  folderNode,
  withChildren,
} from "../context/folder.js";
import { baseName, parentPath } from "../text/paths.js";
import {
  filesBelow,
  type Made,
  madeByRoot,
  nameInFolder,
  namesOf,
  noteUnknown,
  type Origin,
  originOf,
  originsBelow,
  ownerOriginOf,
  type Put,
  type StageFiles,
} from "./stageFiles.js";

/** Files that are being changed; each directory is copied once, however many of its entries change. */
export interface Draft {
  readonly root: OpenFolder;
}

interface OpenFolder {
  /** null: it is new. */
  before: FolderNode | null;
  header: FolderHeader;
  /** See `originOf`. */
  readonly origin: Origin | null;
  /** See `ownerOriginOf`. */
  owner: Origin | null;
  /** By name, what is put over what was there. */
  readonly over: Map<string, TreeNode | OpenFolder>;
}

/** The files after a change; the ones given stay as they are. */
export function changed(
  files: StageFiles,
  put: Omit<Put, "before">,
  change: (draft: Draft) => void,
): StageFiles {
  const root = opened(files.root);
  change({ root });
  return {
    start: files.start,
    puts: { before: files.puts, ...put },
    ...filesBelow(closed(root)),
  };
}

/** A folder with what is put into an empty one. */
export function folderOf(change: (draft: Draft) => void): FolderNode {
  const root = newFolder("", madeByRoot, null);
  change({ root });
  return closed(root);
}

function opened(before: FolderNode): OpenFolder {
  return {
    before,
    header: before,
    origin: originOf(before),
    owner: ownerOriginOf(before),
    over: new Map(),
  };
}

function newFolder(
  name: string,
  { mode, uid, gid, owner }: Made,
  origin: Origin | null,
): OpenFolder {
  const header = { name, mode, uid, gid };
  return { before: null, header, origin, owner, over: new Map() };
}

function closed(folder: OpenFolder): FolderNode {
  const { before, header, over } = folder;
  if (before !== null && header === before && over.size === 0 && isAsNoted(folder)) return before;
  const changes = new Map<string, TreeNode>();
  for (const [name, child] of over) changes.set(name, isOpen(child) ? closed(child) : child);
  const node =
    before === null
      ? folderNode(header, changes.values())
      : withChildren(before, changes, header, before.errors);
  const old = before === null ? [] : unknownIn(before).filter(({ name }) => !over.has(name));
  noteUnknown(
    node,
    { inFolder: null, ...folder },
    [...old, ...changes.values()].flatMap(originsBelow),
  );
  return node;
}

function isAsNoted({ before, origin, owner }: OpenFolder): boolean {
  return before !== null && originOf(before) === origin && ownerOriginOf(before) === owner;
}

/** The entries of a folder of which something is unknown. */
function unknownIn(folder: FolderNode): readonly TreeNode[] {
  if (originsBelow(folder).length === 0) return [];
  return [...childrenOf(folder)].filter((child) => originsBelow(child).length > 0);
}

function isOpen(child: TreeNode | OpenFolder): child is OpenFolder {
  return "over" in child;
}

function childIn(folder: OpenFolder, name: string): TreeNode | OpenFolder | null {
  return folder.over.get(name) ?? (folder.before && childOf(folder.before, name));
}

/**
 * The directory at a path, made with its parents where it is missing. Where something like it may be
 * there that only a build can tell, nothing is known of its owner and mode.
 */
export function makeDirectory(draft: Draft, path: string, made: Made): OpenFolder {
  let folder = draft.root;
  let isUnknown = folder.origin !== null;
  const names = namesOf(path);
  for (const [nth, name] of names.entries()) {
    const isOwned = !isUnknown && (made.ownsAll || nth === names.length - 1);
    folder = openDirectory(folder, name, isOwned ? made : madeByRoot);
    isUnknown ||= folder.origin !== null;
  }
  return folder;
}

function openDirectory(parent: OpenFolder, name: string, made: Made): OpenFolder {
  const child = childIn(parent, name);
  if (child !== null && isOpen(child)) return child;
  const folder = child?.kind === "directory" ? opened(child) : newFolder(name, made, null);
  // Once something is put below it, it was a folder.
  const inFolder = child === null ? null : nameInFolder(child);
  if (child !== null && inFolder !== null) folder.over.set(inFolder, { ...child, name: inFolder });
  parent.over.set(name, folder);
  return folder;
}

/** Puts an empty directory at a path, which is not the root, of which only a build tells the entries. */
export function putUnknown(draft: Draft, path: string, origin: Origin): void {
  const parent = makeDirectory(draft, parentPath(path), madeByRoot);
  parent.over.set(baseName(path), newFolder(baseName(path), madeByRoot, origin));
}

/**
 * Puts a file where a folder may be, which would then have it in it.
 * @param name the file's in that folder
 */
export function putPerhaps(
  draft: Draft,
  path: string,
  node: TreeNode,
  name: string,
  made: Made,
): void {
  const own = { ...node, name: baseName(path) };
  const owner = ownerOriginOf(node);
  noteUnknown(own, { origin: null, inFolder: name, owner }, []);
  makeDirectory(draft, parentPath(path), made).over.set(own.name, own);
}

/** Puts a node at a path that is not the root. A folder goes over one that is there. */
export function putNode(draft: Draft, path: string, node: TreeNode, made: Made): void {
  putChild(makeDirectory(draft, parentPath(path), made), named(node, baseName(path)));
}

/** Puts what is in a folder into the directory at a path, made where it is missing. */
export function putContent(draft: Draft, path: string, node: FolderNode, made: Made): void {
  putInto(makeDirectory(draft, path, made), node);
}

function putChild(parent: OpenFolder, node: TreeNode): void {
  const there = childIn(parent, node.name);
  const isThere = there !== null && (isOpen(there) || there.kind === "directory");
  if (node.kind !== "directory" || !isThere) {
    parent.over.set(node.name, node);
    return;
  }
  const folder = openDirectory(parent, node.name, madeByRoot);
  folder.header = node;
  folder.owner = ownerOriginOf(node);
  putInto(folder, node);
}

/** Goes through the entries of the one that has fewer: most folders are copied into an empty one. */
function putInto(folder: OpenFolder, node: FolderNode): void {
  if (folder.over.size + sizeOf(folder.before) >= sizeOf(node)) {
    for (const child of childrenOf(node)) putChild(folder, child);
    return;
  }
  const there = [...(folder.before === null ? [] : childrenOf(folder.before))].filter(
    ({ name }) => !folder.over.has(name),
  );
  for (const child of there) folder.over.set(child.name, child);
  folder.before = node;
  for (const [name, child] of [...folder.over]) {
    const wanted = childOf(node, name);
    if (wanted === null) continue;
    folder.over.delete(name);
    const isFolder = isOpen(child) || child.kind === "directory";
    if (wanted.kind !== "directory" || !isFolder) continue;
    folder.over.set(name, child);
    putChild(folder, wanted);
  }
}

function sizeOf(folder: FolderNode | null): number {
  return folder === null ? 0 : folder.parts.reduce((sum, part) => sum + part.length, 0);
}

function named(node: TreeNode, name: string): TreeNode {
  if (node.name === name) return node;
  const copy = { ...node, name };
  const own = { origin: originOf(node), inFolder: nameInFolder(node), owner: ownerOriginOf(node) };
  noteUnknown(copy, own, originsBelow(node));
  return copy;
}
