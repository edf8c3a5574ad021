/** Whether a step leaves a layer. */

import type { BuilderRules } from "../build/builderRules.js";
import { takesFolder } from "../context/select.js";
import type { Step } from "../graph/graph.js";
import { cleanPath, parentPath } from "../text/paths.js";
import type { ContextInput } from "./contextInput.js";

/** Directories that practically every base image has. */
export const usualDirectories = [
  "/",
  "/bin",
  "/dev",
  "/etc",
  "/home",
  "/root",
  "/tmp",
  "/usr",
  "/var",
];

/**
 * An empty difference is a directory that was there, or nothing copied into one.
 * @param directories that are known to be there; those that the step makes are added
 * @param taken its inputs but the root file system; undefined: no files of a build context
 */
export function addsLayer(
  { effect, operation }: Step,
  rules: BuilderRules,
  directories: Set<string>,
  taken: readonly (ContextInput | undefined)[],
): boolean {
  if (effect !== "layer") return false;
  if (operation?.kind === "copy" && !rules.keepsEmptyLayers) {
    const target = cleanPath(operation.destination);
    const isThere = directories.has(target);
    const isFolder =
      operation.destination.endsWith("/") ||
      taken.some((context) => context !== undefined && takesFolder(context.selection));
    addWithParents(directories, isFolder ? target : `/${parentPath(target.slice(1))}`);
    return !isThere || !taken.every(takesNothing);
  }
  if (operation?.kind !== "makeDirectory") return true;
  const isThere = directories.has(operation.path);
  addWithParents(directories, operation.path);
  return !isThere || rules.keepsEmptyLayers;
}

function addWithParents(directories: Set<string>, path: string): void {
  for (let at = path; at !== "/"; at = `/${parentPath(at.slice(1))}`) directories.add(at);
}

/** True for empty directories, whose content goes into the destination. */
function takesNothing(context: ContextInput | undefined): boolean {
  return (
    context !== undefined &&
    context.content.kind === "known" &&
    context.selection.sources.every(({ entries }) => entries.every(({ to }) => to === ""))
  );
}
