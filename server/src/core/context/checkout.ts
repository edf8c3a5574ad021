/**
 * A fresh checkout of the build context. Git keeps of a file's mode only whether its owner may
 * execute it; the rest comes from the umask of whoever checked it out. The builders hash the whole
 * mode, so a folder with other modes misses the cache of every machine that has the usual ones.
 */
import { joinPath, parentPath } from "../text/paths.js";
import type { FileNode, FileTree, FolderNode, Part, TreeNode } from "./fileTree.js";
import { childrenOf, folderNode } from "./folder.js";
import { gitMode, gitNotion, originalOf } from "./gitNotion.js";
import { pairMemory } from "./pairMemory.js";
import { distinctTaken, type Selection, type Taken } from "./selection.js";

/** The regular files of a folder that git tracks, by name: true for an executable one. */
export interface TrackedFolder {
  get(name: string): boolean | undefined;
  /** False where none of them is executable. Absent: nobody has looked. */
  readonly hasExecutables?: boolean;
  keys(): Iterable<string>;
}

/** Which files git tracks, by the paths of their folders in the context. */
export type TrackedFiles = ReadonlyMap<string, TrackedFolder>;

/** What git tracks; a checkout with the usual umask (022) gives it its modes. */
export interface Checkout {
  /** With the folders that hold nothing but folders. */
  readonly folders: TrackedFiles;
}

export interface OtherMode {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly inCheckout: number;
}

export function checkoutOf(tracked: TrackedFiles): Checkout {
  const folders = new Map(tracked);
  for (const path of tracked.keys()) {
    for (let above = parentPath(path); !folders.has(above); above = parentPath(above))
      folders.set(above, new Map());
  }
  return { folders };
}

/**
 * The files as a fresh checkout has them: those alone that git tracks, with the modes that it gives them.
 * Links are kept wherever a folder is.
 */
export function checkedOut(tree: FileTree, { folders }: Checkout): FileTree {
  const { root, isIgnored } = gitNotion(tree);
  const kept = (folder: FolderNode, path: string): FolderNode => {
    const tracked = folders.get(path);
    const children: TreeNode[] = [];
    for (const child of childrenOf(folder)) {
      const below = joinPath(path, child.name);
      if (child.kind === "directory") {
        if (folders.has(below)) children.push(kept(child, below));
      } else if (child.kind !== "file" || tracked?.get(child.name) !== undefined)
        children.push(child);
    }
    return folderNode(folder, children, folder.errors);
  };
  return { root: kept(root, ""), isIgnored };
}

/** Files and folders with other modes. */
export interface OtherModes {
  readonly count: number;
  /** Of so many the first few: nobody is told of more by name. */
  readonly first: readonly OtherMode[];
}

/** Of a folder with a umask of its own each file may be one: they are not listed. */
const named = 8;

const remembered = pairMemory<Checkout, Selection, OtherModes>();

/** The selected entries whose mode is another one in a fresh checkout, in the selection's order. */
export function otherModes(checkout: Checkout, selection: Selection): OtherModes {
  let found = remembered.get(checkout, selection);
  if (found === undefined) {
    const taken = distinctTaken(selection.sources);
    found = joinedModes(taken.map((one) => modesOf(one, checkout.folders)));
    remembered.set(checkout, selection, found);
  }
  return found;
}

const none: OtherModes = { count: 0, first: [] };

/** Several, one after the other. */
export function joinedModes(all: readonly OtherModes[]): OtherModes {
  const found = all.filter(({ count }) => count > 0);
  if (found.length === 0) return none;
  return {
    count: found.reduce((sum, { count }) => sum + count, 0),
    first: found
      .slice(0, named)
      .flatMap(({ first }) => first)
      .slice(0, named),
  };
}

function modesOf({ path, node, isWhole }: Taken, folders: TrackedFiles): OtherModes {
  const below = isWhole ? modesBelow(node, path, folders) : none;
  // The root of the context is nothing that a checkout makes.
  if (path === "") return below;
  const folder = parentPath(path);
  return joinedModes([modeOf(node, folder, folders.get(folder), folders), below]);
}

/**
 * @param folder that the node is in
 * @param tracked what git tracks there
 */
function modeOf(
  node: TreeNode,
  folder: string,
  tracked: TrackedFolder | undefined,
  folders: TrackedFiles,
): OtherModes {
  const { mode } = originalOf(node);
  // Of most folders no name has to be looked up.
  const isPlain = mode === gitMode(false) && tracked?.hasExecutables === false;
  if (isPlain && node.kind !== "directory") return none;
  const inCheckout =
    node.kind === "directory"
      ? modeOfFolder(joinPath(folder, node.name), folders)
      : modeOfFile(node, tracked);
  if (inCheckout === null || inCheckout === mode) return none;
  return { count: 1, first: [{ path: joinPath(folder, node.name), mode, inCheckout }] };
}

/** null: git does not track it. What is no regular file has no mode of its own. */
function modeOfFile(file: FileNode, tracked: TrackedFolder | undefined): number | null {
  const isExecutable = file.kind === "file" ? tracked?.get(file.name) : undefined;
  return isExecutable === undefined ? null : gitMode(isExecutable);
}

/** null: nothing in it is tracked. */
function modeOfFolder(path: string, folders: TrackedFiles): number | null {
  return folders.has(path) ? gitMode(true) : null;
}

const inFolders = pairMemory<FolderNode, TrackedFolder, OtherModes>();
const inParts = pairMemory<Part, TrackedFolder, OtherModes>();

/** Everything below a folder, remembered by what git tracks in it: that is of this place alone. */
function modesBelow(folder: FolderNode, path: string, folders: TrackedFiles): OtherModes {
  const tracked = folders.get(path);
  if (tracked === undefined) return none;
  let found = inFolders.get(folder, tracked);
  if (found === undefined) {
    const parts = folder.parts.map((part) => {
      const known = inParts.get(part, tracked) ?? modesIn(part, path, folders);
      inParts.set(part, tracked, known);
      return known;
    });
    found = joinedModes(parts);
    inFolders.set(folder, tracked, found);
  }
  return found;
}

/** Does the work of `otherModes` below a folder, one at a time, the deepest first: it is remembered. */
export function* comparingModes(
  folder: FolderNode,
  path: string,
  folders: TrackedFiles,
): Generator<void, void> {
  const tracked = folders.get(path);
  if (tracked === undefined || inFolders.get(folder, tracked) !== undefined) return;
  for (const part of folder.parts) {
    if (inParts.get(part, tracked) !== undefined) continue;
    for (const child of part) {
      if (child.kind === "directory")
        yield* comparingModes(child, joinPath(path, child.name), folders);
    }
    inParts.set(part, tracked, modesIn(part, path, folders));
    yield;
  }
  modesBelow(folder, path, folders);
}

function modesIn(part: Part, folder: string, folders: TrackedFiles): OtherModes {
  const found: OtherModes[] = [];
  const tracked = folders.get(folder);
  for (const node of part) {
    const own = modeOf(node, folder, tracked, folders);
    if (own !== none) found.push(own);
    if (node.kind === "directory")
      found.push(modesBelow(node, joinPath(folder, node.name), folders));
  }
  return joinedModes(found);
}
