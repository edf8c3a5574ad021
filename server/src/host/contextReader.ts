/**
 * Opens the folder of a build context and keeps its picture: walks it without following links,
 * hashes the files that are asked for, and looks again at what a watcher reports.
 */
import {
  type ContextTree,
  contextTree,
  type DirectoryNode,
  directoryNode,
  nodeAt,
  replaceAt,
  rootEntry,
} from "../core/context/contextTree.js";
import type { FileEntry } from "../core/context/fileTree.js";
import type { IgnoreMatcher } from "../core/context/ignoreFile.js";
import type { Cancellation, HostError, Result } from "../core/host.js";
import { isWithin, joinPath, parentPath, pathInRoot } from "../core/text/paths.js";
import {
  Cancelled,
  createSlices,
  diskPath,
  entryOf,
  impliedDirectory,
  readDirectory,
  readEntry,
  readRoot,
  TooMany,
  type Walk,
} from "./contextWalk.js";
import { hashFile, isSettled } from "./fileHash.js";
import { createHashMemory, type HashMemory } from "./hashMemory.js";
import { type FileSystem, nodeFileSystem } from "./nodeFileSystem.js";

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
  /** Asked before a file is read; for identities that something else already knows, as git's index does. */
  readonly identityHints?: (entry: FileEntry) => string | null;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface HashReport {
  /** The tree that now holds the identities: another one when a file had changed since it was seen. */
  readonly tree: ContextTree;
  /** How many files and bytes were really read. */
  readonly files: number;
  readonly bytes: number;
  /** The files that could not be read; `errorOf` of the tree answers it as well. */
  readonly errors: readonly HostError[];
}

/** The state of one context folder. Its methods never overlap: a second call waits for the first. */
export interface ContextReader {
  readonly root: string;
  /** The last picture; empty before the first `scan`. */
  readonly tree: ContextTree;
  /**
   * Walks everything anew (first opening, Simulate Build). Entries whose stat is unchanged keep
   * their identity; the very same tree comes back when nothing changed at all. Errors: `ENOENT`,
   * `ENOTDIR`, `EACCES` … of the folder itself, `E2BIG`, `ECANCELED`; the last picture then stays.
   */
  scan(cancel?: Cancellation): Promise<Result<ContextTree>>;
  /**
   * Looks again at these paths below the root, files or folders, `/` between names, after a
   * watcher's report. A folder is walked whole. Errors as in `scan`.
   */
  refresh(paths: readonly string[], cancel?: Cancellation): Promise<Result<ContextTree>>;
  /** Hashes these files of `tree` (see `contentDigest`'s `needed`). Only fails with `ECANCELED`. */
  hash(paths: readonly string[], cancel?: Cancellation): Promise<Result<HashReport>>;
  /** A reader of the same folder under another ignore file. It has to `scan`, but hashes nothing twice. */
  withIgnore(ignore: IgnoreMatcher): ContextReader;
}

export function createContextReader(options: ContextReaderOptions): ContextReader {
  const memory = options.memory ?? createHashMemory();
  return openReader({ ...options, memory });
}

