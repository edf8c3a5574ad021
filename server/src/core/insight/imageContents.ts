/**
 * What each layer of a built image adds, changes and removes, and the bytes that are in it for nothing:
 * those of files that a later layer replaces or removes. They are pulled and stored all the same.
 */
import type { ContentChange, ImageContents, LayerContents } from "../image/layerContents.js";
import type { LayerEntry } from "../image/layerEntry.js";

/** The bytes of a file, which several names may lead to. */
interface Content {
  readonly bytes: number;
  readonly layer: number;
  names: number;
}

/** A name in the file system of the image so far. */
interface Node {
  readonly layer: number;
  /** null: a folder that no layer names, only what lies in it. */
  readonly entry: LayerEntry | null;
  readonly content: Content | null;
  /** Empty but of a folder. */
  readonly children: Map<string, Node>;
}

/**
 * In steps, since an image may hold hundreds of thousands of files.
 * @param layers the entries of each, from the bottom up
 */
export function* imageContents(
  layers: readonly (readonly LayerEntry[])[],
): Generator<void, ImageContents> {
  const root = folderNode(0, null);
  const wasted = layers.map(() => 0);
  const drop = (node: Node): void => {
    if (node.content !== null && --node.content.names === 0)
      wasted[node.content.layer] = (wasted[node.content.layer] ?? 0) + node.content.bytes;
    for (const child of node.children.values()) drop(child);
  };
  const told: Omit<LayerContents, "wasted">[] = [];
  for (const [layer, entries] of layers.entries())
    told.push(yield* changesOf(root, entries, layer, drop));
  return { layers: told.map((one, layer) => ({ ...one, wasted: wasted[layer] ?? 0 })) };
}

function folderNode(layer: number, entry: LayerEntry | null): Node {
  return { layer, entry, content: null, children: new Map() };
}

function isFolder(node: Node): boolean {
  return node.entry === null || node.entry.kind === "directory";
}

/** Lays a layer over the root. What it removes lies below it: its own files stay, in whatever order they come. */
function* changesOf(
  root: Node,
  entries: readonly LayerEntry[],
  layer: number,
  drop: (node: Node) => void,
): Generator<void, Omit<LayerContents, "wasted">> {
  const removed = new Map<string, Node>();
  for (const { path, kind } of entries) {
    if (kind === "removed") take(root, path, removed);
    if (kind !== "emptied") continue;
    const folder = nodeAt(root, path);
    for (const name of [...(folder?.children.keys() ?? [])]) take(root, below(path, name), removed);
  }
  const before = (path: string): Node | null => nodeAt(root, path) ?? removedAt(removed, path);
  const changes = new Map<string, ContentChange>();
  let bytes = 0;
  for (const [at, entry] of entries.entries()) {
    if (at % stepEntries === 0) yield;
    const { path, kind } = entry;
    if (kind === "removed" || kind === "emptied" || path === "") continue;
    const old = before(path);
    const node = nodeOf(entry, layer, root);
    const own = node.content?.layer === layer && kind === "file" ? node.content.bytes : 0;
    bytes += own;
    const change = changeOf(entry, old, own, layer, changes.get(path));
    if (change !== null) changes.set(path, change);
    put(root, node, path, layer, drop);
  }
  for (const [path, node] of removed) {
    for (const gone of leftOut(path, node, nodeAt(root, path))) changes.set(gone.path, gone);
    drop(node);
  }
  const sorted = [...changes.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { changes: sorted, bytes };
}

/** Entries between two moments for other work. */
const stepEntries = 500;

function below(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function nodeAt(root: Node, path: string): Node | null {
  let node: Node | undefined = root;
  if (path === "") return root;
  for (const name of path.split("/")) node = node?.children.get(name);
  return node ?? null;
}

/** Takes what is at a path out of the image. */
function take(root: Node, path: string, into: Map<string, Node>): void {
  const [folder, name] = parted(path);
  const parent = nodeAt(root, folder);
  const node = parent?.children.get(name);
  if (node === undefined) return;
  parent?.children.delete(name);
  into.set(path, node);
}

function parted(path: string): readonly [folder: string, name: string] {
  const at = path.lastIndexOf("/");
  return [path.slice(0, Math.max(at, 0)), path.slice(at + 1)];
}

/** What lay at a path before this layer took it, or a folder above it, away. */
function removedAt(removed: ReadonlyMap<string, Node>, path: string): Node | null {
  if (removed.size === 0) return null;
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    const node = removed.get(path.slice(0, end));
    if (node !== undefined) return end === path.length ? node : nodeAt(node, path.slice(end + 1));
  }
  return null;
}

function nodeOf(entry: LayerEntry, layer: number, root: Node): Node {
  if (entry.kind === "directory") return folderNode(layer, entry);
  const shared = entry.kind === "hard-link" ? nodeAt(root, entry.linkTarget ?? "")?.content : null;
  const content = entry.kind === "file" ? { bytes: entry.size, layer, names: 0 } : (shared ?? null);
  return { layer, entry, content, children: new Map() };
}

/** Lays a name over what is there; a folder over a folder leaves what lies in it. */
function put(root: Node, node: Node, path: string, layer: number, drop: (node: Node) => void) {
  const names = path.split("/");
  const last = names.pop() ?? "";
  let parent = root;
  for (const name of names) {
    let next = parent.children.get(name);
    if (next === undefined || !isFolder(next)) {
      if (next !== undefined) drop(next);
      next = folderNode(layer, null);
      parent.children.set(name, next);
    }
    parent = next;
  }
  const old = parent.children.get(last);
  if (node.content !== null) node.content.names++;
  if (old !== undefined && isFolder(old) && isFolder(node)) {
    parent.children.set(last, { ...node, children: old.children });
    return;
  }
  if (old !== undefined) drop(old);
  parent.children.set(last, node);
}

/** null: nothing of it is another than below. A builder names each folder above what it changes. */
function changeOf(
  entry: LayerEntry,
  old: Node | null,
  bytes: number,
  layer: number,
  own: ContentChange | undefined,
): ContentChange | null {
  // A name that comes twice in a layer is what it is last.
  if (old !== null && old.layer === layer && own !== undefined) return { ...own, entry, bytes };
  const isFolderNow = entry.kind === "directory";
  const change = { path: entry.path, isFolder: isFolderNow, entry, bytes, files: 1 };
  if (old === null) return { ...change, kind: "added", bytesBefore: null, isSameBytes: false };
  const before = old.entry;
  if (isFolderNow && isFolder(old) && (before === null || isSameNode(entry, before))) return null;
  const isSameBytes = entry.identity !== null && entry.identity === before?.identity;
  return { ...change, kind: "changed", bytesBefore: old.content?.bytes ?? null, isSameBytes };
}

function isSameNode(a: LayerEntry, b: LayerEntry): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}

