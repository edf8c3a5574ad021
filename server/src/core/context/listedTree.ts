/** A file tree from a plain list: for the computed files of a stage, a git tree, and tests. */
import type { HostError } from "../host.js";
import { baseName, parentPath, pathInRoot } from "../text/paths.js";
import {
  type ContextTree,
  contextTree,
  type DirectoryNode,
  directoryNode,
  rootEntry,
} from "./contextTree.js";
import type { FileEntry, FileKind } from "./fileTree.js";

/** One file. Directories above it need not be listed: they then have mode 0755. */
export interface ListedFile {
  readonly path: string;
  /** A regular file unless said. */
  readonly kind?: FileKind;
  /** 0644, or 0755 for a directory, unless said. */
  readonly mode?: number;
  readonly size?: number;
  readonly mtimeMs?: number;
  readonly linkTarget?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly device?: string;
  /** The identity of a regular file's bytes; null or left out: not known. */
  readonly identity?: string | null;
  readonly error?: HostError;
}

/** A tree of these files; of two with one path the later counts. `isIgnored` as in `FileTree`. */
export function listedTree(
  files: Iterable<ListedFile>,
  isIgnored: (path: string) => boolean = () => false,
): ContextTree {
  const listed = new Map<string, ListedFile>();
  for (const file of files) {
    const path = pathInRoot(file.path);
    for (let parent = parentPath(path); parent !== ""; parent = parentPath(parent)) {
      if (listed.get(parent)?.kind === "directory") break;
      listed.set(parent, { path: parent, kind: "directory" });
    }
    if (path !== "") listed.set(path, { ...file, path });
  }
  const childrenOf = new Map<string, ListedFile[]>();
  for (const file of listed.values()) {
    const siblings = childrenOf.get(parentPath(file.path));
    if (siblings === undefined) childrenOf.set(parentPath(file.path), [file]);
    else siblings.push(file);
  }
  const nodeOf = (entry: FileEntry): DirectoryNode =>
    directoryNode(
      entry,
      (childrenOf.get(entry.path) ?? []).map((file) =>
        file.kind === "directory" ? nodeOf(entryOf(file)) : entryOf(file),
      ),
      listed.get(entry.path)?.error === undefined ? [] : errorList(listed.get(entry.path)),
    );
  return contextTree(nodeOf(rootEntry()), {
    identityOf: (entry) => listed.get(entry.path)?.identity ?? null,
    fileErrorOf: (entry) => listed.get(entry.path)?.error ?? null,
    isIgnored,
  });
}

function errorList(file: ListedFile | undefined): readonly HostError[] {
  return file?.error === undefined ? [] : [file.error];
}

function entryOf(file: ListedFile): FileEntry {
  const kind = file.kind ?? "file";
  return {
    path: file.path,
    kind,
    mode: kind === "symlink" ? 0o777 : (file.mode ?? (kind === "directory" ? 0o755 : 0o644)),
    size: kind === "file" ? (file.size ?? 0) : 0,
    mtimeMs: file.mtimeMs ?? 0,
    linkTarget: kind === "symlink" ? (file.linkTarget ?? baseName(file.path)) : null,
    uid: file.uid ?? 0,
    gid: file.gid ?? 0,
    device: file.device ?? null,
    stat: null,
  };
}