function openReader(
  options: ContextReaderOptions & { readonly memory: HashMemory },
): ContextReader {
  const fileSystem = options.fileSystem ?? nodeFileSystem();
  const now = options.now ?? Date.now;
  const { ignore, memory } = options;
  const identities = new WeakMap<FileEntry, string>();
  const fileErrors = new WeakMap<FileEntry, HostError>();
  // Hashed so soon after a write that another write might not show in the stat.
  const unsettled = new WeakSet<FileEntry>();
  let realRoot = options.root;

  const treeOf = (root: DirectoryNode): ContextTree =>
    contextTree(root, {
      identityOf(entry) {
        const known = identities.get(entry) ?? memory.get(entry);
        if (known !== null) identities.set(entry, known);
        return known;
      },
      fileErrorOf: (entry) => fileErrors.get(entry) ?? null,
      isIgnored: ignore.isIgnored,
    });
  let tree = treeOf(directoryNode(rootEntry(), []));
  const keep = (root: DirectoryNode): ContextTree => {
    if (root !== tree.root) tree = treeOf(root);
    return tree;
  };

  const walkWith = (cancel: Cancellation | undefined): Walk => ({
    fileSystem,
    root: realRoot,
    ignore,
    // What could not be read is worth another try as well.
    isUnsettled: (entry) => unsettled.has(entry) || fileErrors.has(entry),
    slices: createSlices(cancel),
    room: { left: options.maxEntries ?? Number.POSITIVE_INFINITY },
  });

  const scan = async (cancel: Cancellation | undefined): Promise<Result<ContextTree>> => {
    const root = openRoot(fileSystem, options.root);
    if (!root.ok) return root;
    realRoot = root.value;
    const node = await readRoot(walkWith(cancel), tree.root);
    const [unlistable] = node.errors.filter((error) => error.path === "");
    if (unlistable !== undefined) return failure(contextError(options.root, unlistable));
    return { ok: true, value: keep(node) };
  };

  const refresh = async (
    paths: readonly string[],
    cancel: Cancellation | undefined,
  ): Promise<Result<ContextTree>> => {
    const inRoot = paths.map(pathInRoot);
    if (inRoot.includes("")) return scan(cancel);
    const root = openRoot(fileSystem, options.root);
    if (!root.ok) return root;
    if (root.value !== realRoot) return scan(cancel);
    const walk = walkWith(cancel);
    const listed = listedNames(walk);
    const spelled = inRoot.flatMap((path) => otherSpelling(listed, path) ?? []);
    const wanted = topMost([...inRoot, ...spelled]);
    let node = tree.root;
    for (const path of wanted) {
      await walk.slices.next();
      node = await refreshPath(walk, node, path, listed);
    }
    return { ok: true, value: keep(node) };
  };

  const hash = async (
    paths: readonly string[],
    cancel: Cancellation | undefined,
  ): Promise<Result<HashReport>> => {
    const walk = walkWith(cancel);
    const errors: HostError[] = [];
    let node = tree.root;
    let files = 0;
    let bytes = 0;
    for (const path of new Set(paths)) {
      await walk.slices.next();
      const entry = tree.lookup(path);
      if (entry?.kind !== "file" || tree.identityOf(entry) !== null) continue;
      const hint = options.identityHints?.(entry) ?? null;
      if (hint !== null) {
        identities.set(entry, hint);
        continue;
      }
      const hashed = await hashFile(fileSystem, diskPath(walk, path), walk.slices, now);
      files++;
      // The file may have changed since it was seen; the identity belongs to what was read.
      const current = hashed.stat === null ? entry : entryOf(walk, path, hashed.stat, null);
      const same = isSameState(current, entry) ? entry : current;
      if (same !== entry) node = replaceAt(node, path, same);
      if (hashed.kind === "failed") {
        const error = { ...hashed.error, path };
        fileErrors.set(same, error);
        errors.push(error);
        continue;
      }
      bytes += same.size;
      identities.set(same, hashed.identity);
      if (isSettled(same, hashed.startedAt)) memory.set(same, hashed.identity);
      else unsettled.add(same);
    }
    return { ok: true, value: { tree: keep(node), files, bytes, errors } };
  };

  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<Result<T>>): Promise<Result<T>> => {
    const turn = last.then(work).catch((thrown: unknown) => {
      if (thrown instanceof Cancelled) return failure<T>(cancelledError(options.root));
      if (thrown instanceof TooMany) return failure<T>(tooManyError(options.root));
      throw thrown;
    });
    last = turn.catch(() => undefined);
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
    withIgnore: (other) => openReader({ ...options, ignore: other }),
  };
}

/** The names in a folder as the disk spells them; null: it cannot be listed. */
type ListedNames = (folder: string) => ReadonlySet<string> | null;

/** Asks the disk once for each folder. */
function listedNames(walk: Walk): ListedNames {
  const known = new Map<string, ReadonlySet<string> | null>();
  return (folder) => {
    let names = known.get(folder);
    if (names === undefined) {
      const listed = walk.fileSystem.list(diskPath(walk, folder));
      names = listed.ok ? new Set(listed.value.map(({ name }) => name)) : null;
      known.set(folder, names);
    }
    return names;
  };
}

/**
 * What a path is called on a disk that takes other spellings for it: macOS and Windows ignore case,
 * macOS also how an accent is written. The builder gets the name that the disk lists.
 */
function otherSpelling(listed: ListedNames, path: string): string | null {
  let found = "";
  for (const name of path.split("/")) {
    const names = listed(found);
    const folded = fold(name);
    const spelled = names?.has(name) ? name : [...(names ?? [])].find((n) => fold(n) === folded);
    if (spelled === undefined) return null;
    found = joinPath(found, spelled);
  }
  return found === path ? null : found;
}

