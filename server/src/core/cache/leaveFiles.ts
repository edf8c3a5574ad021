/** What a step leaves in the files of its stage, as far as it can be computed without building. */
import type { FileTree } from "../context/fileTree.js";
import type { Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import type { Builder } from "../instructions/kind.js";
import type { CopyOperation } from "../instructions/operation.js";
import { type ContextInput, copyRequest } from "./inputs.js";
import { type Opaque, type StageFiles, stageContent } from "./stageFiles.js";

/** Where files come from; null: not known. */
export interface FileSources {
  readonly builder: Builder;
  readonly digest: Digest;
  /** A build context; undefined: the main one. */
  readonly context: (folder: string | undefined) => FileTree | null;
  readonly stage: (index: number) => StageFiles | null;
}

/** The file of the stage that fails the step, below the root; null: none that is known. */
export function obstacleTo(
  { operation }: Step,
  files: StageFiles,
  context: ContextInput | undefined,
  sources: FileSources,
): string | null {
  if (operation?.kind === "makeDirectory") return files.obstacleToFolder(operation.path);
  if (operation?.kind !== "copy" || operation.link) return null;
  const request = copyRequest(operation, sources.builder);
  if (operation.from.kind !== "stage" || request === null) {
    return files.obstacleToCopy(operation, context?.selection ?? null);
  }
  const other = sources.stage(operation.from.index);
  const content = other === null ? null : stageContent(other, request, sources.digest);
  return files.obstacleToCopy(operation, content?.selection ?? null);
}

/**
 * @param result the name of everything that cannot be computed
 * @param context what the step takes from a build context
 */
export function leaveFiles(
  { operation }: Step,
  files: StageFiles,
  result: Opaque,
  context: ContextInput | undefined,
  sources: FileSources,
): void {
  if (operation?.kind === "run") files.becomeOpaque(result);
  else if (operation?.kind === "makeDirectory") files.makeDirectory(operation.path);
  else if (operation?.kind === "copy" && !copyFiles(operation, files, context, sources)) {
    files.hide(operation.destination, result);
  }
}

/** False when what the COPY leaves cannot be computed. */
function copyFiles(
  operation: CopyOperation,
  files: StageFiles,
  context: ContextInput | undefined,
  sources: FileSources,
): boolean {
  if (operation.items.some((item) => item.kind === "http" || item.kind === "git")) return false;
  if (copyRequest(operation, sources.builder) !== null) {
    if (operation.isAdd && operation.unpack) return false;
    if (!copyPaths(operation, files, context, sources)) return false;
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
  context: ContextInput | undefined,
  sources: FileSources,
): boolean {
  const { from } = operation;
  switch (from.kind) {
    case "scratch":
      return true;
    case "image":
      return false;
    case "context": {
      const tree = sources.context(from.folder);
      return (
        context !== undefined && tree !== null && files.add(operation, tree, context.selection)
      );
    }
    case "stage": {
      const other = sources.stage(from.index);
      const request = copyRequest(operation, sources.builder);
      if (other === null || request === null) return false;
      const { selection } = stageContent(other, request, sources.digest);
      return selection !== null && files.add(operation, other, selection);
    }
  }
}

/** The size of a text in UTF-8, in bytes. */
function utf8Size(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
