/**
 * Names that lead to the same bytes. The classic builder's client sends the first of them as a file,
 * and the others as links to that name. Source: moby, pkg/archive/archive.go `tarAppender.addTarFile`,
 * which goes by the order of `filepath.Walk` and leaves out what is ignored.
 */
import { joinPath } from "../text/paths.js";
import type { FileNode, FileTree, FolderNode } from "./fileTree.js";
import { childrenOf } from "./folder.js";

/** The name by which the bytes of a file are sent: its own path, where no other comes before it. */
export function firstNameOf(tree: FileTree, file: FileNode, path: string): string {
  if (!file.isShared) return path;
  let names = firstNames.get(tree);
  if (names === undefined) {
    names = new Map();
    addNames(tree, tree.root, "", names);
    firstNames.set(tree, names);
  }
  return names.get(inodeOf(file)) ?? path;
}

const firstNames = new WeakMap<FileTree, Map<string, string>>();

function addNames(
  tree: FileTree,
  folder: FolderNode,
  path: string,
  names: Map<string, string>,
): void {
  for (const child of childrenOf(folder)) {
    const at = joinPath(path, child.name);
    if (child.kind === "directory") addNames(tree, child, at, names);
    else if (child.kind === "file" && !tree.isIgnored(at) && !names.has(inodeOf(child)))
      names.set(inodeOf(child), at);
  }
}

function inodeOf({ dev, ino }: FileNode): string {
  return `${dev} ${ino}`;
}
