/** What a selection takes, as the part of its tree that it is. */
import { joinPath } from "../text/paths.js";
import type { FolderNode, TreeNode } from "./fileTree.js";
import { type FolderHeader, folderNode, plainFolder } from "./folder.js";
import { type Selection, type Taken, takenBy } from "./selection.js";

export interface SelectedTree {
  /** Folders that are taken whole are the tree's own. */
  readonly root: FolderNode;
  /** The paths of those folders in it that are not taken and only lead to what is. */
  readonly through: ReadonlySet<string>;
}

const remembered = new WeakMap<Selection, SelectedTree>();

/** Everything that any source takes, once. */
export function selectedTree(selection: Selection): SelectedTree {
  let tree = remembered.get(selection);
  if (tree === undefined) {
    tree = treeOf(takenBy(selection.sources));
    remembered.set(selection, tree);
  }
  return tree;
}

function treeOf(taken: readonly Taken[]): SelectedTree {
  const top: OpenFolder = { header: plainFolder(""), inside: new Map() };
  for (const one of taken) {
    // All of the tree.
    if (one.path === "" && one.isWhole) return { root: one.node, through: new Set() };
    if (one.path !== "") put(top, one);
  }
  const through = new Set<string>();
  return { root: closed(top, "", "", through), through };
}

interface OpenFolder {
  /** null: it is not taken itself. */
  header: FolderHeader | null;
  readonly inside: Map<string, TreeNode | OpenFolder>;
}

function put(top: OpenFolder, { path, node, isWhole }: Taken): void {
  const names = path.split("/");
  const name = names.pop() ?? "";
  let folder = top;
  for (const above of names) {
    const next = folder.inside.get(above) ?? { header: null, inside: new Map() };
    // What is in a folder that is taken whole is taken with it.
    if (!isOpen(next)) return;
    folder.inside.set(above, next);
    folder = next;
  }
  const there = folder.inside.get(name);
  if (there !== undefined && !isOpen(there)) return;
  if (node.kind !== "directory" || isWhole) folder.inside.set(name, node);
  else if (there === undefined) folder.inside.set(name, { header: node, inside: new Map() });
  else there.header = node;
}

function isOpen(child: TreeNode | OpenFolder): child is OpenFolder {
  return "inside" in child;
}

function closed(
  { header, inside }: OpenFolder,
  path: string,
  name: string,
  through: Set<string>,
): FolderNode {
  if (header === null) through.add(path);
  const children = [...inside].map(([child, node]) =>
    isOpen(node) ? closed(node, joinPath(path, child), child, through) : node,
  );
  return folderNode(header ?? plainFolder(name), children);
}
