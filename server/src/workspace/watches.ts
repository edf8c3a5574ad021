/**
 * What has to be watched for the open Dockerfiles: their contexts and ignore files, what says how they
 * are built, and at which commit their repositories are.
 */
import path from "node:path";
import type { Need } from "../core/world/facts.js";
import { factOf, type World } from "../core/world/world.js";
import type { LiveBuild } from "./build.js";

export interface Watched {
  /** Absolute path of a folder. */
  readonly base: string;
  /** Of files below it. */
  readonly pattern: string;
}

/** Of Dockerfiles, and of files that say how images are built. */
const definitionPattern =
  "**/{Dockerfile*,*.{d,D}ockerfile,Containerfile*,*.{c,C}ontainerfile,*compose*.yml,*compose*.yaml,docker-bake*.hcl,docker-bake*.json,devcontainer.json,.env,.gitignore,.gitmodules,.github/workflows/*.yml,.github/workflows/*.yaml}";

export function wholeFolder(base: string): Watched {
  return { base, pattern: "**/*" };
}

/** Of a repository: they change with each commit and each checkout. */
const headFiles = ["HEAD", "logs/HEAD", "packed-refs"];

/** True for a file that says at which commit a repository is. */
export function saysHead(file: string): boolean {
  const place = file.replaceAll("\\", "/");
  return headFiles.some((name) => place.endsWith(`/.git/${name}`));
}

/** True for a file by which git ignores others, or knows its submodules. */
export function saysIgnored(file: string): boolean {
  return /[\\/](?:\.gitignore|\.gitmodules|\.gitattributes|\.git[\\/]info[\\/]exclude)$/.test(file);
}

/**
 * True where an editor that leaves these files out of its watching still reports all that a build
 * can take: git's and Mercurial's own stores are no part of one that somebody changes by hand.
 *
 * @param excluded the setting `files.watcherExclude` of VS Code: patterns, true where they hold
 */
export function reportsEverything(excluded: unknown): boolean {
  if (typeof excluded !== "object" || excluded === null) return true;
  return Object.entries(excluded).every(
    ([pattern, holds]) => holds !== true || /(?:^|\/)\.(?:git|hg)\//.test(pattern),
  );
}

/** @param isWatched whether the editor reports changes in a folder */
export function watchedBy(
  builds: Iterable<LiveBuild>,
  world: World,
  isWatched: (folder: string) => boolean,
): readonly Watched[] {
  return [...builds].flatMap(({ contextFolder, place, lookedInto, reads }): readonly Watched[] => [
    // What is missing there may be made: the folders of the guess.
    ...(place.workspaceFolder !== null && isWatched(place.workspaceFolder)
      ? [{ base: place.workspaceFolder, pattern: definitionPattern }]
      : []),
    ...lookedInto.filter(isWatched).map((base) => ({ base, pattern: "*" })),
    ...(contextFolder !== null && isWatched(contextFolder) ? [wholeFolder(contextFolder)] : []),
    ...watchedOthers(reads, contextFolder, isWatched),
    ...(place.file === null ? [] : [{ base: path.dirname(place.file), pattern: "*.dockerignore" }]),
    ...watchedHeads(reads, world),
  ]);
}

/** The contexts of other builds that it stands on, and their Dockerfiles with their ignore files. */
function watchedOthers(
  reads: readonly Need[],
  own: string | null,
  isWatched: (folder: string) => boolean,
): readonly Watched[] {
  const folders = new Set<string>();
  const files = new Set<string>();
  for (const need of reads) {
    if (need.kind === "text") files.add(need.path);
    else if (need.kind === "tree" && need.folder !== own) folders.add(need.folder);
  }
  return [
    ...[...folders].filter(isWatched).map(wholeFolder),
    ...[...files].map((file) => {
      const name = path.basename(file);
      return { base: path.dirname(file), pattern: `{${name},${name}.dockerignore}` };
    }),
  ];
}

function watchedHeads(reads: readonly Need[], world: World): readonly Watched[] {
  return reads.flatMap((need) => {
    const fact = need.kind === "commit" ? factOf(world, need) : null;
    if (fact?.kind !== "known") return [];
    const base = path.join(fact.value.repository, ".git");
    return [{ base, pattern: `{${headFiles.join(",")}}` }];
  });
}
