/**
 * One source of a COPY or ADD as the classic builder selects it
 * (moby `builder/dockerfile/copy.go calcCopyInfo`, `copyWithWildcards`).
 */

import { baseName, cleanPath, joinPath } from "../text/paths.js";
import type { FileTree, FolderNode, Found, TreeNode } from "./fileTree.js";
import { childrenOf } from "./folder.js";
import { containsWildcards, matchFilePath } from "./glob.js";
import { resolvePath } from "./resolvePath.js";
import type {
  CopyRequest,
  HashedItem,
  SelectionProblem,
  SourceSelection,
  Taken,
} from "./selection.js";
import { problemsOf, walkCandidates, wholeOf } from "./selectShared.js";

/** See `selectSources`. --parents and --exclude do not exist for this builder and are not looked at. */
export function selectClassicSource(
  tree: FileTree,
  request: CopyRequest,
  source: string,
  index: number,
): SourceSelection {
  const problem = problemsOf(request, source, index, tree);
  // One leading slash, then one leading `./`; a wildcard is matched as it then stands, uncleaned.
  const trimmed = source.replace(/^\//, "").replace(/^\.\//, "");
  const isWildcard = request.wildcards !== false && containsWildcards(trimmed);
  const cleaned = cleanPath(trimmed);
  const path = isWildcard ? trimmed : cleaned === "." ? "" : cleaned.replace(/^\/+/, "");
  const taken: Taken[] = [];
  const items: HashedItem[] = [];
  const problems: SelectionProblem[] = [];
  let matches = 0;
  const take = (from: string): void => {
    const target = resolvePath(tree, from, true);
    if (target.kind !== "found" || !isVisible(target.node)) {
      const missing = { kind: "missing", path: from, throughLink: false } as const;
      problems.push(problem.unresolved(from, target.kind === "found" ? missing : target));
      return;
    }
    matches++;
    const { node, path } = target;
    items.push({ name: path, path, node, what: "record" });
    if (node.kind === "directory" && node.socketCount > 0) addVisible(target, node, "", taken);
    else taken.push(wholeOf(target, baseName(from)));
  };

  if (isWildcard) {
    walkCandidates(tree.root, path, (node, relative) => {
      // The classic builder takes a bad pattern for one that matches nothing.
      if (isVisible(node) && matchFilePath(path, relative) === "match") take(relative);
      return "descend";
    });
    if (matches === 0 && problems.length === 0) {
      const none = { code: "wildcard-without-match", builder: "classic", fails: false } as const;
      problems.push(problem.make(path, none));
    }
  } else if (path.split("/")[0] === "..") {
    problems.push(problem.make(path, { code: "source-outside-context", taken: null }));
  } else take(path);

  return {
    source,
    path,
    isWildcard,
    matches,
    taken,
    problems,
    hashed: items.length === 0 ? { kind: "empty" } : { kind: "list", items, byPath: true },
  };
}

/** A folder that has sockets somewhere, without them. */
function addVisible({ path, node }: Found, folder: FolderNode, to: string, taken: Taken[]): void {
  taken.push({ path, node, to, isWhole: false });
  for (const child of childrenOf(folder)) {
    if (!isVisible(child)) continue;
    const found = { path: joinPath(path, child.name), node: child };
    const at = joinPath(to, child.name);
    if (child.kind === "directory") addVisible(found, child, at, taken);
    else taken.push({ to: at, isWhole: false, ...found });
  }
}

/** The classic client leaves sockets out of the context it sends. */
export function isVisible(node: TreeNode): boolean {
  return node.kind !== "socket";
}
