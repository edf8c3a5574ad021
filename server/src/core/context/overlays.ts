/** Folders laid over each other. What both share is seen at once: it costs where they differ. */
import { alignedParts, pairs } from "./alignedParts.js";
import type { FolderNode, Part, TreeNode } from "./fileTree.js";
import { folderNode } from "./folder.js";

/** All that is in one of two folders; where both have something, that of the second. */
export function united(first: FolderNode, second: FolderNode): FolderNode {
  if (first === second || first.entryCount === 0) return second;
  if (second.entryCount === 0) return first;
  const children: TreeNode[] = [];
  for (const [a, b] of pairs(first.parts, second.parts)) {
    if (a?.kind === "directory" && b?.kind === "directory") children.push(united(a, b));
    else if (b !== null) children.push(b);
    else if (a !== null) children.push(a);
  }
  return folderNode(second, children);
}

/** Bytes in files of a folder at whose places another folder has files too, whatever is in them. */
export function bytesInBoth(folder: FolderNode, other: FolderNode): number {
  if (folder === other) return folder.bytes;
  let bytes = 0;
  for (const { a, b } of alignedParts(folder.parts, other.parts)) {
    const [part] = a;
    if (a.length === 1 && b.length === 1 && part !== undefined && part === b[0]) {
      bytes += bytesOf(part);
      continue;
    }
    for (const [own, there] of pairs(a, b)) {
      if (own === null || there === null) continue;
      if (own.kind !== "directory") bytes += there.kind === "directory" ? 0 : own.size;
      else if (there.kind === "directory") bytes += bytesInBoth(own, there);
    }
  }
  return bytes;
}

function bytesOf(part: Part): number {
  return part.reduce((sum, node) => sum + (node.kind === "directory" ? node.bytes : node.size), 0);
}
