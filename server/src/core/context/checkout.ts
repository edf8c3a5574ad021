/**
 * A fresh checkout of the build context. Git keeps of a file's mode only whether its owner may
 * execute it; the rest comes from the umask of whoever checked it out. The builders hash the whole
 * mode, so a folder with other modes misses the cache of every machine that has the usual ones.
 */
import { joinPath } from "../text/paths.js";
import { alignedParts, pairs } from "./alignedParts.js";
import type { FolderNode, Part, TreeNode } from "./fileTree.js";
import { nodeAt } from "./folder.js";
import { gitMode } from "./gitNotion.js";
import { listedTree } from "./listedTree.js";
import { pairMemory } from "./pairMemory.js";
import type { Selection, Taken } from "./selection.js";

/** Which files git tracks, by path in the context: true for an executable one. */
export type TrackedFiles = ReadonlyMap<string, boolean>;

export interface Checkout {
  /** What git tracks, with the modes that a checkout with the usual umask (022) gives it. */
  readonly root: FolderNode;
}

export interface OtherMode {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly inCheckout: number;
}

export function checkoutOf(tracked: TrackedFiles): Checkout {
  const files = [...tracked].map(([path, isExecutable]) => ({ path, mode: gitMode(isExecutable) }));
  return { root: listedTree(files).root };
}

const remembered = pairMemory<Checkout, Selection, readonly OtherMode[]>();

/** The selected entries whose mode is another one in a fresh checkout, in the selection's order. */
export function otherModes(checkout: Checkout, selection: Selection): readonly OtherMode[] {
  let found = remembered.get(checkout, selection);
  if (found === undefined) {
    found = findOtherModes(checkout, selection);
    remembered.set(checkout, selection, found);
  }
  return found;
}

function findOtherModes({ root }: Checkout, { sources }: Selection): readonly OtherMode[] {
  const found = new Map<string, OtherMode>();
  for (const one of sources.flatMap(({ taken }) => taken)) {
    for (const other of modesOf(one, nodeAt(root, one.path))) found.set(other.path, other);
  }
  return [...found.values()];
}

function modesOf({ path, node, isWhole }: Taken, tracked: TreeNode | null): readonly OtherMode[] {
  if (tracked === null) return [];
  // The root of the context is nothing that a checkout makes.
  const own = path === "" ? [] : modeOf(node, tracked, path);
  const isFolder = isWhole && tracked.kind === "directory";
  const below = isFolder ? modesBelow(node, tracked) : [];
  return [...own, ...placed(below, path)];
}

/** What is no regular file or folder has no mode of its own. */
function modeOf(node: TreeNode, tracked: TreeNode, path: string): readonly OtherMode[] {
  if (node.kind !== tracked.kind || node.mode === tracked.mode) return [];
  return [{ path, mode: node.mode, inCheckout: tracked.mode }];
}

function placed(modes: readonly OtherMode[], folder: string): readonly OtherMode[] {
  return modes.map((other) => ({ ...other, path: joinPath(folder, other.path) }));
}

const inFolders = pairMemory<FolderNode, FolderNode, readonly OtherMode[]>();
const inParts = pairMemory<Part, Part, readonly OtherMode[]>();

/** With paths below the folder, as those of a part. */
function modesBelow(folder: FolderNode, tracked: FolderNode): readonly OtherMode[] {
  let found = inFolders.get(folder, tracked);
  if (found === undefined) {
    found = [...alignedParts(folder.parts, tracked.parts)].flatMap(({ a, b }) => {
      const [ofFolder, ofTracked] = a.length === 1 && b.length === 1 ? [a[0], b[0]] : [];
      if (ofFolder === undefined || ofTracked === undefined) return modesIn(a, b);
      const known = inParts.get(ofFolder, ofTracked) ?? modesIn(a, b);
      inParts.set(ofFolder, ofTracked, known);
      return known;
    });
    inFolders.set(folder, tracked, found);
  }
  return found;
}

function modesIn(parts: readonly Part[], tracked: readonly Part[]): readonly OtherMode[] {
  const found: OtherMode[] = [];
  for (const [node, other] of pairs(parts, tracked)) {
    if (node === null || other === null) continue;
    found.push(...modeOf(node, other, node.name));
    if (node.kind !== "directory" || other.kind !== "directory") continue;
    found.push(...placed(modesBelow(node, other), node.name));
  }
  return found;
}
