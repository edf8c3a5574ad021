/** Which files are read: a simulated build tells only of those. */
import type { FileNode, FolderNode, Part, TreeNode } from "./fileTree.js";
import { folderNode } from "./folder.js";

/** True where the content of everything in a node is known. There is nothing to read in an empty file. */
export function isRead(node: TreeNode): boolean {
  if (node.kind !== "directory") return isReadFile(node);
  if (readFolders.has(node)) return true;
  if (node.errors.length > 0 || !node.parts.every(isReadPart)) return false;
  readFolders.add(node);
  return true;
}

function isReadFile({ kind, size, identity }: FileNode): boolean {
  return kind !== "file" || size === 0 || identity !== null;
}

/** Folders and parts in which every file is read, which stays so. */
const readFolders = new WeakSet<FolderNode>();
const readParts = new WeakSet<Part>();

/** Notes that all files of a folder are read. */
export function markRead(folder: FolderNode): void {
  readFolders.add(folder);
}

export function isReadPart(part: Part): boolean {
  if (readParts.has(part)) return true;
  if (!part.every(isRead)) return false;
  readParts.add(part);
  return true;
}

/** A folder without the files that are not read; itself where there are none. */
export function readPartOf(folder: FolderNode): FolderNode {
  if (isRead(folder)) return folder;
  return folderNode(folder, folder.parts.flatMap(readIn));
}

/** What is read of a part; itself, if all is. */
function readIn(part: Part): readonly TreeNode[] {
  if (isReadPart(part)) return part;
  return part.flatMap((child): readonly TreeNode[] => {
    if (child.kind === "directory") return [readPartOf(child)];
    return isReadFile(child) ? [child] : [];
  });
}
