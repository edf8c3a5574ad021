/** Which files are read: a simulated build tells only of those. */
import type { FileNode, FolderNode, Part, TreeNode } from "./fileTree.js";
import { folderNode } from "./folder.js";

/** True where the content of everything in a node is known. There is nothing to read in an empty file. */
export function isRead(node: TreeNode): boolean {
  return node.kind === "directory" ? readPartOf(node) === node : isReadFile(node);
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
  return readIn(part) === part;
}

/** A folder without the files that are not read; itself where there are none. */
export function readPartOf(folder: FolderNode): FolderNode {
  if (readFolders.has(folder)) return folder;
  const parts = folder.parts.map(readIn);
  const isSame = parts.every((part, i) => part === folder.parts[i]);
  if (!isSame || folder.errors.length > 0) return folderNode(folder, parts.flat());
  readFolders.add(folder);
  return folder;
}

/** What is read of a part; itself, if all is. */
function readIn(part: Part): readonly TreeNode[] {
  if (readParts.has(part)) return part;
  const read = part.flatMap((child): readonly TreeNode[] => {
    if (child.kind === "directory") return [readPartOf(child)];
    return isReadFile(child) ? [child] : [];
  });
  if (read.length < part.length || read.some((child, i) => child !== part[i])) return read;
  readParts.add(part);
  return part;
}
