/**
 * A fresh checkout of the build context. Git keeps of a file's mode only whether its owner may
 * execute it; the rest comes from the umask of whoever checked it out. The builders hash the whole
 * mode, so a folder with other modes misses the cache of every machine that has the usual ones.
 */
import { parentPath } from "../text/paths.js";
import type { FileEntry } from "./fileTree.js";
import { gitMode } from "./gitNotion.js";
import type { Selection } from "./selection.js";

/** Which files git tracks, by path in the context: true for an executable one. */
export type TrackedFiles = ReadonlyMap<string, boolean>;

export interface Checkout {
  /** What a checkout with the usual umask (022) gives an entry; null: git does not track it. */
  modeOf(entry: FileEntry): number | null;
}

export interface OtherMode {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly inCheckout: number;
}

export function checkoutOf(tracked: TrackedFiles): Checkout {
  const directories = new Set<string>();
  for (const path of tracked.keys()) {
    for (let parent = parentPath(path); parent !== ""; parent = parentPath(parent)) {
      if (directories.has(parent)) break;
      directories.add(parent);
    }
  }
  return {
    modeOf({ kind, path }) {
      if (kind === "directory") return directories.has(path) ? 0o755 : null;
      const isExecutable = kind === "file" ? tracked.get(path) : undefined;
      return isExecutable === undefined ? null : gitMode(isExecutable);
    },
  };
}

const remembered = new WeakMap<Checkout, WeakMap<Selection, readonly OtherMode[]>>();

/** The selected entries whose mode is another one in a fresh checkout, in the selection's order. */
export function otherModes(checkout: Checkout, selection: Selection): readonly OtherMode[] {
  const known = remembered.get(checkout) ?? new WeakMap<Selection, readonly OtherMode[]>();
  remembered.set(checkout, known);
  let found = known.get(selection);
  if (found === undefined) {
    found = findOtherModes(checkout, selection);
    known.set(selection, found);
  }
  return found;
}

function findOtherModes(checkout: Checkout, { sources }: Selection): readonly OtherMode[] {
  const found = new Map<string, OtherMode>();
  for (const { entries } of sources) {
    for (const { entry } of entries) {
      const inCheckout = checkout.modeOf(entry);
      if (inCheckout === null || inCheckout === entry.mode) continue;
      found.set(entry.path, { path: entry.path, mode: entry.mode, inCheckout });
    }
  }
  return [...found.values()];
}
