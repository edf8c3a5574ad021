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
import { distinctTaken, type Selection, type Taken } from "./selection.js";

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

/** Files and folders with other modes. */
export interface OtherModes {
  readonly count: number;
  /** The first of them, as many as anybody names. */
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
    found = joinedModes(taken.map((one) => modesOf(one, nodeAt(checkout.root, one.path))));
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

function modesOf({ path, node, isWhole }: Taken, tracked: TreeNode | null): OtherModes {
  if (tracked === null) return none;
  const isFolder = isWhole && tracked.kind === "directory";
  const below = isFolder ? placed(modesBelow(node, tracked), path) : none;
  // The root of the context is nothing that a checkout makes.
  return path === "" ? below : joinedModes([modeOf(node, tracked, path), below]);
}

/** What is no regular file or folder has no mode of its own. */
function modeOf(node: TreeNode, tracked: TreeNode, path: string): OtherModes {
  if (node.kind !== tracked.kind || node.mode === tracked.mode) return none;
  return { count: 1, first: [{ path, mode: node.mode, inCheckout: tracked.mode }] };
}

function placed({ count, first }: OtherModes, folder: string): OtherModes {
  if (count === 0) return none;
  const inFolder = first.map((other) => ({ ...other, path: joinPath(folder, other.path) }));
  return { count, first: inFolder };
}

const inFolders = pairMemory<FolderNode, FolderNode, OtherModes>();
const inParts = pairMemory<Part, Part, OtherModes>();

/** With paths below the folder, as those of a part. */
function modesBelow(folder: FolderNode, tracked: FolderNode): OtherModes {
  let found = inFolders.get(folder, tracked);
  if (found === undefined) {
    const parts = [...alignedParts(folder.parts, tracked.parts)].map(({ a, b }) => {
      const [ofFolder, ofTracked] = a.length === 1 && b.length === 1 ? [a[0], b[0]] : [];
      if (ofFolder === undefined || ofTracked === undefined) return modesIn(a, b);
      const known = inParts.get(ofFolder, ofTracked) ?? modesIn(a, b);
      inParts.set(ofFolder, ofTracked, known);
      return known;
    });
    found = joinedModes(parts);
    inFolders.set(folder, tracked, found);
  }
  return found;
}

function modesIn(parts: readonly Part[], tracked: readonly Part[]): OtherModes {
  const found: OtherModes[] = [];
  for (const [node, other] of pairs(parts, tracked)) {
    if (node === null || other === null) continue;
    found.push(modeOf(node, other, node.name));
    if (node.kind !== "directory" || other.kind !== "directory") continue;
    found.push(placed(modesBelow(node, other), node.name));
  }
  return joinedModes(found);
}
