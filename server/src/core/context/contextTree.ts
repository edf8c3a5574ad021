/** The build context in memory: what the builder can see of a folder, ignored files left out. */
import type { HostError } from "../host.js";
import { baseName, compareBytes, parentPath } from "../text/paths.js";
import { type FileEntry, type FileTree, plainEntry } from "./fileTree.js";

export interface ContextTree extends FileTree {
  readonly root: DirectoryNode;
  /** Entries in the tree, the root not counted. */
  readonly entryCount: number;
  /** Folders that could not be listed and entries that could not be looked at. */
  readonly errors: readonly HostError[];
}

/** One directory. Nodes do not change and are shared by all trees in which they are the same. */
export interface DirectoryNode {
  readonly entry: FileEntry;
  /** Ordered by `compareBytes` of the names. */
  readonly entries: readonly FileEntry[];
  /** The nodes of those entries that are directories, by name. */
  readonly directories: ReadonlyMap<string, DirectoryNode>;
  /** Entries in this directory and below it. */
  readonly entryCount: number;
  /** Why it could not be listed, or some of its entries not looked at. */
  readonly errors: readonly HostError[];
}

/** What a tree knows besides its nodes. */
export interface TreeFacts {
  identityOf(entry: FileEntry): string | null;
  /** Why this file could not be read. */
  fileErrorOf(entry: FileEntry): HostError | null;
  isIgnored(path: string): boolean;
}

/**
 * The entry of a context's root. Its own mode and owner are never part of a digest, so they are
 * fixed; it is a new object each time because digests are remembered by it.
 */
export function rootEntry(): FileEntry {
  return plainEntry("", "directory");
}

/** `children` in any order: files and links as entries, directories as nodes. */
export function directoryNode(
  entry: FileEntry,
  children: readonly (FileEntry | DirectoryNode)[],
  errors: readonly HostError[] = [],
): DirectoryNode {
  const entries: FileEntry[] = [];
  const directories = new Map<string, DirectoryNode>();
  let entryCount = children.length;
  for (const child of children) {
    if (isNode(child)) {
      entries.push(child.entry);
      directories.set(baseName(child.entry.path), child);
      entryCount += child.entryCount;
    } else entries.push(child);
  }
  // All children share their parent's path, so comparing the paths compares the names.
  entries.sort((a, b) => compareBytes(a.path, b.path));
  return { entry, entries, directories, entryCount, errors };
}

/** The tree of a root node. */
export function contextTree(root: DirectoryNode, facts: TreeFacts): ContextTree {
  return {
    root,
    entryCount: root.entryCount,
    errors: errorsOf(root),
    lookup: (path) => lookup(root, path),
    list: (path) => nodeAt(root, path)?.entries ?? [],
    identityOf: (entry) => facts.identityOf(entry),
    errorOf: (entry) =>
      entry.kind === "directory"
        ? (nodeAt(root, entry.path)?.errors[0] ?? null)
        : facts.fileErrorOf(entry),
    isIgnored: (path) => facts.isIgnored(path),
  };
}

/** The node of the directory at `path`; null when there is none. */
export function nodeAt(root: DirectoryNode, path: string): DirectoryNode | null {
  if (path === "") return root;
  let node: DirectoryNode | undefined = root;
  for (let start = 0; start <= path.length; ) {
    const slash = path.indexOf("/", start);
    const end = slash < 0 ? path.length : slash;
    node = node.directories.get(path.slice(start, end));
    if (node === undefined) return null;
    start = end + 1;
  }
  return node;
}

/**
 * The same tree with something else at `path` (never ""), or nothing (null). Every directory above
 * it becomes a new node with a new entry, as `FileTree` promises; the rest is shared.
 * Unchanged when the directory that should hold it is not there.
 */
export function replaceAt(
  root: DirectoryNode,
  path: string,
  replacement: FileEntry | DirectoryNode | null,
): DirectoryNode {
  const parent = parentPath(path);
  const node = nodeAt(root, parent);
  if (node === null) return root;
  const children = node.entries
    .filter((entry) => entry.path !== path)
    .map((entry) => node.directories.get(baseName(entry.path)) ?? entry);
  if (replacement !== null) children.push(replacement);
  const errors = node.errors.filter((error) => error.path !== path);
  const changed = directoryNode({ ...node.entry }, children, errors);
  return parent === "" ? changed : replaceAt(root, parent, changed);
}

export function isNode(child: FileEntry | DirectoryNode): child is DirectoryNode {
  return "entry" in child;
}

function lookup(root: DirectoryNode, path: string): FileEntry | null {
  if (path === "") return root.entry;
  const entries = nodeAt(root, parentPath(path))?.entries ?? [];
  let low = 0;
  let high = entries.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry === undefined) return null;
    const order = compareBytes(entry.path, path);
    if (order === 0) return entry;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return null;
}

function errorsOf(node: DirectoryNode): readonly HostError[] {
  return [...node.errors, ...[...node.directories.values()].flatMap((child) => errorsOf(child))];
}
