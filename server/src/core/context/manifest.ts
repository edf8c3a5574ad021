/** What a selection held, kept with a simulated build, and what changed since. */

import type { Digest } from "../host.js";
import { compareBytes, joinPath } from "../text/paths.js";
import { alignedParts, pairs } from "./alignedParts.js";
import type { FolderNode, Part, TreeNode } from "./fileTree.js";
import { folderDigest, partDigest } from "./folderDigest.js";
import { differingParts, folderText, isKept } from "./folderText.js";
import { pairMemory } from "./pairMemory.js";
import { isRead } from "./readFiles.js";
import { type SelectedTree, selectedTree } from "./selectedTree.js";
import type { Selection } from "./selection.js";

/** All files in it are read. */
export type Manifest = SelectedTree;

/** A renamed file is one removed and one added path. All lists are ordered by `compareBytes`. */
export interface ManifestChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly contentChanged: readonly string[];
  /** Same bytes, other permission bits. */
  readonly modeChanged: readonly string[];
}

/** null while a selected file's identity is not known (see `contentDigest`). */
export function manifestOf(selection: Selection): Manifest | null {
  const tree = selectedTree(selection);
  return isRead(tree.root) ? tree : null;
}

const compared = pairMemory<Manifest, Manifest, ManifestChanges>();

/**
 * What has to be done to `before` to get `after`. Folders of equal content are not looked into: it
 * costs the folders that differ, or parts of them.
 */
export function compareManifests(
  before: Manifest,
  after: Manifest,
  digest: Digest,
): ManifestChanges {
  let changes = compared.get(before, after);
  if (changes === undefined) {
    changes = changesBetween(before, after, digest);
    compared.set(before, after, changes);
  }
  return changes;
}

interface Comparison {
  readonly before: Manifest;
  readonly after: Manifest;
  readonly digest: Digest;
  /** False where a folder can be taken in one and not in the other, whatever is in it. */
  readonly canSkip: boolean;
  readonly added: string[];
  readonly removed: string[];
  readonly contentChanged: string[];
  readonly modeChanged: string[];
}

function changesBetween(before: Manifest, after: Manifest, digest: Digest): ManifestChanges {
  const canSkip =
    before.through.size === after.through.size &&
    [...before.through].every((path) => after.through.has(path));
  const found: Comparison = {
    before,
    after,
    digest,
    canSkip,
    added: [],
    removed: [],
    contentChanged: [],
    modeChanged: [],
  };
  compareFolders(found, before.root, after.root, "");
  const { added, removed, contentChanged, modeChanged } = found;
  for (const list of [added, removed, contentChanged, modeChanged]) list.sort(compareBytes);
  return { added, removed, contentChanged, modeChanged };
}

function compareFolders(
  found: Comparison,
  before: FolderNode,
  after: FolderNode,
  path: string,
): void {
  if (found.canSkip && areAlike(before, after, found.digest)) return;
  for (const [a, b] of differing(found, before, after)) {
    for (const [old, now] of pairs(a, b)) {
      compareNodes(found, old, now, joinPath(path, (old ?? now)?.name ?? ""));
    }
  }
}

function areAlike(a: FolderNode, b: FolderNode, digest: Digest): boolean {
  if (a === b) return true;
  if (isKept(a) || isKept(b)) return folderText(a, digest) === folderText(b, digest);
  return folderDigest(a, digest) === folderDigest(b, digest);
}

type Parts = readonly Part[];

/** What may differ in two folders, side by side. */
function differing(
  { canSkip, digest }: Comparison,
  before: FolderNode,
  after: FolderNode,
): readonly (readonly [Parts, Parts])[] {
  if (!canSkip) return [[before.parts, after.parts]];
  if (isKept(before) || isKept(after)) {
    const { a, b } = differingParts(before, after, digest);
    return [[a, b]];
  }
  // A digest of the one part would cost more than to compare what is in it.
  if (before.parts.length === 1 && after.parts.length === 1) return [[before.parts, after.parts]];
  return [...alignedParts(before.parts, after.parts)].flatMap(({ a, b }) => {
    const [old, now] = a.length === 1 && b.length === 1 ? [a[0], b[0]] : [];
    const isSame =
      old !== undefined &&
      now !== undefined &&
      (old === now || partDigest(old, digest) === partDigest(now, digest));
    return isSame ? [] : [[a, b] as const];
  });
}

function compareNodes(
  found: Comparison,
  old: TreeNode | null,
  now: TreeNode | null,
  path: string,
): void {
  if (old === now && found.canSkip) return;
  const wasTaken = old !== null && !found.before.through.has(path);
  const isTaken = now !== null && !found.after.through.has(path);
  if (wasTaken && !isTaken) found.removed.push(path);
  else if (!wasTaken && isTaken) found.added.push(path);
  else if (wasTaken && isTaken) {
    if (identityText(old) !== identityText(now)) found.contentChanged.push(path);
    else if (old.mode !== now.mode) found.modeChanged.push(path);
  }
  const inOld = old?.kind === "directory" ? old : null;
  const inNow = now?.kind === "directory" ? now : null;
  if (inOld === null && inNow === null) return;
  if (inOld !== null && inNow !== null) {
    compareFolders(found, inOld, inNow, path);
    return;
  }
  for (const [a, b] of pairs(inOld?.parts ?? [], inNow?.parts ?? [])) {
    compareNodes(found, a, b, joinPath(path, (a ?? b)?.name ?? ""));
  }
}

/** It starts with the kind: `file:`, `directory`, `symlink:` … */
function identityText(node: TreeNode): string {
  switch (node.kind) {
    case "file":
      return `file:${node.size === 0 ? "" : node.identity}`;
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
