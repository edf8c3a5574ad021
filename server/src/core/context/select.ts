/**
 * Which files a COPY, an ADD or a bind mount takes from a tree, as the chosen builder decides it.
 * Synchronous and in memory: nothing here touches a disk.
 */
import type { FileEntry, FileTree } from "./fileTree.js";

export type BuilderKind = "buildkit" | "classic";

export interface CopyRequest {
  readonly builder: BuilderKind;
  /** The local sources as the builder sees them: variables expanded, no URLs, no heredocs. */
  readonly sources: readonly string[];
  /** COPY --parents: keep the directories of a source, from its `/./` on when it has one. */
  readonly parents?: boolean;
  /** The values of --exclude. */
  readonly exclude?: readonly string[];
  /** False for a bind mount: `*` is then an ordinary character. */
  readonly wildcards?: boolean;
}

/** One thing that the instruction brings into the image. */
export interface SelectedEntry {
  readonly entry: FileEntry;
  /**
   * Where it goes, relative to the destination directory. A file's own name when a single file
   * is copied (the destination may rename it); "" for the source directory itself, whose content
   * lands in the destination.
   */
  readonly to: string;
}

export interface SourceSelection {
  /** As written. */
  readonly source: string;
  /** The path below the root that the builder looks for; wildcards still in it. */
  readonly path: string;
  readonly isWildcard: boolean;
  /** How many files and directories the source names: 1 without wildcard, 0 when nothing was found. */
  readonly matches: number;
  /** In the order of `compareBytes` of their paths, directories before their content. */
  readonly entries: readonly SelectedEntry[];
  readonly problems: readonly SelectionProblem[];
  /** What the builder hashes for this source; `contentDigest` reads it. */
  readonly hashed: HashedPart;
}

export interface Selection {
  readonly builder: BuilderKind;
  readonly sources: readonly SourceSelection[];
  /** Everything but directories, each counted once. */
  readonly fileCount: number;
  /** Sum of the sizes of the regular files among them, each counted once. */
  readonly bytes: number;
  /** All problems of all sources. An `error` among them: the build fails at this instruction. */
  readonly problems: readonly SelectionProblem[];
}

export type SelectionProblemCode =
  /** Nothing at this path. */
  | "source-not-found"
  /** Nothing at this path, and the ignore file would hide it. */
  | "source-ignored"
  /** A symbolic link on the way leads to nothing, perhaps because it leads out of the context. */
  | "source-link-broken"
  /** More than 255 links on the way: a loop. */
  | "source-link-loop"
  /** Classic builder: `..` above the context. BuildKit drops it (information). */
  | "source-outside-context"
  /** BuildKit copies nothing (information); the classic builder fails when no source has a match. */
  | "wildcard-without-match"
  /** A wildcard, --exclude or --parents pattern that Go's matcher rejects. */
  | "pattern-invalid"
  /** --exclude left nothing of this source (information). */
  | "everything-excluded";

export interface SelectionProblem {
  readonly code: SelectionProblemCode;
  readonly severity: "error" | "information";
  /** Index into the request's sources. */
  readonly index: number;
  readonly source: string;
  /** The path below the root that the problem is about. */
  readonly path: string;
  /** A full sentence. */
  readonly message: string;
}

/** What goes into the digest of one source. Paths are relative to the tree's root. */
export type HashedPart =
  /** Nothing selected. */
  | { readonly kind: "empty" }
  /** One file or link with its header, or a directory with everything below it. */
  | { readonly kind: "record"; readonly path: string }
  /** Named records: matches of a wildcard, or what filters left. */
  | { readonly kind: "list"; readonly items: readonly HashedItem[] };

export interface HashedItem {
  /** The name that is hashed with the record. */
  readonly name: string;
  readonly path: string;
  /** `header`: a directory's own mode and owner; `record`: as in `HashedPart`. */
  readonly what: "header" | "record";
}

/** Selects the sources of one instruction. Never throws; every source that cannot be found is a problem. */
export function selectSources(tree: FileTree, request: CopyRequest): Selection {
  void tree;
  return { builder: request.builder, sources: [], fileCount: 0, bytes: 0, problems: [] };
}
