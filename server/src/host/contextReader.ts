/**
 * Opens the folder of a build context and keeps its picture: walks it without following links,
 * hashes the files that are asked for, and looks again at what a watcher reports.
 */
import type { FileNode, FileTree, FolderNode, TreeNode } from "../core/context/fileTree.js";
import { emptyFolder, nodeAt, replaceAll } from "../core/context/folder.js";
import type { IgnoreMatcher } from "../core/context/ignoreFile.js";
import type { Cancellation, HostError, Result } from "../core/host.js";
import { pathInRoot } from "../core/text/paths.js";
import {
  cancelledError,
  contextError,
  failure,
  openRoot,
  tooDeepError,
  tooManyError,
} from "./contextErrors.js";
import { ignoresCase, refreshed, topMissing } from "./contextRefresh.js";
import {
  diskPath,
  fileOf,
  isSameState,
  readRoot,
  TooDeep,
  TooMany,
  type Walk,
} from "./contextWalk.js";
import { isAbsent } from "./errors.js";
import { type HashedFile, isSettled, isSettledForOthers } from "./fileHash.js";
import type { GitReader } from "./gitReader.js";
import { createHashMemory, type HashMemory } from "./hashMemory.js";
import { hashFiles } from "./hashThreads.js";
import { type FileSystem, nodeFileSystem } from "./nodeFileSystem.js";

import { Cancelled, createSlices } from "./slices.js";

