/**
 * Git's index, read without git: which blob a file held when git last looked at it, and the stat
 * that it had. Source: git, Documentation/gitformat-index.txt and read-cache.c.
 */
import type { TrackedFiles, TrackedFolder } from "../core/context/checkout.js";
import { firstIndex } from "../core/text/firstIndex.js";
import { isWithin } from "../core/text/paths.js";
import { isSettled } from "./fileHash.js";
import type { FileState } from "./identityTable.js";
import type { Slices } from "./slices.js";

export interface GitIndex {
  /** The tracked files of a folder; null: there are none. Relative to the work tree, "" is its top. */
  folder(folder: string): IndexFolder | null;
  /**
   * The regular files at and below a folder: by folders, relative to it, and names, true for an
   * executable one.
   */
  modesBelow(folder: string): TrackedFiles;
}

export interface IndexFolder {
  /** True when git tracks this file of the folder, in whatever state. */
  has(name: string): boolean;
  /**
   * The id of the blob of a regular file whose stat is the one that git saw. null: it may hold
   * something else by now, or git promises nothing about it.
   */
  blobOf(name: string, state: FileState): string | null;
}

/**
 * null: an index that is not read here, since it has another version or other hashes than SHA-1, is
 * split or sparse, or has an extension or a flag that is not known.
 *
 * @param writtenAt when the file was written, in milliseconds since the epoch
 */
export async function readGitIndex(
  bytes: Buffer,
  writtenAt: number,
  slices: Slices,
): Promise<GitIndex | null> {
  const folders = await readFolders(bytes, slices);
  if (folders === null) return null;
  return {
    modesBelow(folder) {
      const tracked = new Map<string, TrackedFolder>();
      for (const [other, entries] of folders) {
        if (!isWithin(other, folder)) continue;
        tracked.set(other.slice(folder === "" ? 0 : folder.length + 1), trackedIn(bytes, entries));
      }
      return tracked;
    },
    folder(folder) {
      const entries = folders.get(folder);
      if (entries === undefined) return null;
      return {
        has: (name) => entries.find(name) !== null,
        blobOf(name, state) {
          const at = entries.find(name);
          return at === null ? null : blobAt(bytes, at, state, writtenAt);
        },
      };
    },
  };
}

/** Of a folder's entries those that are known by the mode. */
function trackedIn(bytes: Buffer, entries: FolderEntries): TrackedFolder {
  const get = (name: string): boolean | undefined => {
    const at = entries.find(name);
    const mode = at === null ? 0 : bytes.readUInt32BE(at + offset.mode);
    return isRegular(mode) ? (mode & 0o100) !== 0 : undefined;
  };
  return {
    get,
    hasExecutables: entries.hasUnusual,
    keys: () => entries.names().filter((name) => get(name) !== undefined),
  };
}

/** The entries of a folder, in the order of their names: of none a string is made. */
class FolderEntries {
  /** True where one is something else than a file which nobody executes. */
  hasUnusual = false;
  readonly #text: PathText;
  /** Where each begins in the index, … */
  readonly #starts: number[] = [];
  /** … and its name in the text of the paths. */
  readonly #names: number[] = [];
  /** Who asks for all of them asks in their order. */
  #next = 0;

  constructor(text: PathText) {
    this.#text = text;
  }

  add(start: number, name: number): void {
    this.#starts.push(start);
    this.#names.push(name);
  }

