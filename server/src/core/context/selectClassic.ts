/**
 * One source of a COPY or ADD as the classic builder selects it
 * (moby `builder/dockerfile/copy.go calcCopyInfo`, `copyWithWildcards`).
 */

import { baseName, cleanPath } from "../text/paths.js";
import type { FileEntry, FileTree } from "./fileTree.js";
import { containsWildcards, matchFilePath } from "./glob.js";
import { resolvePath } from "./resolvePath.js";
import type {
  CopyRequest,
  HashedItem,
  SelectedEntry,
  SelectionProblem,
  SourceSelection,
} from "./selection.js";
import { addContent, problemsOf, walkCandidates } from "./selectShared.js";

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
  const entries: SelectedEntry[] = [];
  const items: HashedItem[] = [];
  const problems: SelectionProblem[] = [];
  let matches = 0;
  const take = (from: string): void => {
    const target = resolvePath(tree, from, true);
    if (target.kind !== "found" || !isVisible(target.entry)) {
      const missing = { kind: "missing", path: from, throughLink: false } as const;
      problems.push(problem.unresolved(from, target.kind === "found" ? missing : target));
      return;
    }
    matches++;
    const { entry } = target;
    items.push({ name: entry.path, path: entry.path, what: "record" });
    if (entry.kind === "directory") {
      entries.push({ entry, to: "" });
      addContent(tree, entry.path, "", entries, isVisible);
    } else entries.push({ entry, to: baseName(from) });
  };

  if (isWildcard) {
    walkCandidates(tree, "", path, (entry, relative) => {
      // The classic builder takes a bad pattern for one that matches nothing.
      if (isVisible(entry) && matchFilePath(path, relative) === "match") take(entry.path);
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
    entries,
    problems,
    hashed: items.length === 0 ? { kind: "empty" } : { kind: "list", items },
  };
}

/** The classic client leaves sockets out of the context it sends. */
export function isVisible(entry: FileEntry): boolean {
  return entry.kind !== "socket";
}
