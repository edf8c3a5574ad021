/** What is wrong with a build context, in words that follow its folder's name. */
import type { BuildDefinition } from "../core/build/definition.js";
import type { Known } from "../core/host.js";
import { say, sayWhole } from "../core/text/say.js";
import type { Listing } from "../core/world/facts.js";
import { maxDepth } from "../host/contextWalk.js";

/**
 * More entries than this are not looked at in an editor: it is a home folder or a disk, taken for a
 * context by accident, and would cost gigabytes of memory and minutes.
 */
export const maxEntries = 400_000;

/** Empty: nothing. */
export function contextProblem(
  { context, dockerfile, foundAt }: BuildDefinition,
  listing: Known<Listing> | null,
): string {
  if (context === null && foundAt !== null)
    return say`it is made before the build: no checkout holds it`;
  if (context === null && dockerfile.kind === "file")
    return say`who builds says what is taken, by arguments that have no value: choose a folder`;
  if (context === null) return say`open a folder to choose one`;
  if (context.kind !== "path" || listing?.kind !== "unknown") return "";
  const { error } = listing;
  if (error !== null && error.path !== context.folder) return say`${error.path} cannot be read`;
  switch (error?.code) {
    case "ENOENT":
      return say`the folder does not exist`;
    case "ENOTDIR":
      return say`is not a folder`;
    case "ENOTSUP":
      return say`is a view of the running system, not a folder of files`;
    case "E2BIG":
      return say`more than ${sayWhole(maxEntries)} files: choose its folder with the setting stratacast.context, or leave files out with .dockerignore`;
    case "E2DEEP":
      return say`more than ${sayWhole(maxDepth)} folders inside each other: leave them out with .dockerignore`;
    default:
      return say`cannot be read (${error?.code ?? ""})`;
  }
}
