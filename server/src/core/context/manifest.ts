/** What a selection held, small enough to keep with a simulated build, and what changed since. */
import type { FileTree } from "./fileTree.js";
import type { Selection } from "./select.js";

/** `[path in the tree, identity, mode]`. The identity starts with the kind: `file:`, `directory`, `symlink:` … */
export type ManifestLine = readonly [path: string, identity: string, mode: number];

/** Ordered by `compareBytes` of the paths, each path once. */
export type Manifest = readonly ManifestLine[];

/** A renamed file is one removed and one added path. All lists are ordered like a manifest. */
export interface ManifestChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly contentChanged: readonly string[];
  /** Same bytes, other permission bits. */
  readonly modeChanged: readonly string[];
}

/** null while a selected file's identity is not known (see `contentDigest`). */
export function manifestOf(tree: FileTree, selection: Selection): Manifest | null {
  void tree;
  void selection;
  return null;
}

/** What has to be done to `before` to get `after`. */
export function compareManifests(before: Manifest, after: Manifest): ManifestChanges {
  void before;
  void after;
  return { added: [], removed: [], contentChanged: [], modeChanged: [] };
}
