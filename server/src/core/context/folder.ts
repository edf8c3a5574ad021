/** Folders of a tree: making them, looking into them, and changing them without touching the rest. */
import type { HostError } from "../host.js";
import { firstIndex } from "../text/firstIndex.js";
import { keptList } from "../text/keptList.js";
import { compareBytes, joinPath } from "../text/paths.js";
import type { FolderNode, Part, TreeNode } from "./fileTree.js";

/** What a folder is besides its entries. */
export interface FolderHeader {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The header of a folder of root's; as `name` "" that of a tree's root, which is in no digest. */
export function plainFolder(name: string): FolderHeader {
  return { name, mode: 0o755, uid: 0, gid: 0 };
}

const noErrors = keptList<HostError>([]);

/** `children` in any order, each name once. */
export function folderNode(
  header: FolderHeader,
  children: Iterable<TreeNode>,
  errors: readonly HostError[] = noErrors,
): FolderNode {
  const sorted = [...children].sort((a, b) => compareBytes(a.name, b.name));
  return folderOfParts(header, inParts(sorted), errors);
}

/** Parts as `inParts` makes them. */
export function folderOfParts(
  header: FolderHeader,
  parts: readonly Part[],
  errors: readonly HostError[] = noErrors,
): FolderNode {
  const sums = { ...noSums, errorCount: errors.length };
  for (const part of parts) for (const child of part) count(sums, child, 1);
  return folder(header, parts, sums, errors);
}

/** The same folder under another header and with other nodes of the same names, kinds and sizes. */
export function withParts(
  before: FolderNode,
  header: FolderHeader,
  parts: readonly Part[],
): FolderNode {
  return folder(header, parts, before, before.errors);
}

interface Sums {
  entryCount: number;
  fileCount: number;
  socketCount: number;
  bytes: number;
  errorCount: number;
}

const noSums: Sums = { entryCount: 0, fileCount: 0, socketCount: 0, bytes: 0, errorCount: 0 };

export const emptyFolder: FolderNode = folder(plainFolder(""), [], noSums, []);

/** @param times 1 to add, -1 to take away */
function count(sums: Sums, child: TreeNode, times: 1 | -1): void {
  sums.entryCount += times;
  if (child.kind === "directory") {
    sums.entryCount += times * child.entryCount;
    sums.fileCount += times * child.fileCount;
    sums.socketCount += times * child.socketCount;
    sums.bytes += times * child.bytes;
    sums.errorCount += times * child.errorCount;
    return;
  }
  sums.fileCount += times;
  sums.bytes += times * child.size;
  if (child.kind === "socket") sums.socketCount += times;
}

/** Field by field: all folders are of one shape. */
function folder(
  { name, mode, uid, gid }: FolderHeader,
  parts: readonly Part[],
  { entryCount, fileCount, socketCount, bytes, errorCount }: Sums,
  errors: readonly HostError[],
): FolderNode {
  return {
    name,
    kind: "directory",
    mode,
    uid,
    gid,
    parts,
    entryCount,
    fileCount,
    socketCount,
    bytes,
    errors,
    errorCount,
  };
}

/** Cuts a folder's sorted entries into its parts. */
export function inParts(sorted: readonly TreeNode[]): readonly Part[] {
  const parts: Part[] = [];
  let start = 0;
  for (let at = 0; at < sorted.length; at++) {
    if (at + 1 < sorted.length && !endsPart(sorted[at]?.name ?? "")) continue;
    parts.push(keptList(sorted.slice(start, at + 1)));
    start = at + 1;
  }
  return keptList(parts);
}

/** One name of 512 ends a part: most folders have one. A hash of FNV's kind, with the bits mixed. */
export function endsPart(name: string): boolean {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> 23 === 0;
}

export function* childrenOf({ parts }: FolderNode): Generator<TreeNode, void, undefined> {
  for (const part of parts) yield* part;
}

/** The part in which a name stands, if it is there. */
export function partOf({ parts }: FolderNode, name: string): Part | null {
  return parts[firstIndex(parts, (part) => isBehind(part, name))] ?? null;
}

export function childOf(folder: FolderNode, name: string): TreeNode | null {
  const part = partOf(folder, name);
  if (part === null) return null;
  const child = part[firstIndex(part, (other) => compareBytes(other.name, name) >= 0)];
  return child?.name === name ? child : null;
}

/** True where a name stands in a part or before it. */
function isBehind(part: Part, name: string): boolean {
  return compareBytes(part.at(-1)?.name ?? "", name) >= 0;
}

/** What stands at a path below a folder, itself at ""; null: nothing. No link is followed. */
export function nodeAt(root: FolderNode, path: string): TreeNode | null {
  if (path === "") return root;
  let node: TreeNode = root;
  for (let start = 0; start <= path.length; ) {
    if (node.kind !== "directory") return null;
    const slash = path.indexOf("/", start);
    const end = slash < 0 ? path.length : slash;
    const child = childOf(node, path.slice(start, end));
    if (child === null) return null;
    node = child;
    start = end + 1;
  }
  return node;
}

/** The folder at a path below a folder; null: there is none. */
export function folderAt(root: FolderNode, path: string): FolderNode | null {
  const node = nodeAt(root, path);
  return node?.kind === "directory" ? node : null;
}

/**
 * A folder with other entries (null: none any more) by their names. Parts without a change are
 * shared, so that it costs the parts that changed and a copy of the list of parts.
 */
export function withChildren(
  before: FolderNode,
  changes: ReadonlyMap<string, TreeNode | null>,
  header: FolderHeader = before,
  errors: readonly HostError[] = before.errors,
): FolderNode {
  const [first] = changes;
  if (first !== undefined && changes.size === 1) {
    const replaced = withOneReplaced(before, ...first, header, errors);
    if (replaced !== null) return replaced;
  }
  const sums = sumsOf(before);
  sums.errorCount += errors.length - before.errors.length;
  const names = [...changes.keys()].sort(compareBytes);
  const parts: Part[] = [];
  let open: TreeNode[] = [];
  let next = 0;
  const put = (child: TreeNode): void => {
    open.push(child);
    if (!endsPart(child.name)) return;
    parts.push(open);
    open = [];
  };
  /** What is put at the next name that changes. */
  const change = (old: TreeNode | undefined): void => {
    const now = changes.get(names[next++] ?? "") ?? null;
    if (old !== undefined) count(sums, old, -1);
    if (now === null) return;
    count(sums, now, 1);
    put(now);
  };
  for (const [at, part] of before.parts.entries()) {
    const name = names[next];
    const isLast = at === before.parts.length - 1;
    const isTouched = name !== undefined && (isLast || isBehind(part, name));
    if (!isTouched && open.length === 0) {
      parts.push(part);
      continue;
    }
    for (const child of part) {
      let order = 1;
      for (;;) {
        const name = names[next];
        order = name === undefined ? 1 : compareBytes(name, child.name);
        if (order >= 0) break;
        change(undefined);
      }
      if (order === 0) change(child);
      else put(child);
    }
  }
  while (next < names.length) change(undefined);
  if (open.length > 0) parts.push(open);
  return folder(header, parts, sums, errors);
}

/** With another node at a name that is there, as in each folder above a change; null: it is not there. */
function withOneReplaced(
  before: FolderNode,
  name: string,
  now: TreeNode | null,
  header: FolderHeader,
  errors: readonly HostError[],
): FolderNode | null {
  if (now === null || now.name !== name) return null;
  const at = firstIndex(before.parts, (part) => isBehind(part, name));
  const part = before.parts[at];
  if (part === undefined) return null;
  const nth = firstIndex(part, (other) => compareBytes(other.name, name) >= 0);
  const old = part[nth];
  if (old?.name !== name) return null;
  const sums = sumsOf(before);
  sums.errorCount += errors.length - before.errors.length;
  count(sums, old, -1);
  count(sums, now, 1);
  return folder(header, before.parts.with(at, part.with(nth, now)), sums, errors);
}

function sumsOf({ entryCount, fileCount, socketCount, bytes, errorCount }: FolderNode): Sums {
  return { entryCount, fileCount, socketCount, bytes, errorCount };
}

/**
 * A tree with something else at these paths (never ""), or nothing (null). Every folder above them
 * is copied once, the rest is shared; what would stand in a folder that is not there is left out.
 * Of two paths none lies below the other. An entry that was put has no error any more.
 */
export function replaceAll(
  root: FolderNode,
  replacements: ReadonlyMap<string, TreeNode | null>,
): FolderNode {
  const work = replacing(root, replacements);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** The same a folder at a time, for whoever has many. */
export function* replacing(
  root: FolderNode,
  replacements: ReadonlyMap<string, TreeNode | null>,
): Generator<void, FolderNode> {
  const top: Branch = new Map();
  for (const [path, replacement] of replacements) {
    const names = path.split("/");
    const last = names.pop() ?? "";
    let branch = top;
    for (const name of names) {
      const inside = branch.get(name);
      if (inside instanceof Map) branch = inside;
      else {
        const made: Branch = new Map();
        branch.set(name, made);
        branch = made;
      }
    }
    branch.set(last, replacement);
  }
  yield;
  return yield* replaced(root, top);
}

/** By name: what is put there, or what changes below it. */
type Branch = Map<string, TreeNode | null | Branch>;

function* replaced(before: FolderNode, branch: Branch): Generator<void, FolderNode> {
  const changes = new Map<string, TreeNode | null>();
  for (const [name, change] of branch) {
    const child = childOf(before, name);
    let now: TreeNode | null;
    if (!(change instanceof Map)) now = change;
    else if (child?.kind === "directory") now = yield* replaced(child, change);
    else continue;
    if (now !== child) changes.set(name, now);
  }
  yield;
  if (changes.size === 0) return before;
  const errors = before.errors.filter(({ path }) => !changes.has(path));
  return withChildren(
    before,
    changes,
    before,
    errors.length === before.errors.length ? before.errors : errors,
  );
}

/** The same folder with an error more, of an entry by its name, or with other errors. */
export function withErrors(before: FolderNode, errors: readonly HostError[]): FolderNode {
  return withChildren(before, new Map(), before, errors);
}

/** All that could not be listed or looked at, with paths relative to the root. */
export function errorsIn(root: FolderNode): readonly HostError[] {
  const found: HostError[] = [];
  const walk = (node: FolderNode, path: string): void => {
    if (node.errorCount === 0) return;
    for (const error of node.errors) found.push({ ...error, path: joinPath(path, error.path) });
    for (const child of childrenOf(node)) {
      if (child.kind === "directory") walk(child, joinPath(path, child.name));
    }
  };
  walk(root, "");
  return found;
}
