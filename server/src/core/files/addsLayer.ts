/** Whether a step leaves a layer. */

import type { BuilderRules } from "../build/builderRules.js";
import type { Step } from "../graph/graph.js";
import { cleanPath, parentPath } from "../text/paths.js";
import type { ContextInput } from "./contextInput.js";
import { hasDirectory, type KnownDirectories, withDirectory } from "./knownDirectories.js";

/**
 * True where a step leaves a layer. An empty difference is a directory that was there, or nothing
 * copied into one.
 * @param taken its inputs but the root file system; undefined: no files of a build context
 */
export function addsLayer(
  { effect, operation, openPath, openVariables }: Step,
  rules: BuilderRules,
  directories: KnownDirectories,
  taken: readonly (ContextInput | undefined)[],
): boolean {
  if (effect !== "layer") return false;
  if (rules.keepsEmptyLayers) return true;
  // Nobody knows what is there, or what is taken.
  if (openPath !== null || openVariables.length > 0) return true;
  if (operation?.kind === "makeDirectory") return !hasDirectory(directories, operation.path);
  if (operation?.kind !== "copy") return true;
  // Of any folder but the root the entry is written anew, though it is there.
  return cleanPath(operation.destination) !== "/" || !taken.every(takesNothing);
}

/**
 * The directories that are there after a step; not followed where all layers are kept.
 * @param takesFolder true where it takes one for certain
 */
export function directoriesAfter(
  { operation, openPath }: Step,
  rules: BuilderRules,
  directories: KnownDirectories,
  takesFolder: boolean,
): KnownDirectories {
  if (rules.keepsEmptyLayers || openPath !== null) return directories;
  if (operation?.kind === "makeDirectory") return withDirectory(directories, operation.path);
  if (operation?.kind !== "copy") return directories;
  const target = cleanPath(operation.destination);
  const isFolder = operation.destination.endsWith("/") || takesFolder;
  return withDirectory(directories, isFolder ? target : `/${parentPath(target.slice(1))}`);
}

/** True for empty directories, whose content goes into the destination. */
function takesNothing(context: ContextInput | undefined): boolean {
  return (
    context !== undefined &&
    context.content.kind === "known" &&
    context.selection.sources.every(({ taken }) =>
      taken.every((one) => one.to === "" && !(one.isWhole && one.node.entryCount > 0)),
    )
  );
}
