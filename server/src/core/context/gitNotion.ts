/**
 * A tree as git would keep it: of the permission bits only whether the owner may execute a file,
 * and no directory that holds no file. Two trees are compared with a commit in this form, so that
 * neither a umask nor an empty folder counts as a change.
 */
import type { ContextTree } from "./contextTree.js";
import type { FileTree } from "./fileTree.js";
import { type ListedFile, listedTree } from "./listedTree.js";

/** The permission bits that a checkout with the usual umask (022) gives a file. */
export function gitMode(isExecutable: boolean): number {
  return isExecutable ? 0o755 : 0o644;
}

/** Identities are the tree's own, as far as they are known. */
export function gitNotion(tree: FileTree): ContextTree {
  const files: ListedFile[] = [];
  const walk = (folder: string): void => {
    for (const entry of tree.list(folder)) {
      if (entry.kind === "directory") {
        walk(entry.path);
        continue;
      }
      const error = tree.errorOf(entry);
      files.push({
        path: entry.path,
        kind: entry.kind,
        mode: gitMode((entry.mode & 0o100) !== 0),
        size: entry.size,
        ...(entry.linkTarget === null ? {} : { linkTarget: entry.linkTarget }),
        ...(entry.kind === "file" ? { identity: tree.identityOf(entry) } : {}),
        ...(error === null ? {} : { error }),
      });
    }
  };
  walk("");
  return listedTree(files, (path) => tree.isIgnored(path));
}
