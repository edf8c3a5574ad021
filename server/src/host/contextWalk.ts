/**
 * Reads directories of a build context into nodes: ignored files left out, links never followed,
 * what cannot be read kept as a value. Works in slices so that the event loop stays free.
 */
import { rulesOf } from "../core/build/builderRules.js";
import { type DirectoryNode, directoryNode, rootEntry } from "../core/context/contextTree.js";
import type { FileEntry } from "../core/context/fileTree.js";
import type { IgnoreMatcher } from "../core/context/ignoreFile.js";
import type { MatchState } from "../core/context/patternMatcher.js";
import type { Cancellation, HostError } from "../core/host.js";
import { baseName, joinPath } from "../core/text/paths.js";
import type { DiskStat, FileSystem } from "./nodeFileSystem.js";

/** What one walk works with. */
export interface Walk {
  readonly fileSystem: FileSystem;
  /** The real path of the context folder. */
  readonly root: string;
  readonly ignore: IgnoreMatcher;
  /** True when an entry must not be taken over although its stat is the same. */
  readonly isUnsettled: (entry: FileEntry) => boolean;
  readonly slices: Slices;
  /** How many more entries may be looked at; counted down. */
  readonly room: { left: number };
}

/** Lets other work run every few milliseconds; `next` throws `Cancelled`. */
export interface Slices {
  next(): Promise<void> | null;
}

/** Thrown through a walk when it is cancelled, and caught by the reader alone. */
export class Cancelled extends Error {}

/** Thrown through a walk that meets more entries than it has room for; caught by the reader alone. */
export class TooMany extends Error {}

/** Long enough to get on with the work, short enough for a keystroke to come through. */
const SLICE_MS = 10;

export function createSlices(cancel: Cancellation | undefined): Slices {
  let end = performance.now() + SLICE_MS;
  const pause = async () => {
    await new Promise<void>((resume) => {
      setImmediate(resume);
    });
    if (cancel?.isCancelled === true) throw new Cancelled();
    end = performance.now() + SLICE_MS;
  };
  return {
    next() {
      if (cancel?.isCancelled === true) throw new Cancelled();
      return performance.now() < end ? null : pause();
    },
  };
}

/** The path on disk of a path in the tree. */
export function diskPath(walk: Pick<Walk, "fileSystem" | "root">, path: string): string {
  if (path === "") return walk.root;
  if (walk.fileSystem.system === "posix") {
    return walk.root === "/" ? `/${path}` : `${walk.root}/${path}`;
  }
  return `${walk.root.replace(/\\$/, "")}\\${path.replaceAll("/", "\\")}`;
}

/**
 * The node of the directory `entry` and everything below it. Whatever is the same in `previous` is
 * taken over from there, up to the whole node.
 */
export async function readDirectory(
  walk: Walk,
  entry: FileEntry,
  state: MatchState,
  previous: DirectoryNode | null,
): Promise<DirectoryNode> {
  const listed = walk.fileSystem.list(diskPath(walk, entry.path));
  if (!listed.ok) return directoryNode(entry, [], [{ ...listed.error, path: entry.path }]);
  walk.room.left -= listed.value.length;
  if (walk.room.left < 0) throw new TooMany();
  const oldEntries = new Map(previous?.entries.map((old) => [baseName(old.path), old]));
  const children: (FileEntry | DirectoryNode)[] = [];
  const errors: HostError[] = [];
  let looked = 0;
  for (const { name, kind } of listed.value) {
    if (looked++ % 64 === 0) await walk.slices.next();
    const path = joinPath(entry.path, name);
    const verdict = walk.ignore.visit(path, state);
    // Only a directory can be looked into although it is ignored; everything else costs no stat.
    if (verdict.ignored && kind !== null && kind !== "directory") continue;
    if (verdict.ignored && !walk.ignore.shouldDescend(path)) continue;
    const found = readEntry(walk, path, oldEntries.get(name) ?? null);
    if (found === null) continue;
    if ("code" in found) {
      if (!verdict.ignored) errors.push(found);
      continue;
    }
    if (found.kind !== "directory") {
      if (!verdict.ignored) children.push(found);
      continue;
    }
    const old = previous?.directories.get(name) ?? null;
    const seen = verdict.ignored ? impliedDirectory(walk, found) : found;
    const child = await readDirectory(walk, seen, verdict.state, old);
    // An ignored directory is there only for what an exception brings back below it.
    if (!verdict.ignored || child.entries.length > 0) children.push(child);
  }
  const node = directoryNode(entry, children, errors);
  if (previous !== null && isSameNode(node, previous)) return previous;
  // Digests are remembered by the entry, so with other content it must be another object.
  return { ...node, entry: { ...entry } };
}

