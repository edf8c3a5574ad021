/** What the selections of both builders have in common: walking below a directory, and their messages. */

import { baseName, joinPath } from "../text/paths.js";
import type { FileEntry, FileTree } from "./fileTree.js";
import { containsWildcards, matchFilePath } from "./glob.js";
import type { Resolution } from "./resolvePath.js";
import type { CopyRequest, SelectedEntry, SelectionProblem, SourceProblem } from "./selection.js";

/** Appends a directory's whole content, in order; `to` is where the directory itself goes. */
export function addContent(
  tree: FileTree,
  directory: string,
  to: string,
  entries: SelectedEntry[],
  isVisible: (entry: FileEntry) => boolean = () => true,
): void {
  for (const entry of tree.list(directory)) {
    if (!isVisible(entry)) continue;
    const target = joinPath(to, baseName(entry.path));
    entries.push({ entry, to: target });
    if (entry.kind === "directory") addContent(tree, entry.path, target, entries, isVisible);
  }
}

/**
 * Calls `visit` for the entries below `base` that `pattern` may match, with their path relative to
 * `base`. `visit` matches itself; directories in which nothing can match are left out where the
 * pattern is simple enough to tell.
 */
export function walkCandidates(
  tree: FileTree,
  base: string,
  pattern: string,
  visit: (entry: FileEntry, relative: string) => "descend" | "skip",
): void {
  // A class may match a slash and an escape may hide one: then every entry is a candidate.
  const names = /[[\\]/.test(pattern) ? null : pattern.split("/");
  const walk = (directory: string, relative: string, depth: number): void => {
    for (const entry of tree.list(directory)) {
      const name = baseName(entry.path);
      const path = joinPath(relative, name);
      if (names !== null) {
        if (matchFilePath(names[depth] ?? "", name) !== "match") continue;
        if (depth < names.length - 1) {
          if (entry.kind === "directory") walk(entry.path, path, depth + 1);
          continue;
        }
      }
      const next = visit(entry, path);
      if (names === null && next === "descend" && entry.kind === "directory") {
        walk(entry.path, path, depth + 1);
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
function inOtherCase(tree: FileTree, path: string): string | null {
  let found = "";
  for (const name of path.split("/")) {
    const wanted = joinPath(found, name).toLowerCase();
    const entry =
      tree.lookup(joinPath(found, name)) ??
      tree.list(found).find((other) => other.path.toLowerCase() === wanted);
    if (entry === undefined) return null;
    found = entry.path;
  }
  return found === path ? null : found;
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
