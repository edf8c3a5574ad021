/** Reads one file into its git blob id, and says how far the answer can be trusted. */
import { type HostError, tooLarge } from "../core/host.js";
import { blobHash, blobHeaderRoom, blobIdIn } from "./digest.js";
import { type FileState, isSameState } from "./identityTable.js";
import type { DiskStat, FileSystem, OpenFile } from "./nodeFileSystem.js";
import type { Slices } from "./slices.js";

export type HashedFile =
  | {
      readonly kind: "hashed";
      readonly identity: string;
      /** The state of the file before and after reading: the same. null: the one that it was seen in. */
      readonly stat: DiskStat | null;
      /** Milliseconds since the epoch when reading began. */
      readonly startedAt: number;
    }
  /** `stat`: the last state that was seen; null when it could not even be opened. */
  | { readonly kind: "failed"; readonly error: HostError; readonly stat: DiskStat | null };

/** A file that is written again and again while we read is given up after this many tries. */
const TRIES = 3;

/**
 * A longer file is not read: most of it may be a hole that takes no room, and no hash of it would be
 * there before whoever waits for the answer has gone. Bytes: some ten seconds.
 */
const longestRead = 8_000_000_000;

// One buffer for all files: reading is synchronous, and no two reads interleave before it is hashed.
const BUFFER = Buffer.alloc(1 << 20);
const PIECE = BUFFER.subarray(blobHeaderRoom);

/** A regular file as it was last seen. */
export interface SeenFile {
  /** As the disk writes it. */
  readonly path: string;
  readonly state: FileState;
}

/**
 * Hashes a regular file. A write in the meantime shows in the stat around it, and makes another try.
 */
export async function hashFile(
  fileSystem: FileSystem,
  file: SeenFile,
  slices: Slices,
  now: () => number,
): Promise<HashedFile> {
  const hashed = hashAsSeen(fileSystem, file, now);
  if (hashed !== null) return hashed;
  const { path } = file;
  if (file.state.size > longestRead) return { kind: "failed", error: sizeError(path), stat: null };
  let stat: DiskStat | null = null;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const startedAt = now();
    const opened = fileSystem.open(path);
    if (!opened.ok) return { kind: "failed", error: opened.error, stat };
    try {
      // The short way knows the file by its stat; here a folder above it may have become a link.
      if (isBelowLink(fileSystem, path)) return { kind: "failed", error: linkError(path), stat };
      const once = await hashOnce(opened.value, path, slices);
      if (once.kind === "hashed") return { ...once, startedAt };
      stat = once.stat;
      if (once.kind === "failed") return once;
    } finally {
      opened.value.close();
    }
  }
  const message = `"${path}" is being written and could not be read in one state.`;
  return { kind: "failed", error: { code: "EBUSY", path, message }, stat };
}

/** The path of a context is a real one, and a disk lists the names as it spells them. */
function isBelowLink({ realPath, system }: FileSystem, file: string): boolean {
  const folder = file.slice(0, file.lastIndexOf(system === "windows" ? "\\" : "/"));
  // A disk by its root: nothing above it can be a link.
  if (folder === "" || folder.endsWith(":")) return false;
  const real = realPath(folder);
  return !real.ok || real.value !== folder;
}

function linkError(file: string): HostError {
  return { code: "ELOOP", path: file, message: `"${file}" is below a symbolic link by now.` };
}

function sizeError(file: string): HostError {
  const message = `"${file}" is larger than ${longestRead} bytes and is not read.`;
  return { code: tooLarge, path: file, message };
}

/**
 * The short way for a small file in the state that it was seen in: that is the stat before, and it
 * is read at once. null: it takes the long way.
 */
function hashAsSeen(
  fileSystem: FileSystem,
  { path, state }: SeenFile,
  now: () => number,
): HashedFile | null {
  if (state.size > PIECE.length) return null;
  const startedAt = now();
  const opened = fileSystem.open(path);
  if (!opened.ok) return null;
  const read = opened.value.read(PIECE);
  const stat = opened.value.stat();
  opened.value.close();
  if (!read.ok || !stat.ok || read.value !== state.size) return null;
  if (stat.value.kind !== "file" || !isSameState(stat.value, state)) return null;
  return { kind: "hashed", identity: blobIdIn(BUFFER, read.value), stat: null, startedAt };
}

type Written = Pick<DiskStat, "mtimeMs" | "ctimeMs">;

/**
 * False when the file was written so shortly before it was read that a later write could leave
 * the same stat behind (what git calls racy): such an answer serves now but is not remembered.
 */
export function isSettled(file: Written, readAt: number): boolean {
  // Whole seconds mean a file system that counts in seconds (FAT even in two); others tick every
  // few milliseconds, at the kernel's pace.
  const isCoarse = file.mtimeMs % 1000 === 0 && file.ctimeMs % 1000 === 0;
  return lastChange(file) + (isCoarse ? 2000 : 50) < readAt;
}

/** The same for an answer that other processes will take: clocks and file systems are many. */
export function isSettledForOthers(file: Written, readAt: number): boolean {
  return lastChange(file) + 2000 < readAt;
}

function lastChange({ mtimeMs, ctimeMs }: Written): number {
  return Math.max(mtimeMs, ctimeMs);
}

type Once =
  | { readonly kind: "hashed"; readonly identity: string; readonly stat: DiskStat }
  | { readonly kind: "changed"; readonly stat: DiskStat | null }
  | { readonly kind: "failed"; readonly error: HostError; readonly stat: DiskStat | null };

async function hashOnce(file: OpenFile, path: string, slices: Slices): Promise<Once> {
  const before = file.stat();
  if (!before.ok) return { kind: "failed", error: before.error, stat: null };
  if (before.value.kind !== "file") {
    const message = `"${path}" is no longer a regular file.`;
    return { kind: "failed", error: { code: "EINVAL", path, message }, stat: null };
  }
  if (before.value.size > longestRead)
    return { kind: "failed", error: sizeError(path), stat: before.value };
  const hash = blobHash(before.value.size);
  let total = 0;
  // Read up to its end: a stat need not tell what there is to read.
  for (;;) {
    const read = file.read(PIECE);
    if (!read.ok) return { kind: "failed", error: read.error, stat: before.value };
    if (read.value === 0 || total + read.value > before.value.size) {
      total += read.value;
      break;
    }
    hash.update(PIECE.subarray(0, read.value));
    total += read.value;
    await slices.next();
  }
  const after = file.stat();
  if (!after.ok) return { kind: "failed", error: after.error, stat: null };
  return total === before.value.size && isSameState(after.value, before.value)
    ? { kind: "hashed", identity: hash.hex(), stat: after.value }
    : { kind: "changed", stat: after.value };
}
