/** What has to be watched for the open Dockerfiles: their contexts and ignore files, nothing else. */
import path from "node:path";
import type { LiveBuild } from "./build.js";

export interface Watched {
  /** Absolute path of a folder. */
  readonly base: string;
  /** Of files below it. */
  readonly pattern: string;
}

/** @param isWatched whether the editor reports changes in a folder */
export function watchedBy(
  builds: Iterable<LiveBuild>,
  isWatched: (folder: string) => boolean,
): readonly Watched[] {
  return [...builds].flatMap(({ contextFolder, place }): readonly Watched[] => [
    ...(contextFolder !== null && isWatched(contextFolder)
      ? [{ base: contextFolder, pattern: "**/*" }]
      : []),
    ...(place.file === null ? [] : [{ base: path.dirname(place.file), pattern: "*.dockerignore" }]),
  ]);
}
