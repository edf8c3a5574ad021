/**
 * The part of a build context that BuildKit's client sends for a build. Source: BuildKit,
 * dockerfile2llb/convert.go `ctxPaths`, `normalizeContextPaths`; fsutil, followlinks.go, filter.go.
 */
import { joinPath, pathInRoot } from "../text/paths.js";
import type { FileTree, FolderNode, TreeNode } from "./fileTree.js";
import { childrenOf, emptyFolder, folderNode, nodeAt } from "./folder.js";
import { createPatternMatcher, type MatchState, type PatternMatcher } from "./patternMatcher.js";
import type { Selection } from "./selection.js";

/**
 * The client takes the sources of all steps for patterns, adds what links among them lead to, and
 * sends what these match. Filters of a step (`--exclude`) come later: what they leave out is sent.
 *
 * @param selections what the steps of the build take of this context
 */
export function sentFolder(tree: FileTree, selections: readonly Selection[]): FolderNode {
  const sources = selections.flatMap((selection) => selection.sources);
  const paths = new Set(sources.map(({ source }) => pathInRoot(source)));
  if (paths.size === 0) return emptyFolder;
  if (paths.has("")) return tree.root;
  const named = createPatternMatcher([...paths]);
  for (const path of [...paths]) addLinks(tree, path, paths);
  for (const { path } of sources.flatMap(({ taken }) => taken)) {
    if (path === "") return tree.root;
    if (!named.match(path, named.start).matched) paths.add(path);
  }
  const matcher = createPatternMatcher([...paths]);
  return sentBelow(tree.root, "", matcher, matcher.start);
}

/** Links on the way to a path are sent with what they lead to. */
function addLinks({ root }: FileTree, path: string, paths: Set<string>): void {
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    const above = path.slice(0, at);
    const kind = nodeAt(root, above)?.kind;
    if (kind === "symlink") paths.add(above);
    if (kind !== "directory") return;
  }
}

function sentBelow(
  folder: FolderNode,
  path: string,
  matcher: PatternMatcher,
  above: MatchState,
): FolderNode {
  const children: TreeNode[] = [];
  for (const child of childrenOf(folder)) {
    const at = joinPath(path, child.name);
    const { matched, state } = matcher.match(at, above);
    if (child.kind !== "directory" || (matched && !matcher.hasExceptions)) {
      if (matched) children.push(child);
      continue;
    }
    if (!matched && !matcher.canMatchBelow(at)) continue;
    const below = sentBelow(child, at, matcher, state);
    if (matched || below.entryCount > 0) children.push(below);
  }
  return folderNode(folder, children);
}
