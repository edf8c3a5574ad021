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

/** A folder without the files that are not read; itself where there are none. */
export function readPartOf(folder: FolderNode): FolderNode {
  if (readFolders.has(folder)) return folder;
  const children: TreeNode[] = [];
  let isSame = folder.errors.length === 0;
  for (const part of folder.parts) {
    if (readParts.has(part)) {
      children.push(...part);
      continue;
    }
    let isPartSame = true;
    for (const child of part) {
      const read =
        child.kind === "directory" ? readPartOf(child) : isReadFile(child) ? child : null;
      if (read !== null) children.push(read);
      if (read !== child) isPartSame = false;
    }
    if (isPartSame) readParts.add(part);
    else isSame = false;
  }
  if (!isSame) return folderNode(folder, children);
  readFolders.add(folder);
  return folder;
}
