/** What an engine holds of a context, as the state document has it: a list of all that was sent. */
import type { FileKind } from "../context/fileTree.js";
import { type ListedFile, listedTree } from "../context/listedTree.js";
import { entriesBelow } from "../context/selection.js";
import type { Transfer } from "../context/transfer.js";

/** One entry as it was sent. `identity` is empty for everything but regular files. */
export type SentEntry = readonly [
  path: string,
  kind: FileKind,
  mode: number,
  size: number,
  mtimeMs: number,
  linkTarget: string,
  identity: string,
];

export function writeTransfer(sent: Transfer): readonly SentEntry[] {
  return [...entriesBelow(sent, "", "")].map(({ path, node }) =>
    node.kind === "directory"
      ? [path, node.kind, node.mode, 0, 0, "", ""]
      : [
          path,
          node.kind,
          node.mode,
          node.size,
          node.mtimeMs,
          node.linkTarget ?? "",
          node.identity ?? "",
        ],
  );
}

export function readTransfer(entries: readonly SentEntry[]): Transfer {
  const files = entries.map(
    ([path, kind, mode, size, mtimeMs, linkTarget, identity]): ListedFile => ({
      ...{ path, kind, mode, size, mtimeMs },
      ...(kind === "symlink" ? { linkTarget } : {}),
      ...(kind === "file" ? { identity } : {}),
    }),
  );
  return listedTree(files).root;
}

export function isSentEntry(value: unknown): value is SentEntry {
  return (
    Array.isArray(value) &&
    value.length === 7 &&
    value.every((part, i) => typeof part === (i >= 2 && i <= 4 ? "number" : "string"))
  );
}
