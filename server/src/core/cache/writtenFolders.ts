/**
 * Folders as the state document has them: each part of a folder once, as a text under its digest, and
 * a folder as the digests of its parts. So builds share what they have in common, a manifest with
 * what was sent, and the texts of what did not change are kept.
 */
import {
  type FileNode,
  type FolderNode,
  fileNode,
  type Part,
  type TreeNode,
} from "../context/fileTree.js";
import { endsPart, folderOfParts, plainFolder } from "../context/folder.js";
import type { Digest } from "../host.js";
import { compareBytes } from "../text/paths.js";

/** Digests of parts, a comma between them. */
export type FolderText = string;

interface WrittenPart {
  readonly digest: string;
  readonly text: string;
}

/** What a part was written as, or read from. */
const written = new WeakMap<Part, WrittenPart>();

/** Equal for folders that hold the same, their own names and modes not counted. */
export function folderText(folder: FolderNode, digest: Digest): FolderText {
  return folder.parts.map((part) => writtenPart(part, digest).digest).join(",");
}

function writtenPart(part: Part, digest: Digest): WrittenPart {
  let found = written.get(part);
  if (found === undefined) {
    // What no name can contain is between names and all else.
    const text = part.map((node) => fieldsOf(node, digest).join("/")).join("/");
    found = { digest: digest(text).slice(0, digestLength), text };
    written.set(part, found);
  }
  return found;
}

/** 128 bits: nobody is to find two texts of one digest, but the document is the user's own. */
const digestLength = 32;

const letters: Readonly<Record<FileNode["kind"], string>> = {
  file: "f",
  symlink: "l",
  fifo: "p",
  socket: "s",
  "character-device": "c",
  "block-device": "b",
};

function fieldsOf(node: TreeNode, digest: Digest): readonly (string | number)[] {
  const { name, mode } = node;
  if (node.kind === "directory") return ["d", mode, folderText(node, digest), name];
  const { kind, size, mtimeMs, identity, device } = node;
  const target = node.linkTarget?.replaceAll("/", "\0");
  return [letters[kind], mode, size, mtimeMs, target ?? device ?? identity ?? "", name];
}

/** Texts of all parts of these folders and of what is below them, by digest. */
export function partTexts(
  folders: Iterable<FolderNode>,
  digest: Digest,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const add = (folder: FolderNode): void => {
    for (const part of folder.parts) {
      const found = writtenPart(part, digest);
      if (texts.has(found.digest)) continue;
      texts.set(found.digest, found.text);
      for (const child of part) if (child.kind === "directory") add(child);
    }
  };
  for (const folder of folders) add(folder);
  return texts;
}

/** How many entries these folders have at any depth; those of a part that they share count once. */
export function countShared(folder: FolderNode, counted: Set<Part>): number {
  let count = 0;
  for (const part of folder.parts) {
    if (counted.has(part)) continue;
    counted.add(part);
    count += part.length;
    for (const child of part) {
      if (child.kind === "directory") count += countShared(child, counted);
    }
  }
  return count;
}

/** Reads folders by their texts; null: it is not what is written. */
export type ReadFolder = (text: FolderText) => FolderNode | null;

/** @param texts of parts, by digest. What is equal becomes the same object. */
export function folderReader(texts: ReadonlyMap<string, string>): ReadFolder {
  /** null while a part is being read: one that is in itself is damaged. */
  const known = new Map<string, Part | null>();
  const readPart = (digest: string): Part | null => {
    const found = known.get(digest);
    if (found !== undefined) return found;
    known.set(digest, null);
    const text = texts.get(digest);
    const part = text === undefined ? null : partFrom(text, readNamed);
    if (part !== null && text !== undefined) written.set(part, { digest, text });
    known.set(digest, part);
    return part;
  };
  const readNamed = (text: FolderText, name: string, mode: number): FolderNode | null => {
    const parts: Part[] = [];
    for (const digest of text === "" ? [] : text.split(",")) {
      const before = parts.at(-1)?.at(-1)?.name;
      const part = readPart(digest);
      const first = part?.[0]?.name;
      if (part === null || first === undefined) return null;
      // All but the last part end where a name says.
      const isNext = before === undefined || (endsPart(before) && compareBytes(before, first) < 0);
      if (!isNext) return null;
      parts.push(part);
    }
    return folderOfParts({ ...plainFolder(name), mode }, parts);
  };
  return (text) => readNamed(text, "", plainFolder("").mode);
}

type ReadNamed = (text: FolderText, name: string, mode: number) => FolderNode | null;

const kinds: ReadonlyMap<string, FileNode["kind"]> = new Map(
  (Object.entries(letters) as [FileNode["kind"], string][]).map(([kind, letter]) => [letter, kind]),
);

function partFrom(text: string, readNamed: ReadNamed): Part | null {
  const fields = text.split("/");
  const part: TreeNode[] = [];
  let before: string | null = null;
  for (let at = 0; at < fields.length; ) {
    const isFolder = fields[at] === "d";
    const node: TreeNode | null = isFolder
      ? folderFrom(fields, at, readNamed)
      : fileFrom(fields, at);
    at += isFolder ? 4 : 6;
    if (node === null || node.name === "" || at > fields.length) return null;
    // Nothing but the last ends a part.
    if (before !== null && (endsPart(before) || compareBytes(before, node.name) >= 0)) return null;
    before = node.name;
    part.push(node);
  }
  return part;
}

function folderFrom(
  fields: readonly string[],
  at: number,
  readNamed: ReadNamed,
): FolderNode | null {
  const mode = Number(fields[at + 1]);
  return isCount(mode) ? readNamed(fields[at + 2] ?? "", fields[at + 3] ?? "", mode) : null;
}

function fileFrom(fields: readonly string[], at: number): FileNode | null {
  const kind = kinds.get(fields[at] ?? "");
  const mode = Number(fields[at + 1]);
  const size = Number(fields[at + 2]);
  const mtimeMs = Number(fields[at + 3]);
  const detail = fields[at + 4] ?? "";
  if (kind === undefined || !isCount(mode) || !isCount(size) || !Number.isFinite(mtimeMs)) {
    return null;
  }
  const file = { name: fields[at + 5] ?? "", kind, mode, size, mtimeMs };
  if (kind === "symlink") return fileNode({ ...file, linkTarget: detail.replaceAll("\0", "/") });
  const known = detail === "" ? null : detail;
  return fileNode(kind === "file" ? { ...file, identity: known } : { ...file, device: known });
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
