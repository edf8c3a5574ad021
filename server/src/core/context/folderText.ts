/**
 * Folders as texts, for the state document: each part of a folder once, under the digest of its
 * text, and a folder as the digests of its parts. So builds share what they have in common, and the
 * texts of what did not change are kept. What a document has is read when somebody looks into it:
 * whether it is as a folder is by now, the digests tell.
 */

import type { Digest } from "../host.js";
import { append } from "../text/longLists.js";
import { type FileNode, type FolderNode, fileNode, type Part, type TreeNode } from "./fileTree.js";
import { type FolderHeader, plainFolder } from "./folder.js";
import { isReadPart, markRead } from "./readFiles.js";

/** The texts of a document, by their digests. */
export interface FolderTexts {
  has(name: string): boolean;
  /** "/", the text of no entries: there is none. */
  get(name: string): string;
  /** The digests of the parts of the folders in it. */
  below(name: string): readonly string[];
  /** Characters, or what comes near them. */
  lengthOf(name: string): number;
}

/** Takes the texts of a document that is being written, each once. */
export interface TextSink {
  has(name: string): boolean;
  add(name: string, text: string): void;
  /** One that an earlier document has. */
  copy(name: string, from: FolderTexts): void;
}

/** The digest of the text of a part. The text itself is made where it is needed, which is seldom. */
const names = new WeakMap<Part, string>();

/** A folder of a document. */
interface Kept {
  /** Of its parts. */
  readonly digests: readonly string[];
  readonly document: FolderDocument;
}

const kept = new WeakMap<FolderNode, Kept>();

/** True for a folder of a document: to look into it is to read it. */
export function isKept(folder: FolderNode): boolean {
  return kept.has(folder);
}

/**
 * The digests of its parts and its sums: equal for folders that hold the same, their own names and
 * modes not counted.
 */
export function folderText(folder: FolderNode, digest: Digest): string {
  const { entryCount, fileCount, socketCount, bytes } = folder;
  const digests = digestsOf(folder, digest).join(",");
  return [digests, entryCount, fileCount, socketCount, bytes].join("/");
}

function digestsOf(folder: FolderNode, digest: Digest): readonly string[] {
  return kept.get(folder)?.digests ?? folder.parts.map((part) => nameOf(part, digest));
}

function nameOf(part: Part, digest: Digest): string {
  return names.get(part) ?? nameByText(part, textOf(part, digest), digest);
}

function nameByText(part: Part, text: string, digest: Digest): string {
  const name = shortDigest(text, digest);
  names.set(part, name);
  return name;
}

/**
 * First the digests of the parts of its folders, a comma between them, then all fields of its
 * entries in their order: what no name can contain is between them.
 */
function textOf(part: Part, digest: Digest): string {
  const digests: string[] = [];
  let fields = "";
  for (const node of part) {
    if (node.kind !== "directory") {
      fields += fileFields(node);
      continue;
    }
    const own = digestsOf(node, digest);
    append(digests, own);
    const { name, mode, entryCount, fileCount, socketCount, bytes } = node;
    fields += `/d/${mode}/${own.length}/${entryCount}/${fileCount}/${socketCount}/${bytes}/${name}`;
  }
  return digests.join(",") + (fields || "/");
}

/** A walk over a large context makes them of each file. */
function fileFields({ kind, name, mode, size, mtimeMs, identity, device, linkTarget }: FileNode) {
  const target = linkTarget?.replaceAll("/", "\0");
  return `/${letters[kind]}/${mode}/${size}/${mtimeMs}/${target ?? device ?? identity ?? ""}/${name}`;
}

const letters: Readonly<Record<FileNode["kind"], string>> = {
  file: "f",
  symlink: "l",
  fifo: "p",
  socket: "s",
  "character-device": "c",
  "block-device": "b",
};

/** 128 bits: no two texts of a user have one digest. */
function shortDigest(text: string, digest: Digest): string {
  return digest(text).slice(0, 32);
}

/**
 * Adds the texts of all parts of a folder and of what is below it, by digest; what is there already
 * is there with all that is below it.
 *
 * @param known a document: what it has is not made again
 */
export function addTexts(
  folder: FolderNode,
  digest: Digest,
  sink: TextSink,
  known: FolderTexts | null = null,
): void {
  const source = kept.get(folder);
  if (source !== undefined) {
    for (const name of source.digests) copyTexts(source.document.texts, name, sink);
    return;
  }
  for (const part of folder.parts) {
    const name = names.get(part);
    if (name !== undefined && isAdded(name, sink, known)) continue;
    // Those below first: the digest of this one has theirs in it.
    for (const child of part) if (child.kind === "directory") addTexts(child, digest, sink, known);
    const text = textOf(part, digest);
    const own = name ?? nameByText(part, text, digest);
    if (!isAdded(own, sink, known)) sink.add(own, text);
  }
}

/** True where there is nothing to add any more. */
function isAdded(name: string, sink: TextSink, known: FolderTexts | null): boolean {
  if (sink.has(name)) return true;
  if (known?.has(name) !== true) return false;
  copyTexts(known, name, sink);
  return true;
}

function copyTexts(from: FolderTexts, name: string, sink: TextSink): void {
  if (sink.has(name) || !from.has(name)) return;
  sink.copy(name, from);
  for (const below of from.below(name)) copyTexts(from, below, sink);
}

/** The digests of the parts of the folders in a part. */
function digestsIn(text: string): readonly string[] {
  const end = text.indexOf("/");
  return end <= 0 ? [] : text.slice(0, end).split(",");
}

