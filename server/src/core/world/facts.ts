/** The one table of what is asked of the world, and what is answered. `Need` and `World` follow from it. */
import type { Builder } from "../build/builder.js";
import type { FoundBuilds } from "../build/foundBuild.js";
import type { BytesDigests, WantedFile } from "../cache/exact/contents.js";
import type { ExportedCache } from "../cache/exact/exportedCache.js";
import type { BuildState } from "../cache/state.js";
import type { Archive } from "../context/archive.js";
import type { TrackedFiles } from "../context/checkout.js";
import type { FileTree, FolderNode } from "../context/fileTree.js";
import type { GitRules } from "../context/gitIgnore.js";
import type { IgnoreMatcher } from "../context/ignoreFile.js";
import type { Unfetched } from "../context/unfetched.js";
import type { BaseImage } from "../image/baseImage.js";

export interface Facts {
  /** The files of a build context, under the ignore file that the builder takes. */
  readonly tree: { readonly ask: ContextAsk; readonly answer: Listing };
  /** What is in files of a context. One need a context; the answer is a listing that knows them. */
  readonly contents: {
    readonly ask: {
      readonly context: ContextAsk;
      /** `Listing.state` that the paths are of. */
      readonly state: number;
      readonly paths: readonly string[];
    };
    readonly answer: Listing;
  };
  /** What a file is to ADD, which unpacks archives. */
  readonly archive: {
    readonly ask: {
      readonly folder: string;
      /** Relative to the folder, `/` between names. */
      readonly path: string;
      /** The git blob id of its bytes: with others it is another need. */
      readonly identity: string;
    };
    readonly answer: Archive;
  };
  /** The files that git tracks in a folder, with their modes. */
  readonly tracked: { readonly ask: { readonly folder: string }; readonly answer: TrackedFiles };
  /** The commit that a ref names. */
  readonly commit: {
    readonly ask: { readonly ref: string; readonly folder: string; readonly file: string };
    readonly answer: CommitFacts;
  };
  readonly commitFiles: { readonly ask: CommitFolder; readonly answer: CommitFiles };
  /** A file of a commit; `path` relative to the repository's root, `/` between names. */
  readonly commitText: {
    readonly ask: { readonly repository: string; readonly commit: string; readonly path: string };
    readonly answer: string;
  };
  readonly image: {
    readonly ask: { readonly reference: string; readonly platform: string };
    readonly answer: BaseImage;
  };
  /**
   * Which of these are in a folder. Paths relative to it, `/` between names, as the builder cleans
   * them; `*`, `?` and `[…]` stand for names. The answer is those that are there, as asked.
   */
  readonly present: {
    readonly ask: { readonly folder: string; readonly paths: readonly string[] };
    readonly answer: ReadonlySet<string>;
  };
  /** What git's own files say of a folder, which need not be there. */
  readonly gitRules: { readonly ask: { readonly folder: string }; readonly answer: GitRules };
  /** What a folder holds in the place of files that git fetches apart. */
  readonly unfetched: { readonly ask: { readonly folder: string }; readonly answer: Unfetched };
  /** What the files of a workspace folder say of the images that are built there. */
  readonly builds: { readonly ask: { readonly folder: string }; readonly answer: FoundBuilds };
  /** A file of a workspace folder, as an editor shows it or as it is on disk: nothing outside is read. */
  readonly text: {
    readonly ask: { readonly folder: string; readonly path: string };
    readonly answer: string;
  };
  /** A cache that BuildKit exported. */
  readonly cache: {
    readonly ask: {
      /** A folder, or docker's words `type=…`. */
      readonly words: string;
      /** What a folder's path is relative to. Absolute. */
      readonly folder: string;
      readonly platform: string;
    };
    readonly answer: ExportedCache;
  };
  /** Hex SHA-256 of what stands before the bytes of files and of these; of what cannot be read none. */
  readonly bytes: {
    readonly ask: { readonly files: readonly WantedBytes[] };
    readonly answer: BytesDigests;
  };
  /** What simulated builds have left. */
  readonly state: { readonly ask: object; readonly answer: BuildState };
  /** What real builds have left, of which a record was made. */
  readonly recorded: { readonly ask: object; readonly answer: BuildState };
}

/** A file in one state; with other bytes it has no digests. */
export interface WantedBytes extends Omit<WantedFile, "folder"> {
  /** Absolute path of the folder that `path` is in. */
  readonly folder: string;
}

export interface ContextAsk {
  /** Absolute path. */
  readonly folder: string;
  readonly builder: Builder;
  /** The Dockerfile that may have an ignore file of its own; null: none has. */
  readonly dockerfile: string | null;
  /** Present: all that lies in the folder, as if there were no ignore file. */
  readonly unfiltered?: true;
}

export interface Listing {
  readonly tree: FileTree;
  /** Another number for another tree: an answer about the files of a tree that is gone is dropped. */
  readonly state: number;
  /** Of the ignore file in use; null: there is none. */
  readonly ignorePath: string | null;
  /** The rules of that file. */
  readonly ignore: IgnoreMatcher;
}

export interface CommitFacts {
  /** Absolute path of the repository. */
  readonly repository: string;
  /** The full id. */
  readonly commit: string;
  /** What was asked for, relative to the repository. */
  readonly folder: string;
  readonly file: string;
  /** Where the context is built: on Windows a backslash in an ignore file is a separator. */
  readonly system: "posix" | "windows";
}

export interface CommitFolder {
  readonly repository: string;
  readonly commit: string;
  readonly folder: string;
}

export interface CommitFiles {
  /** The folder with all that is in it, with git's modes and blob ids. */
  readonly root: FolderNode;
  /**
   * Those whose bytes a checkout may have turned (line ends, filters), with the state on disk in which
   * git holds them to be the same; null: what is on disk is something else.
   */
  readonly converted: ReadonlyMap<string, DiskState | null>;
  /** Those of which only a program could tell, which is not run: they count as changed. */
  readonly incomparable: readonly string[];
}

/** What tells one state of a file on disk from another: bytes, and milliseconds since the epoch. */
export interface DiskState {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

export type NeedKind = keyof Facts;

export type NeedOf<K extends NeedKind> = { readonly kind: K } & Facts[K]["ask"];

export type Need = { readonly [K in NeedKind]: NeedOf<K> }[NeedKind];

export type AnswerTo<K extends NeedKind> = Facts[K]["answer"];

/** Equal for needs in the same words. Of one with thousands of paths it is made once. */
export function needKey(need: Need): string {
  let key = keys.get(need);
  if (key === undefined) {
    key = JSON.stringify(need);
    keys.set(need, key);
  }
  return key;
}

const keys = new WeakMap<Need, string>();
