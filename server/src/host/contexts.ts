/**
 * The build contexts that are in use. Builds that take one folder under the same ignore rules share
 * one reader: it is walked and hashed once.
 */
import type { Builder } from "../core/build/builder.js";
import type { FileTree, FolderNode } from "../core/context/fileTree.js";
import { emptyFolder, folderAt } from "../core/context/folder.js";
import type { IgnoreMatcher } from "../core/context/ignoreFile.js";
import {
  type Cancellation,
  type HostError,
  type Known,
  known,
  pending,
  type Reason,
  unknown,
} from "../core/host.js";
import { type ContextAsk, type Listing, type Need, needKey } from "../core/world/facts.js";
import { type Answered, contextOf } from "../core/world/world.js";
import { type ContextReader, createContextReader } from "./contextReader.js";
import type { GitReader } from "./gitReader.js";
import type { HashMemory } from "./hashMemory.js";
import { findIgnore, ignoreMatcher, ignorePaths, type ReadText } from "./ignoreFiles.js";
import { type FileSystem, nodeFileSystem, readTextFile } from "./nodeFileSystem.js";
import { pathInside } from "./paths.js";
import type { Supplier } from "./settle.js";

export interface ContextsOptions {
  /** A walk that meets more entries is given up. Default: no limit. */
  readonly maxEntries?: number;
  /** Reads an ignore file. Default: from the disk. */
  readonly readText?: ReadText;
  /** False: changes in the folder are not reported, so that every asking walks it anew. */
  readonly isWatched?: (folder: string) => boolean;
  /** True: from now on whatever changes in the folder is reported. Default: never. */
  readonly isCovered?: (folder: string) => boolean;
  readonly fileSystem?: FileSystem;
  readonly memory?: HashMemory;
  /** Knows of many files without reading them. Default: nobody does. */
  readonly git?: Pick<GitReader, "folder">;
  /** Of the threads that hash many files (`hashThread.ts`), as a path; null: no threads. Default: null. */
  readonly threadProgram?: string | null;
  /** See `ContextReaderOptions`. */
  readonly onHashed?: (done: number, all: number) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface Contexts {
  readonly tree: Supplier<"tree">;
  readonly contents: Supplier<"contents">;
  /**
   * Makes the next asking walk the folder anew; `uncovered`: unless it was walked while all its
   * changes were reported, as they still are.
   */
  expire(context: ContextAsk, which?: "uncovered"): void;
  /** Which contexts these changed files, as absolute paths, can change the answer of. */
  concernedBy(files: readonly string[]): (context: ContextAsk) => boolean;
  /** Looks at changed files again, and gives what their contexts have become. */
  changed(files: readonly string[], cancel: Cancellation): Promise<readonly Answered[]>;
  /** Closes the contexts that none of these needs asks for. */
  retain(needs: Iterable<Need>): void;
}

/** A folder under one set of ignore rules. */
interface Shared {
  readonly folder: string;
  readonly builder: Builder;
  readonly ignoreText: string | null;
  readonly ignore: IgnoreMatcher;
  readonly reader: ContextReader;
  /** The tree that `state` counts. */
  tree: FileTree | null;
  state: number;
  /** Walked, and not expired since. */
  isFresh: boolean;
  /** Walked while all its changes were reported. */
  isCovered: boolean;
  walking: ReturnType<ContextReader["scan"]> | null;
}

/** What was asked for, and what answers it. */
interface Opened {
  readonly ask: ContextAsk;
  readonly shared: Shared;
  readonly ignorePath: string | null;
  readonly isKnown: boolean;
  /** What was answered last: given again as long as it is true. */
  readonly answer: Known<Listing> | null;
}

export function createContexts(options: ContextsOptions = {}): Contexts {
  const fileSystem = options.fileSystem ?? nodeFileSystem();
  const { readText = readTextFile, isWatched = () => true, isCovered = () => false } = options;
  const opened = new Map<string, Opened>();
  let states = 0;

  const share = ({ folder, builder }: ContextAsk, ignoreText: string | null): Shared => {
    const others = [...opened.values()].map(({ shared }) => shared);
    const same = others.find(
      (other) =>
        other.folder === folder && other.builder === builder && other.ignoreText === ignoreText,
    );
    if (same !== undefined) return same;
    const ignore = ignoreMatcher(ignoreText, builder, fileSystem.system);
    const ofFolder = others.find((other) => other.folder === folder);
    const reader =
      ofFolder?.reader.withIgnore(ignore) ??
      createContextReader({
        ...options,
        fileSystem,
        root: folder,
        ignore,
        elsewhere: () => elsewhere(folder, opened.values()),
      });
    return {
      folder,
      builder,
      ignoreText,
      ignore,
      reader,
      tree: null,
      state: 0,
      isFresh: false,
      isCovered: false,
      walking: null,
    };
  };

  const listing = ({ shared, ignorePath }: Pick<Opened, "shared" | "ignorePath">): Listing => {
    const { tree } = shared.reader;
    if (tree !== shared.tree) {
      shared.tree = tree;
      shared.state = ++states;
    }
    const { state, ignore } = shared;
    return { tree, state, ignorePath, ignore };
  };

  const walk = async (shared: Shared, cancel: Cancellation): Promise<HostError | null> => {
    while (!(shared.isFresh && isWatched(shared.folder))) {
      const joined = shared.walking;
      if (joined === null) shared.isCovered = isCovered(shared.folder);
      const walking = joined ?? shared.reader.scan(cancel);
      shared.walking = walking;
      const walked = await walking;
      if (shared.walking === walking) {
        shared.walking = null;
        shared.isFresh = walked.ok;
      }
      if (walked.ok) return null;
      // Another build gave up what this one still wants.
      const isOthers = joined !== null && walked.error.code === "ECANCELED" && !cancel.isCancelled;
      if (!isOthers) return walked.error;
    }
    return null;
  };

  const read = async (ask: ContextAsk, cancel: Cancellation): Promise<Known<Listing>> => {
    const found = findIgnore(ask, readText, fileSystem);
    if (found.kind === "unreadable") return unknown("refused", found.error);
    const entry = { ask, shared: share(ask, found.text), ignorePath: found.path };
    const key = keyOf(ask);
    const before = opened.get(key);
    const { isKnown = false, answer: last = null } = before ?? {};
    opened.set(key, { ...entry, isKnown, answer: last });
    const error = await walk(entry.shared, cancel);
    if (error?.code === "ECANCELED") return pending;
    const fresh = error === null ? known(listing(entry)) : unknown(reasonOf(error), error);
    const isAsBefore =
      fresh.kind === "known" && last?.kind === "known" && isSameListing(fresh.value, last.value);
    const answer = isAsBefore ? last : fresh;
    opened.set(key, { ...entry, isKnown: error === null, answer });
    return answer;
  };

  const expire = (ask: ContextAsk, which?: "uncovered"): void => {
    const shared = opened.get(keyOf(ask))?.shared;
    if (shared === undefined) return;
    if (which === "uncovered" && shared.isCovered && isCovered(shared.folder)) return;
    shared.isFresh = false;
    shared.walking = null;
  };

  const refreshed = async (
    { shared }: Opened,
    files: readonly string[],
    cancel: Cancellation,
  ): Promise<void> => {
    const inside = files.flatMap((file) => pathInside(shared.folder, file) ?? []);
    if (inside.length === 0) return;
    const refresh = await shared.reader.refresh(inside, cancel);
    if (!refresh.ok) shared.isFresh = false;
  };

  return {
    tree: (need, cancel) => read(contextOf(need), cancel),
    async contents({ context, paths }, cancel) {
      const entry = opened.get(keyOf(context));
      if (entry === undefined) return unknown("missing");
      const hashed = await entry.shared.reader.hash(paths, cancel);
      if (!hashed.ok) return pending;
      // Another answer, for what is in its files is known now.
      const answer = known(listing(entry));
      const now = opened.get(keyOf(context));
      if (now !== undefined) opened.set(keyOf(context), { ...now, answer });
      return answer;
    },
    expire,
    concernedBy,
    async changed(files, cancel) {
      const isConcerned = concernedBy(files);
      const concerned = [...opened.values()].filter(({ ask }) => isConcerned(ask));
      const shared = new Map(concerned.map((entry) => [entry.shared, entry]));
      for (const entry of shared.values()) if (entry.isKnown) await refreshed(entry, files, cancel);
      const answers: Answered[] = [];
      for (const { ask, isKnown } of concerned) {
        // A context that was missing may be there now.
        if (!isKnown) expire(ask);
        answers.push([{ kind: "tree", ...ask }, await read(ask, cancel)]);
      }
      return answers;
    },
    retain(needs) {
      const wanted = new Set<string>();
      for (const need of needs) if (need.kind === "tree") wanted.add(keyOf(contextOf(need)));
      for (const key of opened.keys()) if (!wanted.has(key)) opened.delete(key);
    },
  };
}

/** A folder as a context has it that it is part of: `.` and `apps/api` share what is in both. */
function elsewhere(folder: string, opened: Iterable<Opened>): FolderNode {
  for (const { shared } of opened) {
    const inside = pathInside(shared.folder, folder);
    const found = inside === null ? null : folderAt(shared.reader.tree.root, inside);
    if (found !== null && found.entryCount > 0) return found;
  }
  return emptyFolder;
}

/** Each folder is compared with the files once, however many builds take it. */
function concernedBy(files: readonly string[]): (context: ContextAsk) => boolean {
  const names = new Set(files);
  const folders = new Map<string, boolean>();
  return (ask) => {
    if (ignorePaths(ask).some((file) => names.has(file))) return true;
    const { folder } = ask;
    const isInside = folders.get(folder) ?? files.some((file) => pathInside(folder, file) !== null);
    folders.set(folder, isInside);
    return isInside;
  };
}

function isSameListing(a: Listing, b: Listing): boolean {
  return a.tree === b.tree && a.ignorePath === b.ignorePath && a.ignore === b.ignore;
}

function keyOf(ask: ContextAsk): string {
  return needKey({ kind: "tree", ...contextOf(ask) });
}

function reasonOf({ code }: HostError): Reason {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "missing";
    case "EACCES":
    case "EPERM":
      return "refused";
    case "E2BIG":
    case "E2DEEP":
      return "too-large";
    default:
      return "failed";
  }
}
