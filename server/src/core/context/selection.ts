/** What an instruction asks of a tree of files, and what it gets: plain data. */
import type { Builder } from "../build/builder.js";
import { joinPath, parentPath } from "../text/paths.js";
import type { Archive } from "./archive.js";
import type { FileNode, FolderNode, Found } from "./fileTree.js";
import { childrenOf } from "./folder.js";

export interface CopyRequest {
  readonly builder: Builder;
  /** The local sources as the builder sees them: variables expanded, no URLs, no heredocs. */
  readonly sources: readonly string[];
  /** COPY --parents: keep the directories of a source, from its `/./` on when it has one. */
  readonly parents?: boolean;
  /** The values of --exclude. */
  readonly exclude?: readonly string[];
  /** False for a bind mount: `*` is then an ordinary character. */
  readonly wildcards?: boolean;
  /** How BuildKit lists what filters or wildcards leave; absent: as the usual version does. */
  readonly listing?: Listing;
  /** Which tree it is, for problems to name it; absent: the build context. */
  readonly place?: SourcePlace;
}

/** What differs by the version of BuildKit. */
export interface Listing {
  /** By its paths; else by its last names: see `HashedPart`. */
  readonly byPath: boolean;
  /** Each link by what it leads to; else those at the top alone. */
  readonly followsLinks: boolean;
}

/** Where files come from, if not from the build context. */
export type SourcePlace =
  /** `name`: its number, where it has none. */
  | { readonly kind: "stage"; readonly name: string | number }
  /** The context of a `--build-context`. */
  | { readonly kind: "context"; readonly name: string }
  /** The main context, where it is but a guess. `name`: its folder. */
  | { readonly kind: "guess"; readonly name: string };

/** One thing that the instruction brings into the image. */
export interface SelectedEntry extends Found {
  /**
   * Where it goes, relative to the destination directory. A file's own name when a single file
   * is copied (the destination may rename it); "" for the source directory itself, whose content
   * lands in the destination.
   */
  readonly to: string;
}

/** An entry alone, or a folder with everything below it: no list is made of what is in that. */
export type Taken =
  | (SelectedEntry & { readonly isWhole: false })
  | (SelectedEntry & { readonly isWhole: true; readonly node: FolderNode });

export interface SourceSelection {
  /** As written. */
  readonly source: string;
  /** The path below the root that the builder looks for; wildcards still in it. */
  readonly path: string;
  readonly isWildcard: boolean;
  /** How many files and directories the source names: 1 without wildcard, 0 when nothing was found. */
  readonly matches: number;
  /** In the order in which the builder finds them: a directory before its content, names by their bytes. */
  readonly taken: readonly Taken[];
  /** Of this source alone; `Selection.problems` has them as they count for the whole instruction. */
  readonly problems: readonly SelectionProblem[];
  /** What the builder hashes for this source; `contentDigest` reads it. */
  readonly hashed: HashedPart;
  /** What links in it lead to that is hashed in their place, and not sent for their sake. Absent: nothing. */
  readonly through?: readonly string[];
}

export interface Selection {
  readonly builder: Builder;
  readonly sources: readonly SourceSelection[];
  /** The sources whose content is hashed, in that order: BuildKit sorts them and drops what another source covers. */
  readonly digestOrder: readonly number[];
  /** Everything but directories, each counted once. */
  readonly fileCount: number;
  /** Sum of the sizes of the regular files among them, each counted once. */
  readonly bytes: number;
  /** All problems of all sources. */
  readonly problems: readonly SelectionProblem[];
  /** What ADD finds in the files that it takes; null: not known. Absent: nothing is unpacked. */
  readonly archives?: ReadonlyMap<FileNode, Archive | null>;
}

/** What can be wrong with a source: a stable code and the values that its sentence names. */
export type SourceProblem =
  /** Nothing at this path. `near`: what would be there if case did not count; null: nothing. */
  | { readonly code: "source-not-found"; readonly near: string | null }
  /** Nothing at this path, which is no mistake: something makes it before the build. */
  | { readonly code: "source-made-before"; readonly by: MadeBy }
  /** Nothing at this path, and the ignore file would hide it. */
  | { readonly code: "source-ignored" }
  /** A symbolic link on the way leads to `target`, where nothing is, perhaps because it leads out of the context. */
  | { readonly code: "source-link-broken"; readonly target: string }
  /** More than 255 links on the way: a loop. */
  | { readonly code: "source-link-loop" }
  /** `..` above the context. `taken`: what BuildKit takes instead; null: the classic builder fails. */
  | { readonly code: "source-outside-context"; readonly taken: string | null }
  /** BuildKit copies nothing; the classic builder fails when no source has a match. */
  | {
      readonly code: "wildcard-without-match";
      readonly builder: Builder;
      readonly fails: boolean;
    }
  /** A wildcard, --exclude or --parents pattern that Go's matcher rejects. */
  | { readonly code: "pattern-invalid"; readonly pattern: string }
  /** --exclude or --parents left nothing of this source. */
  | { readonly code: "everything-excluded" }
  /**
   * What it needs is in the context and is not sent. `folder`: a wildcard matches nothing there;
   * `pattern`: its name is a pattern of another one; `link`: a link in it leads there.
   */
  | { readonly code: "source-not-sent"; readonly why: UnsentReason };

export type UnsentReason = "folder" | "pattern" | "link";