function fold(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** Puts the present state of one path (never "") into a root node. */
async function refreshPath(
  walk: Walk,
  root: DirectoryNode,
  path: string,
  listed: ListedNames,
): Promise<DirectoryNode> {
  // Of a path in a folder that is not known yet, the topmost unknown folder has to be read.
  let top = path;
  for (let up = parentPath(path); up !== "" && nodeAt(root, up) === null; up = parentPath(up))
    top = up;
  let state = walk.ignore.start;
  let reached = "";
  for (const name of top.split("/")) {
    reached = joinPath(reached, name);
    const verdict = walk.ignore.visit(reached, state);
    const isHidden = verdict.ignored && !walk.ignore.shouldDescend(reached);
    if (reached !== top) {
      if (isHidden) return root;
      state = verdict.state;
      continue;
    }
    if (isHidden) return remove(walk, root, top);
    const previous = nodeAt(root, top);
    const known =
      nodeAt(root, parentPath(top))?.entries.find((entry) => entry.path === top) ?? null;
    // A disk that ignores case finds a file by a name that it no longer has.
    const isThere = listed(parentPath(top))?.has(name) !== false;
    const found = isThere ? readEntry(walk, top, known) : null;
    if (found === null || "code" in found) return remove(walk, root, top, found);
    if (found.kind !== "directory") {
      if (verdict.ignored) return remove(walk, root, top);
      return found === known ? root : replaceAt(root, top, found);
    }
    const entry = verdict.ignored ? impliedDirectory(walk, found) : found;
    const node = await readDirectory(walk, entry, verdict.state, previous);
    if (verdict.ignored && node.entries.length === 0) return remove(walk, root, top);
    return node === previous ? root : replaceAt(root, top, node);
  }
  return root;
}

/** Takes a path out of a root node, and the ignored folders above it that held nothing else. */
function remove(
  walk: Walk,
  root: DirectoryNode,
  path: string,
  error: HostError | null = null,
): DirectoryNode {
  const parent = nodeAt(root, parentPath(path));
  if (parent === null) return root;
  const isThere = parent.entries.some((entry) => entry.path === path);
  if (!isThere && error === null) return root;
  let changed = isThere ? replaceAt(root, path, null) : root;
  if (error !== null) changed = withError(changed, parentPath(path), error);
  const above = parent.entry.path;
  const isLeftEmpty = above !== "" && nodeAt(changed, above)?.entries.length === 0;
  return isLeftEmpty && walk.ignore.isIgnored(above) ? remove(walk, changed, above) : changed;
}

function withError(root: DirectoryNode, directory: string, error: HostError): DirectoryNode {
  const node = nodeAt(root, directory);
  if (node === null) return root;
  const errors = [...node.errors.filter((other) => other.path !== error.path), error];
  const changed = { ...node, entry: { ...node.entry }, errors };
  return directory === "" ? changed : replaceAt(root, directory, changed);
}

/** Paths of which none lies below another. */
function topMost(paths: readonly string[]): readonly string[] {
  const unique = [...new Set(paths)].sort();
  return unique.filter((path) => !unique.some((other) => other !== path && isWithin(path, other)));
}

function isSameState(a: FileEntry, b: FileEntry): boolean {
  return (
    a.kind === b.kind &&
    a.mode === b.mode &&
    a.size === b.size &&
    a.mtimeMs === b.mtimeMs &&
    a.stat?.ctimeMs === b.stat?.ctimeMs &&
    a.stat?.ino === b.stat?.ino
  );
}

function openRoot(fileSystem: FileSystem, root: string): Result<string> {
  const real = fileSystem.realPath(root);
  if (!real.ok) return failure(contextError(root, real.error));
  const stat = fileSystem.stat(real.value);
  if (!stat.ok) return failure(contextError(root, stat.error));
  if (stat.value.kind === "directory") return real;
  return failure({
    code: "ENOTDIR",
    path: root,
    message: `The build context "${root}" is a file, not a folder.`,
  });
}

function contextError(root: string, error: HostError): HostError {
  const reason =
    error.code === "ENOENT"
      ? "does not exist"
      : error.code === "EACCES" || error.code === "EPERM"
        ? "cannot be read: permission denied"
        : error.code === "ELOOP"
          ? "is a loop of symbolic links"
          : `cannot be read: ${error.message}`;
  return { code: error.code, path: root, message: `The build context "${root}" ${reason}.` };
}

function cancelledError(root: string): HostError {
  return { code: "ECANCELED", path: root, message: "Reading the build context was cancelled." };
}

function tooManyError(root: string): HostError {
  return {
    code: "E2BIG",
    path: root,
    message: `The build context "${root}" has too many files.`,
  };
}

function failure<T>(error: HostError): Result<T> {
  return { ok: false, error };
}