/** The root of a walk; its own entry is always the same. */
export function readRoot(walk: Walk, previous: DirectoryNode | null): Promise<DirectoryNode> {
  return readDirectory(walk, rootEntry(), walk.ignore.start, previous);
}

/**
 * One entry: `previous` itself when nothing about it changed; null when there is nothing (any
 * more); an error when it cannot be looked at.
 */
export function readEntry(
  walk: Walk,
  path: string,
  previous: FileEntry | null,
): FileEntry | HostError | null {
  const stat = walk.fileSystem.stat(diskPath(walk, path));
  if (!stat.ok) return isGone(stat.error) ? null : { ...stat.error, path };
  let linkTarget: string | null = null;
  if (stat.value.kind === "symlink") {
    const link = walk.fileSystem.readLink(diskPath(walk, path));
    if (!link.ok) return isGone(link.error) ? null : { ...link.error, path };
    linkTarget =
      walk.fileSystem.system === "windows" ? link.value.replaceAll("\\", "/") : link.value;
  }
  const entry = entryOf(walk, path, stat.value, linkTarget);
  const isKept = previous !== null && isSameEntry(entry, previous) && !walk.isUnsettled(previous);
  return isKept ? previous : entry;
}

/** The directory as the builder has it: see `impliedDirectoryMode`. */
export function impliedDirectory(walk: Walk, entry: FileEntry): FileEntry {
  const { impliedDirectoryMode: mode } = rulesOf(walk.ignore.builder);
  return mode === null ? entry : { ...entry, mode };
}

export function entryOf(
  walk: Pick<Walk, "fileSystem">,
  path: string,
  stat: DiskStat,
  linkTarget: string | null,
): FileEntry {
  return {
    path,
    kind: stat.kind,
    mode: stat.kind === "symlink" ? 0o777 : modeOf(walk.fileSystem, stat.mode),
    size: stat.kind === "file" ? stat.size : 0,
    mtimeMs: stat.mtimeMs,
    linkTarget,
    uid: 0,
    gid: 0,
    device: stat.device,
    stat: { dev: stat.dev, ino: stat.ino, ctimeMs: stat.ctimeMs },
  };
}

/** Windows has no execute bit: both clients set it everywhere and drop what others could write. */
function modeOf(fileSystem: FileSystem, mode: number): number {
  return fileSystem.system === "windows" ? (mode | 0o111) & 0o755 : mode;
}

function isGone(error: HostError): boolean {
  return error.code === "ENOENT" || error.code === "ENOTDIR";
}

function isSameEntry(a: FileEntry, b: FileEntry): boolean {
  if (a.kind !== b.kind || a.mode !== b.mode) return false;
  // A directory's times and size change with its content, which is compared itself.
  if (a.kind === "directory") return true;
  return (
    a.size === b.size &&
    a.mtimeMs === b.mtimeMs &&
    a.linkTarget === b.linkTarget &&
    a.device === b.device &&
    a.stat?.ctimeMs === b.stat?.ctimeMs &&
    a.stat?.ino === b.stat?.ino &&
    a.stat?.dev === b.stat?.dev
  );
}

function isSameNode(a: DirectoryNode, b: DirectoryNode): boolean {
  return (
    isSameEntry(a.entry, b.entry) &&
    a.entries.length === b.entries.length &&
    a.entries.every((entry, i) => entry === b.entries[i]) &&
    a.errors.length === b.errors.length &&
    a.errors.every(
      (error, i) => error.path === b.errors[i]?.path && error.code === b.errors[i]?.code,
    )
  );
}
