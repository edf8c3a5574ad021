/** The files that a step takes from build contexts, looked at one folder at a time. */
import type { FolderNode, Found } from "../context/fileTree.js";
import { childrenOf, emptyFolder, folderAt, nodeAt, replaceAll } from "../context/folder.js";
import { united } from "../context/overlays.js";
import { selectedTree } from "../context/selectedTree.js";
import type { Selection, Taken } from "../context/selection.js";
import type { ContextInput } from "../files/contextInput.js";
import { archiveOf } from "../files/unpacking.js";
import { isWithin, joinPath, parentPath } from "../text/paths.js";

export interface TakenTree {
  /** An archive that is unpacked is a folder of what is in it. */
  readonly root: FolderNode;
  readonly taken: readonly Pick<Taken, "path" | "isWhole">[];
  /** The paths of archives that are unpacked. */
  readonly archives: readonly string[];
}

/** @param unpacked what an ADD takes; null: nothing, or not known */
export function takenFiles(
  context: readonly ContextInput[],
  unpacked: Selection | null = null,
): TakenTree {
  const selections = context.map(({ selection }) => selection);
  const taken = selections.flatMap(takenBy);
  const contents = new Map<string, FolderNode>();
  for (const one of taken) {
    const archive = archiveOf(unpacked, one);
    if (archive?.kind === "files") contents.set(one.path, { ...archive.root, name: one.node.name });
  }
  const files = selections.map((one) => selectedTree(one).root).reduce(united, emptyFolder);
  return {
    root: replaceAll(files, contents),
    taken: taken.map(({ path, isWhole }) => ({ path, isWhole: isWhole || contents.has(path) })),
    archives: [...contents.keys()],
  };
}

/**
 * What is taken in a folder, in the order in which the sources come upon it; of folders those with
 * a file somewhere. The cost follows what is in the folder.
 */
export function entriesIn({ root, taken, archives }: TakenTree, folder: string): readonly Found[] {
  const names = new Set<string>();
  const start = folder === "" ? 0 : folder.length + 1;
  for (const { path, isWhole } of taken) {
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
    if (node === null) return [];
    if (node.kind === "directory" && node.fileCount === 0 && !archives.includes(path)) return [];
    return [{ path, node }];
  });
}

function takenBy({ sources }: Selection): readonly Taken[] {
  return sources.flatMap(({ taken }) => taken);
}

/** Those of some paths at which a file is taken, and all folders above them. */
export function withFolders(
  { root, archives }: TakenTree,
  paths: readonly string[],
): ReadonlySet<string> {
  const all = new Set<string>();
  for (const path of paths) {
    const node = nodeAt(root, path);
    if (node === null || (node.kind === "directory" && !archives.includes(path))) continue;
    for (let at = path; at !== "" && !all.has(at); at = parentPath(at)) all.add(at);
  }
  return all;
}
