/**
 * The disk as the context reader asks for it. Calls are synchronous because that is the fastest
 * way to look at many files (the caller works in short slices), and failures are values.
 */
import * as fs from "node:fs";
import type { FileKind } from "../core/context/fileTree.js";
import type { HostError, Result } from "../core/host.js";

export interface DiskStat {
  readonly kind: FileKind;
  /** Permission bits with setuid, setgid and sticky, as the platform reports them. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly dev: number;
  readonly ino: number;
  /** How many names lead to it. */
  readonly names: number;
  /** `major:minor` of a device; null for everything else. */
  readonly device: string | null;
}

export interface OpenFile {
  stat(): Result<DiskStat>;
  /** Reads on into `buffer`; 0 at the end of the file. */
  read(buffer: Uint8Array): Result<number>;
  close(): void;
}

export interface FileSystem {
  readonly system: "posix" | "windows";
  /** The absolute path with all links in it resolved. */
  realPath(path: string): Result<string>;
  /** Never follows a link. */
  stat(path: string): Result<DiskStat>;
  /** The names in a folder, in any order. */
  list(path: string): Result<readonly string[]>;
  readLink(path: string): Result<string>;
  /** Opens a regular file for reading; a link or a pipe in its place is an error, not a trap. */
  open(path: string): Result<OpenFile>;
}

/** The disk of this machine. */
export function nodeFileSystem(): FileSystem {
  return {
    system: process.platform === "win32" ? "windows" : "posix",
    realPath: (path) => attempt(path, () => fs.realpathSync.native(path)),
    // A walk asks it of each file: without a function of its own for each.
    stat(path) {
      try {
        return { ok: true, value: diskStat(fs.lstatSync(path)) };
      } catch (thrown) {
        return { ok: false, error: hostError(path, thrown) };
      }
    },
    list: (path) => attempt(path, () => fs.readdirSync(path)),
    readLink: (path) => attempt(path, () => fs.readlinkSync(path)),
    open: (path) => attempt(path, () => new DiskFile(path, fs.openSync(path, OPEN_FLAGS))),
  };
}

/** A longer text is none that somebody wrote for a builder. Bytes. */
export const maxText = 10_000_000;

/**
 * The whole text of a regular file, as UTF-8; links are followed. Errors: those of
 * `readRegularFile`, with `maxText` as the limit.
 */
export function readTextFile(path: string): Result<string> {
  const disk = nodeFileSystem();
  const real = disk.realPath(path);
  const bytes = real.ok ? readRegularFile(disk, real.value, maxText) : real;
  return bytes.ok ? { ok: true, value: bytes.value.toString("utf8") } : bytes;
}

/** The bytes of a regular file. Errors, besides those of `open`: `EINVAL`, `EFBIG` above `limit` bytes. */
export function readRegularFile(
  { open }: Pick<FileSystem, "open">,
  path: string,
  limit: number,
): Result<Buffer> {
  const opened = open(path);
  if (!opened.ok) return opened;
  const file = opened.value;
  try {
    const stat = file.stat();
    if (!stat.ok) return stat;
    const { kind, size } = stat.value;
    const fail = (code: string, message: string): Result<Buffer> => ({
      ok: false,
      error: { code, message, path },
    });
    if (kind !== "file") return fail("EINVAL", `"${path}" is not a regular file.`);
    if (size > limit) return fail("EFBIG", `"${path}" is larger than ${limit} bytes.`);
    const bytes = Buffer.allocUnsafe(size);
    let length = 0;
    while (length < size) {
      const read = file.read(bytes.subarray(length));
      if (!read.ok) return read;
      if (read.value === 0) break;
      length += read.value;
    }
    return { ok: true, value: bytes.subarray(0, length) };
  } finally {
    file.close();
  }
}

// Where the platform has them: don't follow a link, don't wait for a pipe's other end.
const OPEN_FLAGS =
  fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);

/** Without functions of its own for each file and call: a first look opens each file of a context. */
class DiskFile implements OpenFile {
  readonly #path: string;
  readonly #descriptor: number;

  constructor(path: string, descriptor: number) {
    this.#path = path;
    this.#descriptor = descriptor;
  }

  stat(): Result<DiskStat> {
    try {
      return { ok: true, value: diskStat(fs.fstatSync(this.#descriptor)) };
    } catch (thrown) {
      return { ok: false, error: hostError(this.#path, thrown) };
    }
  }

  read(buffer: Uint8Array): Result<number> {
    try {
      return { ok: true, value: fs.readSync(this.#descriptor, buffer, 0, buffer.length, null) };
    } catch (thrown) {
      return { ok: false, error: hostError(this.#path, thrown) };
    }
  }

  close(): void {
    try {
      fs.closeSync(this.#descriptor);
    } catch {
      // Of a file that was only read nothing is lost.
    }
  }
}

function attempt<T>(path: string, call: () => T): Result<T> {
  try {
    return { ok: true, value: call() };
  } catch (thrown) {
    return { ok: false, error: hostError(path, thrown) };
  }
}

function hostError(path: string, thrown: unknown): HostError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code =
    thrown instanceof Error && "code" in thrown && typeof thrown.code === "string"
      ? thrown.code
      : "EUNKNOWN";
  return { code, message, path };
}

function diskStat(stat: fs.Stats): DiskStat {
  const kind = kindOf(stat);
  const isDevice = kind === "character-device" || kind === "block-device";
  return {
    kind,
    mode: stat.mode & 0o7777,
    size: stat.size,
    mtimeMs: stat.mtimeMs,
    ctimeMs: stat.ctimeMs,
    dev: stat.dev,
    ino: stat.ino,
    names: stat.nlink,
    device: isDevice ? deviceNumbers(stat.rdev) : null,
  };
}

function kindOf(stat: fs.Stats): FileKind {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "directory";
  if (stat.isSymbolicLink()) return "symlink";
  if (stat.isFIFO()) return "fifo";
  if (stat.isSocket()) return "socket";
  if (stat.isCharacterDevice()) return "character-device";
  if (stat.isBlockDevice()) return "block-device";
  return "file";
}

/** Linux's split of a device number, as fsutil's `stat_unix.go` makes it. */
function deviceNumbers(device: number): string {
  const major = Math.floor(device / 0x100) & 0xfff;
  const minor = (device & 0xff) | (Math.floor(device / 0x1000) & 0xfff00);
  return `${major}:${minor}`;
}
