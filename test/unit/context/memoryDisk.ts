/** A disk in memory for the context reader: POSIX or Windows, with a clock, and tampering on reads. */
import type { FileKind } from "../../../server/src/core/context/fileTree.js";
import type { Result } from "../../../server/src/core/host.js";
import type { DiskStat, FileSystem } from "../../../server/src/host/nodeFileSystem.js";

interface Inode {
  readonly kind: FileKind;
  mode: number;
  bytes: Uint8Array;
  target: string;
  mtimeMs: number;
  ctimeMs: number;
  readonly ino: number;
  /** The code of the error that opening it gives; null: none. */
  denied: string | null;
}

export interface MemoryDisk extends FileSystem {
  /** Milliseconds; every change to the disk carries this time. */
  clock: number;
  /** How many files were opened. */
  opened: number;
  /** Called before each read of a file. */
  onRead: ((path: string) => void) | null;
  write(path: string, text: string): void;
  /** Writes, and sets the time of the last change back to what it was. */
  writeKeepingTime(path: string, text: string): void;
  makeDirectory(path: string): void;
  makeLink(path: string, target: string): void;
  makeSpecial(path: string, kind: FileKind): void;
  remove(path: string): void;
  touch(path: string): void;
  setMode(path: string, mode: number): void;
  /** From now on this path cannot be opened or listed; `code`: of the error, `EACCES` unless said. */
  deny(path: string, code?: string): void;
  /** Lists directories backwards. */
  reversed: boolean;
  /** Finds files by names in another case, and lists them as they were created. */
  ignoresCase: boolean;
}

export const DISK_ROOTS = { posix: "/srv/app", windows: "C:\\srv\\app" } as const;

/** An empty context folder at `DISK_ROOTS[system]`; paths given to the changing methods are below it, with `/`. */
export function memoryDisk(system: "posix" | "windows"): MemoryDisk {
  const root = DISK_ROOTS[system];
  const inodes = new Map<string, Inode>();
  let numbers = 1;
  const separator = system === "posix" ? "/" : "\\";
  const full = (path: string) =>
    path === "" ? root : `${root}${separator}${path.replaceAll("/", separator)}`;
  const put = (path: string, kind: FileKind, mode: number, change: Partial<Inode> = {}) => {
    const slash = path.lastIndexOf("/");
    if (path !== "" && !inodes.has(full(path.slice(0, Math.max(slash, 0))))) {
      put(path.slice(0, Math.max(slash, 0)), "directory", system === "posix" ? 0o755 : 0o666);
    }
    const old = inodes.get(full(path));
    inodes.set(full(path), {
      kind,
      mode: old?.kind === kind ? old.mode : mode,
      bytes: new Uint8Array(),
      target: "",
      mtimeMs: disk.clock,
      ctimeMs: disk.clock,
      ino: old?.kind === kind ? old.ino : numbers++,
      denied: null,
      ...change,
    });
  };
  const change = (path: string, how: (inode: Inode) => void) => {
    const inode = inodes.get(full(path));
    if (inode === undefined) throw new Error(`no ${path} on the disk`);
    how(inode);
    inode.ctimeMs = disk.clock;
  };
  const find = (path: string): Result<Inode> => {
    const folded = path.toLowerCase();
    const inode =
      inodes.get(path) ??
      (disk.ignoresCase
        ? [...inodes].find(([other]) => other.toLowerCase() === folded)?.[1]
        : undefined);
    return inode === undefined ? failure("ENOENT", path) : { ok: true, value: inode };
  };
  const statOf = (inode: Inode): DiskStat => ({
    kind: inode.kind,
    mode: inode.mode,
    size: inode.bytes.length,
    mtimeMs: inode.mtimeMs,
    ctimeMs: inode.ctimeMs,
    dev: 1,
    ino: inode.ino,
    names: [...inodes.values()].filter((other) => other === inode).length,
    device: null,
  });
  const disk: MemoryDisk = {
    system,
    clock: 1_000_000,
    opened: 0,
    onRead: null,
    reversed: false,
    ignoresCase: false,
    realPath: (path) => {
      const found = find(path);
      return found.ok ? { ok: true, value: path } : found;
    },
    stat: (path) => {
      const found = find(path);
      return found.ok ? { ok: true, value: statOf(found.value) } : found;
    },
    list(path) {
      const found = find(path);
      if (!found.ok) return found;
      if (found.value.denied !== null) return failure(found.value.denied, path);
      const names = [...inodes.keys()]
        .filter((other) => other.startsWith(`${path}${separator}`))
        .map((other) => other.slice(path.length + 1))
        .filter((name) => !name.includes(separator));
      return { ok: true, value: disk.reversed ? names.reverse() : names };
    },
    readLink: (path) => {
      const found = find(path);
      return found.ok ? { ok: true, value: found.value.target } : found;
    },
    open(path) {
      const found = find(path);
      if (!found.ok) return found;
      if (found.value.denied !== null) return failure(found.value.denied, path);
      disk.opened++;
      const inode = found.value;
      let at = 0;
      return {
        ok: true,
        value: {
          stat: () => ({ ok: true, value: statOf(inodes.get(path) ?? inode) }),
          read(buffer) {
            disk.onRead?.(path);
            const { bytes } = inodes.get(path) ?? inode;
            const part = bytes.subarray(at, at + buffer.length);
            buffer.set(part);
            at += part.length;
            return { ok: true, value: part.length };
          },
          close: () => undefined,
        },
      };
    },
    write: (path, text) =>
      put(path, "file", system === "posix" ? 0o644 : 0o666, {
        bytes: new TextEncoder().encode(text),
      }),
    writeKeepingTime(path, text) {
      const old = inodes.get(full(path));
      disk.write(path, text);
      if (old === undefined) throw new Error(`no ${path} on the disk`);
      change(path, (inode) => {
        inode.mtimeMs = old.mtimeMs;
      });
    },
    makeDirectory: (path) => put(path, "directory", system === "posix" ? 0o755 : 0o666),
    makeLink: (path, target) => put(path, "symlink", 0o777, { target }),
    makeSpecial: (path, kind) => put(path, kind, 0o644),
    remove(path) {
      for (const other of [...inodes.keys()]) {
        if (other === full(path) || other.startsWith(`${full(path)}${separator}`))
          inodes.delete(other);
      }
    },
    touch: (path) =>
      change(path, (inode) => {
        inode.mtimeMs = disk.clock;
      }),
    setMode: (path, mode) =>
      change(path, (inode) => {
        inode.mode = mode;
      }),
    deny: (path, code = "EACCES") =>
      change(path, (inode) => {
        inode.denied = code;
      }),
  };
  put("", "directory", 0o755);
  return disk;
}

function failure<T>(code: string, path: string): Result<T> {
  return { ok: false, error: { code, message: `${code}: ${path}`, path } };
}
