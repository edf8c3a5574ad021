/** What a selection held, small enough to keep with a simulated build, and what changed since. */

import { compareBytes } from "../text/paths.js";
import type { TreeNode } from "./fileTree.js";
import { entriesOf, type Selection } from "./selection.js";

/** `[path in the tree, identity, mode]`. The identity starts with the kind: `file:`, `directory`, `symlink:` … */
export type ManifestLine = readonly [path: string, identity: string, mode: number];

/** Ordered by `compareBytes` of the paths, each path once. The root, which has no name, is not in it. */
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
export function manifestOf(selection: Selection): Manifest | null {
  const nodes = new Map<string, TreeNode>();
  for (const source of selection.sources) {
    for (const { path, node } of entriesOf(source)) if (path !== "") nodes.set(path, node);
  }
  const lines: ManifestLine[] = [];
  for (const [path, node] of nodes) {
    const identity = identityText(node);
    if (identity === null) return null;
    lines.push([path, identity, node.mode]);
  }
  return lines.sort((a, b) => compareBytes(a[0], b[0]));
}

/** What has to be done to `before` to get `after`. */
export function compareManifests(before: Manifest, after: Manifest): ManifestChanges {
  const added: string[] = [];
  const removed: string[] = [];
  const contentChanged: string[] = [];
  const modeChanged: string[] = [];
  let b = 0;
  let a = 0;
  while (b < before.length || a < after.length) {
    const old = before[b];
    const now = after[a];
    const order = old === undefined ? 1 : now === undefined ? -1 : compareBytes(old[0], now[0]);
    if (order <= 0) b++;
    if (order >= 0) a++;
    if (order < 0 && old !== undefined) removed.push(old[0]);
    else if (order > 0 && now !== undefined) added.push(now[0]);
    else if (old !== undefined && now !== undefined) {
      if (old[1] !== now[1]) contentChanged.push(now[0]);
      else if (old[2] !== now[2]) modeChanged.push(now[0]);
    }
  }
  return { added, removed, contentChanged, modeChanged };
}

function identityText(node: TreeNode): string | null {
  switch (node.kind) {
    case "file":
      if (node.size === 0) return "file:";
      return node.identity === null ? null : `file:${node.identity}`;
    case "symlink":
      return `symlink:${node.linkTarget ?? ""}`;
    case "character-device":
    case "block-device":
      return `${node.kind}:${node.device ?? ""}`;
    case "directory":
    case "fifo":
    case "socket":
      return node.kind;
  }
}
