/** What the selections of both builders have in common: walking below a directory, and their messages. */

import { joinPath } from "../text/paths.js";
import type { FileTree, FolderNode, Found, TreeNode } from "./fileTree.js";
import { childOf, childrenOf, folderAt } from "./folder.js";
import { containsWildcards, matchFilePath } from "./glob.js";
import type { Resolution } from "./resolvePath.js";
import type { CopyRequest, SelectionProblem, SourceProblem, Taken } from "./selection.js";

/** A folder's content where it is taken whole, else the entry alone. */
export function wholeOf({ path, node }: Found, to: string): Taken {
  if (node.kind === "directory") return { path, node, to: "", isWhole: true };
  return { path, node, to, isWhole: false };
}

/**
 * Calls `visit` for the entries below `base` that `pattern` may match, with their path relative to
 * it. `visit` matches itself; directories in which nothing can match are left out where the
 * pattern is simple enough to tell.
 */
export function walkCandidates(
  base: FolderNode,
  pattern: string,
  visit: (node: TreeNode, relative: string) => "descend" | "skip",
): void {
  // A class may match a slash and an escape may hide one: then every entry is a candidate.
  const names = /[[\\]/.test(pattern) ? null : pattern.split("/");
  const walk = (folder: FolderNode, relative: string, depth: number): void => {
    for (const node of childrenOf(folder)) {
      const path = joinPath(relative, node.name);
      if (names !== null) {
        if (matchFilePath(names[depth] ?? "", node.name) !== "match") continue;
        if (depth < names.length - 1) {
          if (node.kind === "directory") walk(node, path, depth + 1);
          continue;
        }
      }
      const next = visit(node, path);
      if (names === null && next === "descend" && node.kind === "directory") {
        walk(node, path, depth + 1);
      }
    }
  };
  walk(base, "", 0);
}

/** The leading names of a path without wildcards, and the rest from the first one that has some. */
export function splitWildcards(path: string): { readonly fixed: string; readonly rest: string } {
  const names = path.split("/");
  const first = names.findIndex(containsWildcards);
  if (first < 0) return { fixed: path, rest: "" };
  return { fixed: names.slice(0, first).join("/"), rest: names.slice(first).join("/") };
}

/** What would be at `path` if case did not count, as it does not on the disks of macOS and Windows. */
function inOtherCase({ root }: FileTree, path: string): string | null {
  let found = "";
  for (const name of path.split("/")) {
    const folder = folderAt(root, found);
    if (folder === null) return null;
    const there = childOf(folder, name)?.name ?? nameInOtherCase(folder, name);
    if (there === null) return null;
    found = joinPath(found, there);
  }
  return found === path ? null : found;
}

function nameInOtherCase(folder: FolderNode, name: string): string | null {
  const wanted = name.toLowerCase();
  for (const child of childrenOf(folder)) {
    if (child.name.toLowerCase() === wanted) return child.name;
  }
  return null;
}

/** Makes the problems of one source. */
export function problemsOf(request: CopyRequest, source: string, index: number, tree: FileTree) {
  const place = request.place === undefined ? {} : { place: request.place };
  const make = (path: string, problem: SourceProblem): SelectionProblem => {
    return { ...problem, index, source, path, ...place };
  };
  return {
    make,
    /** Why `path` did not lead to an entry. */
    unresolved(path: string, resolution: Exclude<Resolution, { kind: "found" }>): SelectionProblem {
      if (resolution.kind === "loop") return make(path, { code: "source-link-loop" });
      if (resolution.throughLink) {
        return make(path, { code: "source-link-broken", target: `/${resolution.path}` });
      }
      return tree.isIgnored(path)
        ? make(path, { code: "source-ignored" })
        : make(path, { code: "source-not-found", near: inOtherCase(tree, path) });
    },
    badPattern: (path: string, pattern: string) => make(path, { code: "pattern-invalid", pattern }),
  };
}
