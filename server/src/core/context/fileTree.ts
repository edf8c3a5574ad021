/**
 * What a COPY, ADD or bind mount can take files from: the build context, or the files of a stage
 * where they are known. Selection and content digests see only this interface.
 */
import type { HostError } from "../host.js";

export type FileKind =
  | "file"
  | "directory"
  | "symlink"
  | "fifo"
  | "socket"
  | "character-device"
  | "block-device";

/** What tells two states of one file on disk apart without reading it. */
export interface StatIdentity {
  readonly dev: number;
  readonly ino: number;
  /** Milliseconds with the fraction that the platform gives. */
  readonly ctimeMs: number;
}

export interface FileEntry {
  /** Relative to the tree's root, `/` between names, never a leading or trailing slash; "" is the root. */
  readonly path: string;
  readonly kind: FileKind;
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. A symbolic link has 0o777. */
  readonly mode: number;
  /** Bytes of a regular file; 0 for everything else. */
  readonly size: number;
  /** Milliseconds since the epoch. Never part of a digest. */
  readonly mtimeMs: number;
  /** The text of a symbolic link, `/` between names; null for everything else. */
  readonly linkTarget: string | null;
  /** 0 in a build context: the client sends no owners. */
  readonly uid: number;
  readonly gid: number;
  /** `major:minor` of a device; null for everything else. */
  readonly device: string | null;
  /** null when the entry does not come from a disk. */
  readonly stat: StatIdentity | null;
}

/**
 * A tree of files that does not change: a later state is another tree. Whoever builds one gives
 * every changed entry, and every directory above it, a new `FileEntry` object; an object that is
 * still the same stands for the same content all the way down. Digests are remembered by it.
 */
export interface FileTree {
  /** The entry at a path below the root; "" is the root directory. No link is followed. */
  lookup(path: string): FileEntry | null;
  /** A directory's entries ordered by `compareBytes` of their names; empty for everything else. */
  list(path: string): readonly FileEntry[];
  /**
   * The identity of a regular file's bytes: its git blob id, or for a computed file any text that
   * is equal exactly when the bytes are. null: not known yet, ask the host to hash `entry.path`.
   */
  identityOf(entry: FileEntry): string | null;
  /** Why a directory could not be listed or a file not read; null when nothing is known to be wrong. */
  errorOf(entry: FileEntry): HostError | null;
  /** True when the ignore file hides this path, or a directory above it, from the builder. */
  isIgnored(path: string): boolean;
}

/** A file or directory of root's that nobody has looked at: without size, time and stat. */
export function plainEntry(path: string, kind: "file" | "directory"): FileEntry {
  return {
    path,
    kind,
    mode: kind === "file" ? 0o644 : 0o755,
    size: 0,
    mtimeMs: 0,
    linkTarget: null,
    uid: 0,
    gid: 0,
    device: null,
    stat: null,
  };
}
