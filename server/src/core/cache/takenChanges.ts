/** Which changed files of a build context a step takes through other stages. */
import type { FileTree } from "../context/fileTree.js";
import { nodeAt } from "../context/folder.js";
import { entriesOf, type Selection } from "../context/selection.js";
import type { PathChange } from "./prediction.js";

/** So many files of a stage are looked at; of more nothing is said. */
const lookedAt = 2_000;

/**
 * Those that a step takes: in a stage a file is known by its bytes, wherever it went.
 * @param taken from the stage; null: not known
 */
export function amongTaken(
  changes: readonly PathChange[],
  taken: Selection | null,
  tree: FileTree,
): readonly PathChange[] {
  const bytes = bytesIn(taken);
  if (bytes === null) return [];
  return changes.filter(({ path }) => {
    const node = nodeAt(tree.root, path);
    return node?.kind === "file" && bytes.has(node.identity ?? "");
  });
}

/** The identities of files; null: too many, or not known. */
function bytesIn(taken: Selection | null): ReadonlySet<string> | null {
  if (taken === null || taken.fileCount > lookedAt) return null;
  const found = new Set<string>();
  for (const source of taken.sources)
    for (const { node } of entriesOf(source))
      if (node.kind === "file" && node.identity !== null) found.add(node.identity);
  return found;
}
