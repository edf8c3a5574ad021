/**
 * A tree as git would keep it: of the permission bits only whether the owner may execute a file,
 * no directory that holds no file, and nothing of the repository itself. Two trees are compared with
 * a commit in this form, so that neither a umask, nor an empty folder, nor `.git` counts as a change.
 */
import type { FileNode, FileTree, FolderNode, Part, TreeNode } from "./fileTree.js";
import { folderNode, withParts } from "./folder.js";

/** The permission bits that a checkout with the usual umask (022) gives a file. */
export function gitMode(isExecutable: boolean): number {
  return isExecutable ? 0o755 : 0o644;
}

/** Made of the tree's own nodes wherever git keeps all that they tell. */
export function gitNotion({ root, isIgnored }: FileTree): FileTree {
  return { root: keptFolder(root).node, isIgnored };
}

const originals = new WeakMap<TreeNode, TreeNode>();

/** The node on disk that one of such a tree stands for. */
export function originalOf(node: TreeNode): TreeNode {
  return originals.get(node) ?? node;
}

interface Kept<T> {
  readonly node: T;
  /** True where it is so for ever: no copy of a file in it waits for the file to be read. */
  readonly isFinal: boolean;
}

const keptFolders = new WeakMap<FolderNode, FolderNode>();
const keptParts = new WeakMap<Part, Part>();

function keptFolder(folder: FolderNode): Kept<FolderNode> {
  const remembered = keptFolders.get(folder);
  if (remembered !== undefined) return { node: remembered, isFinal: true };
  const parts = folder.parts.map(keptPart);
  const header = { ...folder, mode: gitMode(true) };
  const isAs =
    folder.mode === header.mode && parts.every(({ node }, i) => node === folder.parts[i]);
  const isWhole = parts.every(({ node }, i) => node.length === folder.parts[i]?.length);
  const list = parts.map(({ node }) => node);
  const node =
    isAs && folder.errors.length === 0
      ? folder
      : isWhole && folder.errors.length === 0
        ? withParts(folder, header, list)
        : folderNode(header, list.flat());
  if (node !== folder) originals.set(node, folder);
  const isFinal = parts.every((part) => part.isFinal);
  if (isFinal) keptFolders.set(folder, node);
  return { node, isFinal };
}

function keptPart(part: Part): Kept<Part> {
  const remembered = keptParts.get(part);
  if (remembered !== undefined) return { node: remembered, isFinal: true };
  const children: TreeNode[] = [];
  let isFinal = true;
  for (const child of part) {
    // Git keeps neither itself nor a folder that holds no file.
    if (child.name === ".git" || isWithoutFiles(child)) continue;
    const kept = child.kind === "directory" ? keptFolder(child) : keptFile(child);
    children.push(kept.node);
    if (!kept.isFinal) isFinal = false;
  }
  const isAs = children.length === part.length && children.every((child, i) => child === part[i]);
  const node = isAs ? part : children;
  if (isFinal) keptParts.set(part, node);
  return { node, isFinal };
}

function isWithoutFiles(node: TreeNode): boolean {
  return node.kind === "directory" && node.fileCount === 0;
}

function keptFile(file: FileNode): Kept<FileNode> {
  const mode = file.kind === "symlink" ? file.mode : gitMode((file.mode & 0o100) !== 0);
  if (mode === file.mode) return { node: file, isFinal: true };
  const isFinal = file.kind !== "file" || file.identity !== null || file.size === 0;
  const node = { ...file, mode };
  originals.set(node, file);
  return { node, isFinal };
}