/** What was taken away and did not come again, in as few names as say it. */
function* leftOut(path: string, node: Node, now: Node | null): Generator<ContentChange> {
  if (now === null) {
    const { files, bytes } = sumOf(node);
    const folder = isFolder(node);
    yield {
      path,
      kind: "removed",
      isFolder: folder,
      entry: null,
      bytes,
      files,
      bytesBefore: null,
      isSameBytes: false,
    };
    return;
  }
  for (const [name, child] of node.children)
    yield* leftOut(below(path, name), child, now.children.get(name) ?? null);
}

function sumOf(node: Node): { readonly files: number; readonly bytes: number } {
  let [files, bytes] = [isFolder(node) ? 0 : 1, node.content?.bytes ?? 0];
  for (const child of node.children.values()) {
    const inside = sumOf(child);
    files += inside.files;
    bytes += inside.bytes;
  }
  return { files, bytes };
}

/** Bytes that are in the image for nothing; those of its base apart, since only its maker can spare them. */
export interface WastedBytes {
  readonly own: number;
  readonly base: number;
}

/** @param baseLayers how many of the lowest layers come with the base image */
export function wastedBytes({ layers }: ImageContents, baseLayers: number): WastedBytes {
  const sum = (some: readonly LayerContents[]) => some.reduce((all, { wasted }) => all + wasted, 0);
  return { own: sum(layers.slice(baseLayers)), base: sum(layers.slice(0, baseLayers)) };
}

/** A file or a folder in one layer. */
export interface FoundChange {
  readonly layer: number;
  readonly change: ContentChange;
}

/** All that the layers do with a path, from the bottom up: a folder above it may be gone too. */
export function changesAt({ layers }: ImageContents, path: string): readonly FoundChange[] {
  return layers.flatMap(({ changes }, layer) => {
    const found = changes.filter(
      (change) =>
        change.path === path ||
        (path.startsWith(`${change.path}/`) && change.entry?.kind !== "directory"),
    );
    return found.map((change) => ({ layer, change }));
  });
}

/** Hard links to hard links: none leads on for longer. */
const mostLinks = 10;

/**
 * The layer whose copy of a file the image shows; null: it has no such file. A hard link is the file that
 * it leads to; where a symbolic link leads nobody follows.
 */
export function fileAtTop(
  contents: ImageContents,
  path: string,
): { readonly layer: number; readonly path: string } | null {
  let wanted = path;
  for (let links = 0; links < mostLinks; links++) {
    const last = changesAt(contents, wanted).at(-1);
    const entry = last?.change.path === wanted ? last.change.entry : null;
    if (last === undefined || entry === null) return null;
    if (entry.kind !== "hard-link")
      return entry.kind === "file" ? { layer: last.layer, path: wanted } : null;
    wanted = entry.linkTarget ?? "";
  }
  return null;
}

/** How many of what, of the files alone. */
export function changeCounts({
  changes,
}: LayerContents): Readonly<
  Record<ContentChange["kind"], { readonly files: number; readonly bytes: number }>
> {
  const counts = {
    added: { files: 0, bytes: 0 },
    changed: { files: 0, bytes: 0 },
    removed: { files: 0, bytes: 0 },
  };
  for (const change of changes) {
    if (change.isFolder && change.kind !== "removed") continue;
    counts[change.kind].files += change.files;
    counts[change.kind].bytes += change.bytes;
  }
  return counts;
}
