/** What a step leaves in the files of its stage, as far as it can be computed without building. */

import type { Builder } from "../build/builder.js";
import type { FileTree } from "../context/fileTree.js";
import type { Selection } from "../context/selection.js";
import type { Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import type { CopyOperation } from "../instructions/operation.js";
import { utf8Size } from "../text/utf8.js";
import { copyRequest } from "./contextInput.js";
import type { Opaque, StageFiles } from "./stageFiles.js";

/** Where files come from; null: not known. */
export interface FileSources {
  readonly builder: Builder;
  readonly digest: Digest;
  /** A build context; undefined: the main one. */
  readonly context: (folder: string | undefined) => FileTree | null;
  readonly stage: (index: number) => StageFiles | null;
}

/**
 * The file of the stage that fails the step, below the root; null: none that is known.
 * @param selection what a COPY takes; null: not known
 */
export function obstacleTo(
  { operation }: Step,
  files: StageFiles,
  selection: Selection | null,
): string | null {
  if (operation?.kind === "makeDirectory") return files.obstacleToFolder(operation.path);
  if (operation?.kind !== "copy" || operation.link) return null;
  return files.obstacleToCopy(operation, selection);
}

/**
 * @param result the name of everything that cannot be computed
 * @param selection what a COPY takes; null: not known
 */
export function leaveFiles(
  { operation }: Step,
  files: StageFiles,
  result: Opaque,
  selection: Selection | null,
  sources: FileSources,
): void {
  if (operation?.kind === "run") files.becomeOpaque(result);
  else if (operation?.kind === "makeDirectory") files.makeDirectory(operation.path);
  else if (operation?.kind === "copy" && !copyFiles(operation, files, selection, sources)) {
    files.hide(operation.destination, result);
  }
}

/** False when what the COPY leaves cannot be computed. */
function copyFiles(
  operation: CopyOperation,
  files: StageFiles,
  selection: Selection | null,
  sources: FileSources,
): boolean {
  if (operation.items.some((item) => item.kind === "http" || item.kind === "git")) return false;
  if (copyRequest(operation, sources.builder) !== null) {
    if (operation.isAdd && operation.unpack) return false;
    if (!copyPaths(operation, files, selection, sources)) return false;
  }
  for (const item of operation.items) {
    if (item.kind !== "inline") continue;
    // The same identity that a file of this content has in a build context cannot be computed
    // here without its bytes' blob id; a name of its own never claims an equality that is not.
    const identity = `inline:${sources.digest(item.content)}`;
    files.addDocument(operation, item.name, identity, utf8Size(item.content));
  }
  return true;
}

function copyPaths(
  operation: CopyOperation,
  files: StageFiles,
  selection: Selection | null,
  sources: FileSources,
): boolean {
  const { from } = operation;
  switch (from.kind) {
    case "scratch":
      return true;
    case "image":
      return false;
    case "context":
    case "stage": {
      const tree = from.kind === "stage" ? sources.stage(from.index) : sources.context(from.folder);
      return selection !== null && tree !== null && files.add(operation, tree, selection);
    }
  }
}
