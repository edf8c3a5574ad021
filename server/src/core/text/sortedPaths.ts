/** Lists of paths in the order of `<`, where what is below a directory stands in one run. */
import { firstIndex } from "./firstIndex.js";

/** Where a path stands, or would. */
export function indexOfPath(sorted: readonly string[], path: string): number {
  return firstIndex(sorted, (other) => other >= path);
}

/** True where a directory or something below it is in the list. */
export function hasAtOrBelow(sorted: readonly string[], directory: string): boolean {
  if (sorted[indexOfPath(sorted, directory)] === directory) return true;
  const below = directory.endsWith("/") ? directory : `${directory}/`;
  return sorted[indexOfPath(sorted, below)]?.startsWith(below) === true;
}