/** Why something that is not there is taken to be there when it is built. */
export type MadeBy =
  /** By this line of a file of git's, `line` from 1. */
  | { readonly kind: "ignored"; readonly file: string; readonly line: number }
  /** `path`: of the submodule, relative to the top of the repository. */
  | { readonly kind: "submodule"; readonly path: string };

/** Why sources that are not there are no mistake, by the path that the builder looks for, below the root of the main context. */
export type MadeBefore = ReadonlyMap<string, MadeBy>;

export const nothingMade: MadeBefore = new Map();

export function isSameMade(one: MadeBefore, other: MadeBefore): boolean {
  if (one === other) return true;
  return (
    one.size === other.size &&
    [...one].every(([path, by]) => JSON.stringify(other.get(path)) === JSON.stringify(by))
  );
}

/** The same, of one of the sources of an instruction. */
export type SelectionProblem = SourceProblem & {
  /** Index into the request's sources. */
  readonly index: number;
  readonly source: string;
  /** The path below the root that the problem is about. */
  readonly path: string;
  /** See `CopyRequest.place`. */
  readonly place?: SourcePlace;
};

/** What stands in the way of a step in its stage, or is not there; none of its sources is to blame. */
export type ObstacleProblem =
  /** A file where a folder would have to be. `path`: below the root of the stage. */
  | { readonly code: "destination-is-file"; readonly path: string }
  /** Several files go to what does not end with a slash: moby, builder/dockerfile/copy.go. */
  | { readonly code: "destination-not-folder" }
  /** The same, where a build alone can tell whether it is a file: a COPY put one there, or into a folder. */
  | { readonly code: "destination-may-be-file"; readonly path: string }
  /** A folder where a file would go. */
  | { readonly code: "destination-is-folder"; readonly path: string }
  /** An owner by name, where nothing is yet that could know it: BuildKit, solver/llbsolver/ops/file.go. */
  | { readonly code: "owner-without-file"; readonly owner: string }
  /** Of a RUN, in a stage of which all that it holds is known. */
  | { readonly code: "program-missing"; readonly program: string }
  /** What it takes was handed on through more stages than are followed: it counts as unknown. */
  | { readonly code: "files-not-followed"; readonly limit: number };

/** True when the build fails at the instruction. */
export function failsStep(problem: SourceProblem | ObstacleProblem): boolean {
  switch (problem.code) {
    case "everything-excluded":
    case "source-made-before":
    case "destination-may-be-file":
    case "files-not-followed":
      return false;
    case "source-outside-context":
      return problem.taken === null;
    case "wildcard-without-match":
      return problem.fails;
    default:
      return true;
  }
}

/** What goes into the digest of one source. */
export type HashedPart =
  /** Nothing selected. */
  | { readonly kind: "empty" }
  /** One file or link with its header, or a directory with everything below it. */
  | ({ readonly kind: "record" } & Found)
  /** A directory of which filters left nothing else. */
  | ({ readonly kind: "header" } & Found)
  /**
   * Named records: matches of a wildcard, or what filters left. Up to BuildKit 0.25 each counts by
   * its last name, so that a file that moves to another folder can go unnoticed; from 0.26 on by its
   * path (`byPath`). Source: cache/contenthash/checksum.go `includedPaths`.
   */
  | { readonly kind: "list"; readonly items: readonly HashedItem[]; readonly byPath: boolean };

export interface HashedItem extends Found {
  /** The name that is hashed with the record. */
  readonly name: string;
  /**
   * `header`: a directory's own mode and owner; `whole`: with everything below it; `record`: as in
   * `HashedPart`.
   */
  readonly what: "header" | "whole" | "record";
}

/** All entries of a source, one after the other, in the order in which the builder finds them. */
export function* entriesOf({
  taken,
}: Pick<SourceSelection, "taken">): Generator<SelectedEntry, void, undefined> {
  for (const one of taken) {
    yield one;
    if (one.isWhole) yield* entriesBelow(one.node, one.path, one.to);
  }
}

/** A folder with everything below it, as it stands at a path and goes to another. */
export function* entriesBelow(
  folder: FolderNode,
  path: string,
  to: string,
): Generator<SelectedEntry, void, undefined> {
  for (const node of childrenOf(folder)) {
    const entry = { path: joinPath(path, node.name), node, to: joinPath(to, node.name) };
    yield entry;
    if (node.kind === "directory") yield* entriesBelow(node, entry.path, entry.to);
  }
}

/** What sources take; of one that is written again, once. */
export function takenBy(sources: readonly SourceSelection[]): readonly Taken[] {
  return [...new Set(sources)].flatMap(({ taken }) => taken);
}

/** What sources take, each entry once: what is below a folder that is taken whole counts with that. */
export function distinctTaken(sources: readonly SourceSelection[]): readonly Taken[] {
  const all = takenBy(sources);
  const whole = new Set(all.flatMap(({ isWhole, path }) => (isWhole ? [path] : [])));
  const seen = new Set<string>();
  return all.filter(({ path, isWhole }) => {
    if (seen.has(path) || (!isWhole && whole.has(path)) || isBelowAny(path, whole)) return false;
    seen.add(path);
    return true;
  });
}

function isBelowAny(path: string, folders: ReadonlySet<string>): boolean {
  if (folders.size === 0) return false;
  for (let at = path; at !== ""; ) {
    at = parentPath(at);
    if (folders.has(at)) return true;
  }
  return false;
}
