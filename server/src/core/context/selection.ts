/** What an instruction asks of a tree of files, and what it gets: plain data. */
import type { Builder } from "../build/builder.js";
import type { FileEntry } from "./fileTree.js";

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
  /** How messages name the tree, in the language of the editor; absent: it is the build context. */
  readonly place?: string;
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
  /** In the order in which the builder finds them: a directory before its content, names by their bytes. */
  readonly entries: readonly SelectedEntry[];
  /** Of this source alone; `Selection.problems` has them as they count for the whole instruction. */
  readonly problems: readonly SelectionProblem[];
  /** What the builder hashes for this source; `contentDigest` reads it. */
  readonly hashed: HashedPart;
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
  /** --exclude or --parents left nothing of this source (information). */
  | "everything-excluded"
  /** A folder would have to be where the stage has a file. */
  | "destination-is-file"
  /** An owner by name in a stage that has no files yet: BuildKit, solver/llbsolver/ops/file.go. */
  | "owner-without-file";

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
