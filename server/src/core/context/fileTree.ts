/**
 * What a COPY, ADD or bind mount can take files from: the build context, or the files of a stage
 * where they are known. Selection and content digests see only this.
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

/**
 * Anything but a folder, in one state. It knows its name and not its path: a folder that is found
 * in two places is one value.
 */
export interface FileNode {
  readonly name: string;
  readonly kind: Exclude<FileKind, "directory">;
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. A symbolic link has 0o777. */
  readonly mode: number;
  /** Bytes of a regular file; 0 for everything else. */
  readonly size: number;
  /** Milliseconds since the epoch, with the fraction that the platform gives. Never part of a digest. */
  readonly mtimeMs: number;
  /** 0 in a build context: the client sends no owners. */
  readonly uid: number;
  readonly gid: number;
  /** The text of a symbolic link, `/` between names; null for everything else. */
  readonly linkTarget: string | null;
  /** `major:minor` of a device; null for everything else. */
  readonly device: string | null;
  /** With size and time, what tells two states of a file on disk apart; 0: it is of no disk. */
  readonly ctimeMs: number;
  readonly dev: number;
  readonly ino: number;
  /** A regular file to which other names lead as well, here or elsewhere on the disk. */
  readonly isShared: boolean;
  /**
   * The identity of a regular file's bytes: its git blob id, or for a computed file any text that
   * is equal exactly when the bytes are. null: not known yet. Whoever reads the file writes it once:
   * it is true for this state of the file for ever.
   */
  identity: string | null;
  /** Why the file could not be read; null: nothing is known to be wrong. Written as `identity` is. */
  error: HostError | null;
}

/** A run of a folder's entries: see `FolderNode.parts`. */
export type Part = readonly TreeNode[];

/** A folder with all that is in it. It does not change: what is known of it is remembered by it. */
export interface FolderNode {
  readonly name: string;
  readonly kind: "directory";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /**
   * Its entries ordered by `compareBytes` of their names, in parts. Where one ends the name of its
   * last entry says, so that equal folders have equal parts however they came about: a change
   * renews one part, and what is known of the others holds.
   */
  readonly parts: readonly Part[];
  /** Entries below it at any depth, folders too. */
  readonly entryCount: number;
  /** Everything below it but folders, … */
  readonly fileCount: number;
  /** … the sockets among that, … */
  readonly socketCount: number;
  /** … and the sum of the sizes of its regular files. */
  readonly bytes: number;
  /** Why it could not be listed (path ""), or an entry not be looked at (its name). */
  readonly errors: readonly HostError[];
  /** How many errors there are in it and in the folders below it. */
  readonly errorCount: number;
}

export type TreeNode = FileNode | FolderNode;

/** A tree of files that does not change: a later state is another tree, which shares what stayed. */
export interface FileTree {
  readonly root: FolderNode;
  /** True when the ignore file hides this path, or a directory above it, from the builder. */
  isIgnored(path: string): boolean;
}

/** A node at its place. `path`: relative to the root of its tree, which is "". */
export interface Found {
  readonly path: string;
  readonly node: TreeNode;
}

/** A file or link with all that is not said of it as for a regular file of root's. */
export function fileNode(file: Partial<FileNode> & Pick<FileNode, "name">): FileNode {
  const kind = file.kind ?? "file";
  return {
    name: file.name,
    kind,
    mode: file.mode ?? (kind === "symlink" ? 0o777 : 0o644),
    size: file.size ?? 0,
    mtimeMs: file.mtimeMs ?? 0,
    uid: file.uid ?? 0,
    gid: file.gid ?? 0,
    linkTarget: file.linkTarget ?? null,
    device: file.device ?? null,
    ctimeMs: file.ctimeMs ?? 0,
    dev: file.dev ?? 0,
    ino: file.ino ?? 0,
    isShared: file.isShared ?? false,
    identity: file.identity ?? null,
    error: file.error ?? null,
  };
}
