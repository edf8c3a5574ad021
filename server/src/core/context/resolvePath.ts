/** Symbolic links, followed inside a tree the way the builders follow them: never out of it. */

import { joinPath, pathInRoot } from "../text/paths.js";
import type { FileTree, TreeNode } from "./fileTree.js";
import { nodeAt } from "./folder.js";

export type Resolution =
  | { readonly kind: "found"; readonly path: string; readonly node: TreeNode }
  /** `path`: what was looked for in the end. `throughLink`: a link on the way led there. */
  | { readonly kind: "missing"; readonly path: string; readonly throughLink: boolean }
  | { readonly kind: "loop" };

/** BuildKit's limit (`cache/contenthash/path.go`); the classic builder's is the same. */
const LINK_LIMIT = 255;

/**
 * The node that `path` leads to. Links on the way are always followed, the last one only with
 * `followLast`. An absolute link starts at the tree's root, and `..` stops there.
 * Source: BuildKit `cache/contenthash/checksum.go getFollowLinksCallback`.
 */
export function resolvePath({ root }: FileTree, path: string, followLast: boolean): Resolution {
  const direct = nodeAt(root, path);
  if (direct !== null && (direct.kind !== "symlink" || !followLast)) {
    return { kind: "found", path, node: direct };
  }
  // Names still to walk, the next one last.
  const remaining = path.split("/").reverse();
  let current = "";
  let links = 0;
  let node: TreeNode | null = root;
  for (let part = remaining.pop(); part !== undefined; part = remaining.pop()) {
    const next = pathInRoot(joinPath(current, part));
    node = nodeAt(root, next);
    const target = node?.kind === "symlink" ? node.linkTarget : null;
    if (target === null || (remaining.length === 0 && !followLast)) {
      current = next;
      continue;
    }
    links++;
    if (links > LINK_LIMIT) return { kind: "loop" };
    if (target.startsWith("/")) current = "";
    for (const name of target.split("/").reverse()) if (name !== "") remaining.push(name);
    node = nodeAt(root, current);
  }
  if (node === null) return { kind: "missing", path: current, throughLink: links > 0 };
  return { kind: "found", path: current, node };
}
