/** The files that a step takes from build contexts, looked at one folder at a time. */
import type { FolderNode, Found } from "../context/fileTree.js";
import { childrenOf, emptyFolder, folderAt, nodeAt } from "../context/folder.js";
import { united } from "../context/overlays.js";
import { selectedTree } from "../context/selectedTree.js";
import type { Selection, Taken } from "../context/selection.js";
import type { ContextInput } from "../files/contextInput.js";
import { isWithin, joinPath, parentPath } from "../text/paths.js";

export interface TakenTree {
  readonly root: FolderNode;
  readonly selections: readonly Selection[];
}

export function takenFiles(context: readonly ContextInput[]): TakenTree {
  const selections = context.map(({ selection }) => selection);
  const root = selections.map((one) => selectedTree(one).root).reduce(united, emptyFolder);
  return { root, selections };
}

/**
 * What is taken in a folder, in the order in which the sources come upon it; of folders those with
 * a file somewhere. The cost follows what is in the folder.
 */
export function entriesIn({ root, selections }: TakenTree, folder: string): readonly Found[] {
  const names = new Set<string>();
  const start = folder === "" ? 0 : folder.length + 1;
  for (const { path, isWhole } of selections.flatMap(takenBy)) {
    if (isWhole && isWithin(folder, path)) {
      const node = folderAt(root, folder);
      for (const child of node === null ? [] : childrenOf(node)) names.add(child.name);
    } else if (path !== folder && isWithin(path, folder)) {
      names.add(path.slice(start).split("/", 1)[0] ?? "");
    }
  }
  return [...names].flatMap((name): readonly Found[] => {
    const path = joinPath(folder, name);
    const node = nodeAt(root, path);
    if (node === null || (node.kind === "directory" && node.fileCount === 0)) return [];
    return [{ path, node }];
  });
}

function takenBy({ sources }: Selection): readonly Taken[] {
  return sources.flatMap(({ taken }) => taken);
}

/** Those of some paths at which a file is taken, and all folders above them. */
export function withFolders({ root }: TakenTree, paths: readonly string[]): ReadonlySet<string> {
  const all = new Set<string>();
  for (const path of paths) {
    const node = nodeAt(root, path);
    if (node === null || node.kind === "directory") continue;
    for (let at = path; at !== "" && !all.has(at); at = parentPath(at)) all.add(at);
  }
  return all;
}