  /** Where the entry of a name begins; null: there is none. */
  find(name: string): number | null {
    const { bytes } = this.#text;
    if (!isNameAt(bytes, this.#names[this.#next], name)) {
      const order = (other: number): boolean => compareNameAt(bytes, other, name) >= 0;
      const found = firstIndex(this.#names, order);
      if (!isNameAt(bytes, this.#names[found], name)) return null;
      this.#next = found;
    }
    return this.#starts[this.#next++] ?? null;
  }

  names(): readonly string[] {
    const { bytes } = this.#text;
    return this.#names.map((start) => textOf(bytes, start, bytes.indexOf(0, start)));
  }
}

function isNameAt(bytes: Buffer, start: number | undefined, name: string): boolean {
  return start !== undefined && compareNameAt(bytes, start, name) === 0;
}

/** Below 0: what stands there, up to a NUL, comes before the name in the order of bytes. */
function compareNameAt(bytes: Buffer, start: number, name: string): number {
  for (let i = 0; ; i++) {
    const byte = bytes[start + i] ?? 0;
    const code = i < name.length ? name.charCodeAt(i) : 0;
    if (code >= 0x80)
      return bytes.subarray(start, bytes.indexOf(0, start)).compare(Buffer.from(name));
    if (byte !== code || byte === 0) return byte - code;
  }
}

type Folders = ReadonlyMap<string, FolderEntries>;

const usualMode = 0o100644;

const headerLength = 12;
/** Of a SHA-1, in bytes. */
const idLength = 20;

/** Where the parts of an entry stand, in bytes from its beginning. Numbers are big-endian. */
const offset = { ctime: 0, mtime: 8, inode: 20, mode: 24, size: 36, id: 40, flags: 60, name: 62 };

const flag = { assumeUnchanged: 0x8000, extended: 0x4000, stage: 0x3000, length: 0x0fff };

/** Skip-worktree and intent-to-add; the other bits of the second word of flags are not given out. */
const knownExtendedFlags = 0x6000;

/**
 * They change no entry's meaning: cached trees, resolved conflicts, untracked files, a file system
 * monitor, where the entries end, where they can be cut.
 */
const knownExtensions: ReadonlySet<string> = new Set([
  ...["TREE", "REUC", "UNTR", "FSMN", "EOIE", "IEOT"],
]);

async function readFolders(bytes: Buffer, slices: Slices): Promise<Folders | null> {
  if (bytes.length < headerLength + idLength || textOf(bytes, 0, 4) !== "DIRC") return null;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return null;
  const count = bytes.readUInt32BE(8);
  const end = bytes.length - idLength;
  const path = version === 4 ? compressedPaths(bytes) : paddedPaths(bytes);
  const folders = new Map<string, FolderEntries>();
  let own = new FolderEntries(path);
  // Neighbours mostly stand in one folder, whose name then need not be made again.
  let folder: Buffer | null = null;
  let at = headerLength;
  for (let number = 0; number < count; number++) {
    if (number % 1024 === 1023) await slices.next();
    const start = at + offset.name <= end ? nameStart(bytes, at, version) : null;
    if (start === null || !path.read(at, start) || path.next > end) return null;
    const base = baseStart(path);
    const folderEnd = Math.max(base - 1, path.start);
    if (folder === null || !isEqual(folder, path.bytes, path.start, folderEnd)) {
      folder = Buffer.from(path.bytes.subarray(path.start, folderEnd));
      const name = folder.toString("utf8");
      own = folders.get(name) ?? new FolderEntries(path);
      folders.set(name, own);
    }
    own.add(at, base);
    if (bytes.readUInt32BE(at + offset.mode) !== usualMode) own.hasUnusual = true;
    at = path.next;
  }
  return hasKnownExtensions(bytes, at, end) ? folders : null;
}

/** Where the last element of a path begins. */
function baseStart({ bytes, start, end }: EntryPath): number {
  let at = end;
  while (at > start && bytes[at - 1] !== 0x2f) at--;
  return at;
}

/** True when `part` stands in `bytes` from `start` to `end`. */
function isEqual(part: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (part.length !== end - start) return false;
  for (let at = 0; at < part.length; at++) if (part[at] !== bytes[start + at]) return false;
  return true;
}

/** Where the name of an entry begins; null: it has a flag that is not known. */
function nameStart(bytes: Buffer, at: number, version: number): number | null {
  const start = at + offset.name;
  if (((bytes[at + offset.flags] ?? 0) & (flag.extended >> 8)) === 0) return start;
  const isKnown = version >= 3 && (bytes.readUInt16BE(start) & ~knownExtendedFlags) === 0;
  return isKnown ? start + 2 : null;
}

/** Where paths stand, each with a NUL behind it. */
interface PathText {
  readonly bytes: Buffer;
}

/** The path of an entry at a time. One object for all: there may be a million entries. */
interface EntryPath extends PathText {
  /** Reads the path at `start` of the entry at `at`; false: the index is damaged. */
  read(at: number, start: number): boolean;
  /** Where the path stands in `bytes`, from `start` to `end`: there it stays. */
  readonly start: number;
  readonly end: number;
  /** Where the next entry begins in the index. */
  readonly next: number;
}

/** Of versions 2 and 3: the whole path, and NULs up to the next multiple of eight. */
function paddedPaths(bytes: Buffer): EntryPath {
  const path = {
    bytes,
    start: 0,
    end: 0,
    next: 0,
    read(at: number, start: number): boolean {
      const length = bytes.readUInt16BE(at + offset.flags) & flag.length;
      path.start = start;
      // A length that does not fit stands as the largest that does.
      path.end = length < flag.length ? start + length : bytes.indexOf(0, start);
      path.next = at + ((path.end - at + 8) & ~7);
      return path.end >= 0 && bytes[path.end] === 0;
    },
  };
  return path;
}

/** Of version 4: how many bytes of the path before fall away, then what follows, up to a NUL. */
function compressedPaths(bytes: Buffer): EntryPath {
  const path = {
    bytes: Buffer.alloc(2 * bytes.length),
    start: 0,
    end: -1,
    next: 0,
    read(_: number, start: number): boolean {
      const { value: dropped, next: from } = variableNumber(bytes, start);
      const to = bytes.indexOf(0, from);
      const kept = Math.max(path.end, 0) - path.start - dropped;
      if (to < 0 || kept < 0) return false;
      const before = path.start;
      path.start = path.end + 1;
      path.end = path.start + kept + to - from;
      if (path.end >= path.bytes.length) path.bytes = Buffer.concat([path.bytes], 2 * path.end);
      path.bytes.copy(path.bytes, path.start, before, before + kept);
      bytes.copy(path.bytes, path.start + kept, from, to);
      path.bytes[path.end] = 0;
      path.next = to + 1;
      return true;
    },
  };
  return path;
}

/** A number as in git's packs with offsets: seven bits a byte, and no number in two ways. */
function variableNumber(bytes: Buffer, start: number): { value: number; next: number } {
  let next = start;
  let byte = bytes[next++] ?? 0;
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = bytes[next++] ?? 0;
    value = (value + 1) * 0x80 + (byte & 0x7f);
  }
  return { value, next };
}

function hasKnownExtensions(bytes: Buffer, from: number, end: number): boolean {
  let at = from;
  while (at < end) {
    if (at + 8 > end || !knownExtensions.has(textOf(bytes, at, at + 4))) return false;
    at += 8 + bytes.readUInt32BE(at + 4);
  }
  return at === end;
}

function blobAt(bytes: Buffer, at: number, state: FileState, writtenAt: number): string | null {
  const isFile = isRegular(bytes.readUInt32BE(at + offset.mode));
  const flags = bytes.readUInt16BE(at + offset.flags);
  const speaksOfDisk = (flags & (flag.assumeUnchanged | flag.extended | flag.stage)) === 0;
  if (!isFile || !speaksOfDisk) return null;
  const inode = bytes.readUInt32BE(at + offset.inode);
  const isSame =
    bytes.readUInt32BE(at + offset.size) === state.size % 2 ** 32 &&
    timeAt(bytes, at + offset.mtime) === state.mtimeMs &&
    timeAt(bytes, at + offset.ctime) === state.ctimeMs &&
    // Git for some systems keeps none.
    (inode === 0 || inode === state.ino % 2 ** 32);
  if (!isSame || !isSettled(state, writtenAt)) return null;
  const id = bytes.toString("hex", at + offset.id, at + offset.id + idLength);
  // Git writes a size of 0 where it could not tell in time whether a file had changed.
  return state.size === 0 && id !== emptyBlob ? null : id;
}

function isRegular(mode: number): boolean {
  return mode >>> 12 === 0o10;
}

/** Milliseconds since the epoch, rounded as in Node's stat: to a quarter of a microsecond. */
function timeAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 1000 + bytes.readUInt32BE(at + 4) / 1e6;
}

const emptyBlob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

function textOf(bytes: Buffer, start: number, end: number): string {
  return bytes.toString("utf8", start, end);
}
