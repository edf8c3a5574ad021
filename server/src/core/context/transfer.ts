/**
 * What BuildKit's engine holds of a build context from the last build: the client sends only files
 * whose stat differs from that, so an edit that keeps size and time is not noticed, nor is a new
 * mode of a directory that was sent before. Source: fsutil, diff_containerd.go `sameFile`,
 * diskwriter.go `HandleChange`; BuildKit, source/local (`sharedKey`).
 */
import type { FileEntry, FileKind, FileTree } from "./fileTree.js";

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

/** What the engine holds of one context; BuildKit tells contexts apart by the folder's name. */
export type Transfer = readonly SentEntry[];

const indexes = new WeakMap<Transfer, ReadonlyMap<string, SentEntry>>();
const wrappers = new WeakMap<Transfer, WeakMap<FileEntry, FileEntry>>();

/** The tree as the engine sees it once `tree` has been sent on top of `transfer`. */
export function transferredTree(tree: FileTree, transfer: Transfer): FileTree {
  let index = indexes.get(transfer);
  if (index === undefined) {
    index = new Map(transfer.map((sent) => [sent[0], sent]));
    indexes.set(transfer, index);
  }
  // One object for one entry, however often the tree is renewed: digests are remembered by it.
  let seen = wrappers.get(transfer);
  if (seen === undefined) {
    seen = new WeakMap();
    wrappers.set(transfer, seen);
  }
  const sentBefore = index;
  const entries = seen;
  const originals = new WeakMap<FileEntry, FileEntry>();
  const wrap = (entry: FileEntry): FileEntry => {
    let wrapped = entries.get(entry);
    if (wrapped === undefined) {
      const sent = sentBefore.get(entry.path);
      const keepsMode = entry.kind === "directory" && sent?.[1] === "directory";
      wrapped = { ...entry, mode: keepsMode ? sent[2] : entry.mode };
      entries.set(entry, wrapped);
    }
    originals.set(wrapped, entry);
    return wrapped;
  };
  return {
    lookup(path) {
      const entry = tree.lookup(path);
      return entry === null ? null : wrap(entry);
    },
    list: (path) => tree.list(path).map(wrap),
    identityOf(entry) {
      const sent = sentBefore.get(entry.path);
      if (sent !== undefined && isSame(entry, sent)) return sent[6];
      return tree.identityOf(originals.get(entry) ?? entry);
    },
    errorOf: (entry) => tree.errorOf(originals.get(entry) ?? entry),
    isIgnored: (path) => tree.isIgnored(path),
  };
}

/** The client does not send a file again that has this stat. */
function isSame(entry: FileEntry, [, kind, mode, size, mtimeMs, linkTarget]: SentEntry): boolean {
  return (
    entry.kind === kind &&
    entry.mode === mode &&
    entry.size === size &&
    entry.mtimeMs === mtimeMs &&
    (entry.linkTarget ?? "") === linkTarget
  );
}

/** What the engine holds after a build that took these paths of `tree`; "" takes all. */
export function sendPaths(tree: FileTree, paths: Iterable<string>): Transfer {
  const sent = new Map<string, SentEntry>();
  const add = (entry: FileEntry): void => {
    if (entry.path === "" || sent.has(entry.path)) return;
    const identity = entry.kind === "file" ? tree.identityOf(entry) : "";
    // A file that no step needed was not hashed: it counts as not sent.
    if (identity === null) return;
    sent.set(entry.path, [
      entry.path,
      entry.kind,
      entry.mode,
      entry.size,
      entry.mtimeMs,
      entry.linkTarget ?? "",
      identity,
    ]);
  };
  const addBelow = (path: string): void => {
    for (const entry of tree.list(path)) {
      add(entry);
      if (entry.kind === "directory") addBelow(entry.path);
    }
  };
  for (const path of paths) {
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
      const parent = tree.lookup(path.slice(0, at));
      if (parent !== null) add(parent);
    }
    const entry = tree.lookup(path);
    if (entry === null) continue;
    add(entry);
    if (entry.kind === "directory") addBelow(entry.path);
  }
  return [...sent.values()];
}