/** The parts of two folders that differ, each in order. */
export interface DifferingParts {
  readonly a: readonly Part[];
  readonly b: readonly Part[];
}

/** What may differ in two folders by their texts: of a folder of a document no more is read. */
export function differingParts(a: FolderNode, b: FolderNode, digest: Digest): DifferingParts {
  const areOpen = !isKept(a) && !isKept(b);
  // To compare what is in one part costs less than to digest it.
  if (areOpen && a.parts.length <= 1 && b.parts.length <= 1)
    return a.parts[0] === b.parts[0] ? { a: [], b: [] } : { a: a.parts, b: b.parts };
  const inOther = new Set(areOpen ? b.parts : []);
  const shared = new Set(areOpen ? a.parts.filter((part) => inOther.has(part)) : []);
  const inA = textsOf(a, shared, digest);
  const inB = textsOf(b, shared, digest);
  return { a: partsBut(a, inA, inB), b: partsBut(b, inB, inA) };
}

/** The digests of parts, and where each is in its folder. What is not read is like nothing: its number. */
type Texts = ReadonlyMap<string | number, number>;

function textsOf(folder: FolderNode, shared: ReadonlySet<Part>, digest: Digest): Texts {
  const names = kept.get(folder)?.digests;
  if (names !== undefined) return new Map(names.map((name, at) => [name, at]));
  return new Map(
    folder.parts.flatMap((part, at): readonly (readonly [string | number, number])[] =>
      shared.has(part) ? [] : [[isReadPart(part) ? nameOf(part, digest) : at, at]],
    ),
  );
}

function partsBut(folder: FolderNode, texts: Texts, others: Texts): readonly Part[] {
  const source = kept.get(folder);
  return [...texts].flatMap(([text, at]): readonly Part[] => {
    if (typeof text === "string" && others.has(text)) return [];
    const part =
      source === undefined ? folder.parts[at] : partOf(source.document, source.digests[at] ?? "");
    return part === undefined ? [] : [part];
  });
}

/** The texts of a document, and what was read of them. */
interface FolderDocument {
  readonly texts: FolderTexts;
  readonly digest: Digest;
  readonly parts: Map<string, Part>;
}

/** Gives the folders of a document by their texts; null: it has none. */
export type ReadFolder = (text: string) => FolderNode | null;

/** @param texts what `addTexts` gave; nobody has to have looked whether they are what they were */
export function folderReader(texts: FolderTexts, digest: Digest): ReadFolder {
  const document: FolderDocument = { texts, digest, parts: new Map() };
  return (text) => {
    const [digests = "", ...sums] = text.split("/");
    const names = digests === "" ? [] : digests.split(",");
    const isThere = names.every((name) => texts.has(name)) && sums.length === 4;
    const counts = sums.map(Number);
    if (!isThere || !counts.every(isCount)) return null;
    return keptFolder(plainFolder(""), counts, names, document);
  };
}

function keptFolder(
  { name, mode, uid, gid }: FolderHeader,
  [entryCount = 0, fileCount = 0, socketCount = 0, bytes = 0]: readonly number[],
  digests: readonly string[],
  document: FolderDocument,
): FolderNode {
  let parts: readonly Part[] | null = null;
  const folder: FolderNode = {
    name,
    kind: "directory",
    mode,
    uid,
    gid,
    get parts() {
      parts ??= digests.map((one) => partOf(document, one));
      return parts;
    },
    entryCount,
    fileCount,
    socketCount,
    bytes,
    errors: [],
    errorCount: 0,
  };
  kept.set(folder, { digests, document });
  markRead(folder);
  return folder;
}

function partOf(document: FolderDocument, name: string): Part {
  let part = document.parts.get(name);
  if (part === undefined) {
    const text = document.texts.get(name);
    // What has the digest that leads to it leads back to nothing above it.
    part = shortDigest(text, document.digest) === name ? partFrom(text, document) : [];
    names.set(part, name);
    document.parts.set(name, part);
  }
  return part;
}

/** What only somebody else can have written is left out. */
function partFrom(text: string, document: FolderDocument): Part {
  const digests = digestsIn(text);
  const fields = text.slice(text.indexOf("/") + 1).split("/");
  const part: TreeNode[] = [];
  let at = 0;
  let used = 0;
  const count = (): number => {
    const value = Number(fields[at++]);
    return isCount(value) ? value : 0;
  };
  const next = (): string => fields[at++] ?? "";
  while (at < fields.length) {
    const letter = next();
    const kind = kinds.get(letter);
    if (kind !== undefined) {
      const [mode, size, mtimeMs] = [count(), count(), Number(next())];
      part.push(fileFrom(kind, mode, size, mtimeMs, next(), next()));
    } else if (letter === "d") {
      const mode = count();
      const own = digests.slice(used, used + count());
      used += own.length;
      const sums = [count(), count(), count(), count()];
      part.push(keptFolder({ ...plainFolder(next()), mode }, sums, own, document));
    } else break;
  }
  return part;
}

const kinds: ReadonlyMap<string, FileNode["kind"]> = new Map(
  // The names of a record that is exhaustive.
  (Object.entries(letters) as [FileNode["kind"], string][]).map(([kind, letter]) => [letter, kind]),
);

function fileFrom(
  kind: FileNode["kind"],
  mode: number,
  size: number,
  mtimeMs: number,
  detail: string,
  name: string,
): FileNode {
  const file = { name, kind, mode, size, mtimeMs };
  if (kind === "symlink") return fileNode({ linkTarget: detail.replaceAll("\0", "/"), ...file });
  const known = detail === "" ? null : detail;
  return fileNode(kind === "file" ? { identity: known, ...file } : { device: known, ...file });
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
