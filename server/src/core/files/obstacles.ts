/** What in its stage fails a step that would put something there. */
import type { BuilderRules } from "../build/builderRules.js";
import type { FolderNode, TreeNode } from "../context/fileTree.js";
import { childOf, childrenOf, nodeAt } from "../context/folder.js";
import { takesFolder } from "../context/select.js";
import { type ObstacleProblem, type Selection, takenBy } from "../context/selection.js";
import type { Step } from "../graph/graph.js";
import type { CopyOperation } from "../instructions/operation.js";
import { joinPath, parentPath } from "../text/paths.js";
import { nameInFolder, type StageFiles } from "./stageFiles.js";
import { type Standing, standingAt } from "./standing.js";
import { archiveOf, unpacksSome } from "./unpacking.js";

/**
 * What stands in the way of a step; null: nothing that is known.
 * @param selection what a COPY takes; null: not known
 */
export function obstacleTo(
  { operation }: Step,
  files: StageFiles,
  selection: Selection | null,
  rules: BuilderRules,
): ObstacleProblem | null {
  if (operation?.kind === "makeDirectory")
    return inTheWay(files, standingAt(files, operation.path));
  if (operation?.kind !== "copy" || operation.link) return null;
  return obstacleToCopy(operation, files, selection, rules);
}

/** Where a folder has to be. */
function inTheWay({ root }: StageFiles, standing: Standing): ObstacleProblem | null {
  const { path, what, fileOnTheWay, perhapsOnTheWay } = standing;
  const file = fileOnTheWay ?? (what === "file" ? path : null);
  if (file !== null) return { code: "destination-is-file", path: file };
  const node = nodeAt(root, path);
  const perhaps = perhapsOnTheWay ?? (node !== null && nameInFolder(node) !== null ? path : null);
  return perhaps === null ? null : { code: "destination-may-be-file", path: perhaps };
}

function obstacleToCopy(
  operation: CopyOperation,
  files: StageFiles,
  selection: Selection | null,
  rules: BuilderRules,
): ObstacleProblem | null {
  const { destination } = operation;
  const standing = standingAt(files, destination);
  const { path: target } = standing;
  const isFolder =
    destination.endsWith("/") ||
    (selection !== null && (takesFolder(selection) || unpacksSome(selection)));
  const way = isFolder ? standing : standingAt(files, parentPath(target));
  const onTheWay = inTheWay(files, way);
  if (onTheWay !== null || selection === null || rules.replacesFilesByFolders) return onTheWay;
  for (const one of takenBy(selection.sources)) {
    // What is in the way of an archive goes.
    if (archiveOf(selection, one)?.kind === "files") continue;
    const isInto = one.to === "" || standing.what === "folder" || isFolder;
    const path = isInto ? joinPath(target, one.to) : target;
    const there = nodeAt(files.root, path);
    const clash = there === null ? null : clashOf(there, one.node, one.isWhole);
    if (clash !== null) return { code: clash.code, path: joinPath(path, clash.path) };
  }
  return null;
}

interface Clash {
  readonly code: "destination-is-file" | "destination-is-folder";
  /** Below what was compared. */
  readonly path: string;
}

/**
 * A folder goes over no file and no link, a file over no folder. Source: BuildKit, fsutil
 * copy/copy.go `copyDirectoryOnly` and `ensureEmptyFileTarget`.
 * @param isWhole false: nothing that is in the folder is put there with it
 */
function clashOf(there: TreeNode, put: TreeNode, isWhole: boolean): Clash | null {
  if (nameInFolder(there) !== null) return null;
  if (put.kind !== "directory")
    return there.kind === "directory" ? { code: "destination-is-folder", path: "" } : null;
  if (there.kind !== "directory") return { code: "destination-is-file", path: "" };
  return isWhole ? clashBelow(there, put) : null;
}

/** Goes through the entries of the one that has fewer. */
function clashBelow(there: FolderNode, put: FolderNode): Clash | null {
  if (there === put) return null;
  const [few, many] = there.entryCount < put.entryCount ? [there, put] : [put, there];
  for (const child of childrenOf(few)) {
    const other = childOf(many, child.name);
    if (other === null) continue;
    const [old, now] = few === there ? [child, other] : [other, child];
    const clash = clashOf(old, now, true);
    if (clash !== null) return { code: clash.code, path: joinPath(child.name, clash.path) };
  }
  return null;
}