export interface ContextReaderOptions {
  /** Absolute path of the context folder; it may be a link. */
  readonly root: string;
  readonly ignore: IgnoreMatcher;
  /** A walk that meets more entries fails with `E2BIG`. Default: no limit. */
  readonly maxEntries?: number;
  /** This machine's disk unless said. */
  readonly fileSystem?: FileSystem;
  /** Shared between the readers of one process, so that two builders or contexts hash a file once. */
  readonly memory?: HashMemory;
  /** Knows of many files without reading them. Default: nobody does. */
  readonly git?: Pick<GitReader, "folder">;
  /** See `HashingMachine`. Default: none. */
  readonly threadProgram?: string | null;
  /**
   * The folder as somebody else has it by now: what the first walk finds unchanged is taken from
   * there, so that it is one value for both. Default: nobody has it.
   */
  readonly elsewhere?: () => FolderNode;
  /** Hears how many of the files that are read have been. */
  readonly onHashed?: (done: number, all: number) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface HashReport {
  /** The tree that now holds the identities: another one when a file had changed, or gone, since it was seen. */
  readonly tree: FileTree;
  /** How many files and bytes were really read. */
  readonly files: number;
  readonly bytes: number;
  /** The files that are there and could not be read; their nodes have it as well. */
  readonly errors: readonly HostError[];
}

/** The state of one context folder. Its methods never overlap: a second call waits for the first. */
export interface ContextReader {
  readonly root: string;
  /** The last picture; empty before the first `scan`. */
  readonly tree: FileTree;
  /**
   * Walks everything anew (first opening, Simulate Build). Entries whose stat is unchanged keep
   * their identity; the very same tree comes back when nothing changed at all. Errors: `ENOENT`,
   * `ENOTDIR`, `EACCES` … of the folder itself, `E2BIG`, `E2DEEP`, `ECANCELED`; the last picture then stays.
   */
  scan(cancel?: Cancellation): Promise<Result<FileTree>>;
  /**
   * Looks again at these paths below the root, files or folders, `/` between names, after a
   * watcher's report. A folder is walked whole. Errors as in `scan`.
   */
  refresh(paths: readonly string[], cancel?: Cancellation): Promise<Result<FileTree>>;
  /** Hashes these files of `tree` (see `contentDigest`'s `needed`). Only fails with `ECANCELED`. */
  hash(paths: readonly string[], cancel?: Cancellation): Promise<Result<HashReport>>;
  /**
   * A reader of the same folder under another ignore file. It has to `scan`, after those that this
   * one is at; what both see the same is the same value, and nothing is hashed twice.
   */
  withIgnore(ignore: IgnoreMatcher): ContextReader;
}

export function createContextReader(options: ContextReaderOptions): ContextReader {
  const { elsewhere = null, memory = createHashMemory(), ...rest } = options;
  return openReader({ ...rest, memory }, { last: Promise.resolve() }, elsewhere);
}

/** Readers of one folder take turns: the second finds what the first has read. */
interface Turns {
  last: Promise<unknown>;
}

/** Read so soon after a write that another write might not show in the stat. */
const unsettled = new WeakSet<FileNode>();

interface OpenOptions extends Omit<ContextReaderOptions, "elsewhere"> {
  readonly memory: HashMemory;
}

/** @param elsewhere see `ContextReaderOptions`; let go of once it was asked, for it holds another reader */
function openReader(
  options: OpenOptions,
  turns: Turns,
  elsewhere: (() => FolderNode) | null,
): ContextReader {
  const fileSystem = options.fileSystem ?? nodeFileSystem();
  const now = options.now ?? Date.now;
  const { ignore, memory } = options;
  let realRoot = options.root;
  /** Whether the disk ignores the case of names; null: nobody has asked yet. */
  let caseIgnored: boolean | null = null;

  const treeOf = (root: FolderNode): FileTree => ({ root, isIgnored: ignore.isIgnored });
  let tree = treeOf(emptyFolder);
  const keep = (root: FolderNode): FileTree => {
    if (root !== tree.root) tree = treeOf(root);
    return tree;
  };

  const walkWith = (cancel: Cancellation | undefined): Walk => {
    const slices = createSlices(cancel);
    return {
      fileSystem,
      root: realRoot,
      ignore,
      // What could not be read is worth another try as well.
      isUnsettled: (file) => unsettled.has(file) || file.error !== null,
      slices,
      room: { left: options.maxEntries ?? Number.POSITIVE_INFINITY },
      openGit: async () => (await options.git?.folder(realRoot, slices)) ?? null,
      remembered: (file) => memory.get(file),
    };
  };

  const scan = async (cancel: Cancellation | undefined): Promise<Result<FileTree>> => {
    const root = openRoot(fileSystem, options.root);
    if (!root.ok) return root;
    realRoot = root.value;
    const walk = walkWith(cancel);
    const previous = elsewhere?.() ?? tree.root;
    const folder = await readRoot(walk, previous);
    const [unlistable] = folder.errors.filter((error) => error.path === "");
    if (unlistable !== undefined) return failure(contextError(options.root, unlistable));
    elsewhere = null;
    return { ok: true, value: keep(folder) };
  };

  const refresh = async (
    paths: readonly string[],
    cancel: Cancellation | undefined,
  ): Promise<Result<FileTree>> => {
    const inRoot = paths.map(pathInRoot);
    if (inRoot.includes("")) return scan(cancel);
    const root = openRoot(fileSystem, options.root);
    if (!root.ok) return root;
    if (root.value !== realRoot) return scan(cancel);
    const walk = walkWith(cancel);
    caseIgnored ??= ignoresCase(walk, tree.root);
    return { ok: true, value: keep(await refreshed(walk, tree.root, inRoot, caseIgnored)) };
  };

  const hash = async (
    paths: readonly string[],
    cancel: Cancellation | undefined,
  ): Promise<Result<HashReport>> => {
    const walk = walkWith(cancel);
    const lacking = new Map<string, FileNode>();
    for (const path of paths) {
      await walk.slices.next();
      const file = nodeAt(tree.root, path);
      if (file?.kind !== "file") continue;
      file.identity ??= memory.get(file);
      if (file.identity === null) lacking.set(path, file);
    }
    const errors: HostError[] = [];
    const vanished = new Map<string, HostError>();
    const changes = new Map<string, TreeNode>();
    let bytes = 0;
    const fail = (path: string, file: FileNode, error: HostError): void => {
      file.error = { ...error, path };
      errors.push(file.error);
    };
    const note = (path: string, file: FileNode, hashed: HashedFile): void => {
      // The file may have changed since it was seen; the identity belongs to what was read.
      const { stat } = hashed;
      const isSame = stat === null || isSameState(file, walk, stat);
      const read = isSame ? file : fileOf(walk, file.name, stat, null);
      if (!isSame) changes.set(path, read);
      if (hashed.kind === "failed") {
        if (isAbsent(hashed.error)) vanished.set(path, hashed.error);
        else fail(path, read, hashed.error);
        return;
      }
      bytes += read.size;
      read.identity = hashed.identity;
      read.error = null;
      if (isSettledForOthers(read, hashed.startedAt)) memory.set(read, hashed.identity);
      if (!isSettled(read, hashed.startedAt)) unsettled.add(read);
    };
    const wanted = [...lacking];
    const machine = { fileSystem, now, threadProgram: options.threadProgram ?? null };
    const seen = wanted.map(([path, state]) => ({ path: diskPath(walk, path), state }));
    let done = 0;
    await hashFiles(machine, seen, walk.slices, (number, hashed) => {
      options.onHashed?.(++done, seen.length);
      const [path, file] = wanted[number] ?? [];
      if (path !== undefined && file !== undefined) note(path, file, hashed);
    });
    let root = replaceAll(tree.root, changes);
    if (vanished.size > 0) {
      caseIgnored ??= ignoresCase(walk, root);
      root = await refreshed(walk, root, topMissing(walk, vanished.keys()), caseIgnored);
      // What is there again by now: to ask for it once more might go on for ever.
      for (const [path, error] of vanished) {
        const file = nodeAt(root, path);
        if (file?.kind === "file" && file.identity === null) fail(path, file, error);
      }
    }
    return { ok: true, value: { tree: keep(root), files: wanted.length, bytes, errors } };
  };

  const inTurn = <T>(work: () => Promise<Result<T>>): Promise<Result<T>> => {
    const turn = turns.last.then(work).catch((thrown: unknown) => {
      if (thrown instanceof Cancelled) return failure<T>(cancelledError(options.root));
      if (thrown instanceof TooMany) return failure<T>(tooManyError(options.root));
      if (thrown instanceof TooDeep) return failure<T>(tooDeepError(options.root));
      throw thrown;
    });
    turns.last = turn.catch(() => undefined);
    return turn;
  };
  return {
    root: options.root,
    get tree() {
      return tree;
    },
    scan: (cancel) => inTurn(() => scan(cancel)),
    refresh: (paths, cancel) => inTurn(() => refresh(paths, cancel)),
    hash: (paths, cancel) => inTurn(() => hash(paths, cancel)),
    withIgnore: (other) => openReader({ ...options, ignore: other }, turns, () => tree.root),
  };
}
