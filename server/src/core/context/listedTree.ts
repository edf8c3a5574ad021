/** A file tree from a plain list: for a git tree, and tests. */
import type { HostError } from "../host.js";
import { addTo } from "../text/grouped.js";
import { baseName, parentPath, pathInRoot } from "../text/paths.js";
import {
  type FileKind,
  type FileTree,
  type FolderNode,
  fileNode,
  type TreeNode,
} from "./fileTree.js";
import { folderNode, plainFolder } from "./folder.js";

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
): FileTree {
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
  for (const file of listed.values()) addTo(childrenOf, parentPath(file.path), file);
  const folderOf = ({ path, mode = 0o755, uid = 0, gid = 0, error }: ListedFile): FolderNode => {
    const children = childrenOf.get(path) ?? [];
    const errors = error === undefined ? [] : [{ ...error, path: "" }];
    return folderNode({ name: baseName(path), mode, uid, gid }, children.map(nodeOf), errors);
  };
  const nodeOf = (file: ListedFile): TreeNode =>
    file.kind === "directory" ? folderOf(file) : leafOf(file, file.kind ?? "file");
  return { root: folderOf({ path: "", ...plainFolder("") }), isIgnored };
}

function leafOf(file: ListedFile, kind: Exclude<FileKind, "directory">): TreeNode {
  const { path, mode = 0o644, size = 0, linkTarget = baseName(path), ...rest } = file;
  return fileNode({
    ...rest,
    name: baseName(path),
    kind,
    mode: kind === "symlink" ? 0o777 : mode,
    size: kind === "file" ? size : 0,
    linkTarget: kind === "symlink" ? linkTarget : null,
  });
}
