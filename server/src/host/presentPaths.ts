/** Looks up which paths are in a folder: few lookups of single names, no walk. */
import { matchPath } from "../core/context/glob.js";
import type { FileSystem } from "./nodeFileSystem.js";

/** So many names stand for one pattern. */
const maxMatches = 100;

/** Those of `paths` that are there; links count as they stand. See the need `present`. */
export function presentPaths(
  disk: FileSystem,
  folder: string,
  paths: readonly string[],
): ReadonlySet<string> {
  /** A folder's names are asked for once. */
  const listed = new Map<string, readonly string[]>();
  const namesIn = (place: string): readonly string[] => {
    let names = listed.get(place);
    if (names === undefined) {
      const list = disk.list(place);
      names = list.ok ? list.value : [];
      listed.set(place, names);
    }
    return names;
  };
  const isThere = (path: string): boolean => {
    const isPattern = /[*?[]/.test(path);
    if (!isPattern) return disk.stat(`${folder}/${path}`).ok;
    let places: readonly string[] = [folder];
    for (const pattern of path.split("/")) {
      places = places
        .flatMap((place) =>
          namesIn(place)
            .filter((name) => matchPath(pattern, name) === "match")
            .map((name) => `${place}/${name}`),
        )
        .slice(0, maxMatches);
    }
    return places.length > 0;
  };
  return new Set(paths.filter(isThere));
}
