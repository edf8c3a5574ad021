/** Digests of files and folders as BuildKit tells them apart, remembered by folder and by part. */
import type { Digest, HostError } from "../host.js";
import { baseName, joinPath } from "../text/paths.js";
import type { FileNode, FolderNode, Part, TreeNode } from "./fileTree.js";
import { childOf } from "./folder.js";
import { pairMemory } from "./pairMemory.js";
import type { HashedItem, HashedPart } from "./selection.js";
import { emptySequence, joined, type Sequence, sequenceOf, sequenceText } from "./sequence.js";

/** What one walk over a selection found out. A part or record is null while something is missing. */
export interface DigestWork {
  readonly digest: Digest;
  /** Files whose bytes must be known first. */
  readonly needed: Set<string>;
  /** By path. */
  readonly errors: Map<string, HostError>;
}

export function buildkitPart(work: DigestWork, part: HashedPart): string | null {
  switch (part.kind) {
    case "empty":
      return "";
    case "record":
      return recordOf(work, part.node, part.path);
    case "header":
      return headerOf(part.node, "");
    case "list": {
      if (!part.byPath) return namesRecord(work, part.items);
      const lines: string[] = [];
      let complete = true;
      for (const { name, path, node, what } of part.items) {
        const record = what === "header" ? headerOf(node, "") : recordOf(work, node, path);
        if (record === null) complete = false;
        else lines.push(name, record);
      }
      return complete ? work.digest(lines.join("\0")) : null;
    }
  }
}

/** Of records by their last names, each folder as its header and then what is in it. */
function namesRecord(work: DigestWork, items: readonly HashedItem[]): string | null {
  let all: Sequence | null = emptySequence;
  for (const { name, path, node, what } of items) {
    const own = baseName(name === "" ? path : name);
    const next =
      what === "whole" && node.kind === "directory"
        ? folderSequence(work, node, path)
        : what === "header"
          ? one(work, own, headerOf(node, ""))
          : one(work, own, recordOf(work, node, path));
    all = all === null || next === null ? null : joined(all, next);
  }
  return all === null ? null : `names ${sequenceText(all)}`;
}

// What is remembered is one digest function's: there are salted ones.
const folderSequences = pairMemory<Digest, FolderNode, Sequence>();
const partSequences = pairMemory<Digest, Part, Sequence>();

/** null: some of it is not read. */
function folderSequence(work: DigestWork, folder: FolderNode, path: string): Sequence | null {
  const remembered = folderSequences.get(work.digest, folder);
  if (remembered !== undefined) return remembered;
  let all: Sequence | null = one(work, folder.name, headerOf(folder, ""));
  if (noteFolderErrors(work, folder, path)) all = null;
  for (const part of folder.parts) {
    const next = partSequence(work, part, path);
    all = all === null || next === null ? null : joined(all, next);
  }
  if (all !== null) folderSequences.set(work.digest, folder, all);
  return all;
}

function partSequence(work: DigestWork, part: Part, path: string): Sequence | null {
  const remembered = partSequences.get(work.digest, part);
  if (remembered !== undefined) return remembered;
  let all: Sequence | null = emptySequence;
  for (const child of part) {
    const at = joinPath(path, child.name);
    const next =
      child.kind === "directory"
        ? folderSequence(work, child, at)
        : one(work, child.name, fileRecord(work, child, at));
    all = all === null || next === null ? null : joined(all, next);
  }
  if (all !== null) partSequences.set(work.digest, part, all);
  return all;
}

function one(work: DigestWork, name: string, record: string | null): Sequence | null {
  return record === null ? null : sequenceOf(work.digest(`${name}\0${record}`));
}

/** A file's or link's own record, or the digest of a directory and everything below it. */
export function recordOf(work: DigestWork, node: TreeNode, path: string): string | null {
  return node.kind === "directory" ? folderRecord(work, node, path) : fileRecord(work, node, path);
}

const folderDigests = pairMemory<Digest, FolderNode, string>();
const partDigests = pairMemory<Digest, Part, string>();

function folderRecord(work: DigestWork, folder: FolderNode, path: string): string | null {
  const remembered = folderDigests.get(work.digest, folder);
  if (remembered !== undefined) return remembered;
  const lines = [headerOf(folder, "")];
  let complete = !noteFolderErrors(work, folder, path);
  const [only] = folder.parts;
  if (folder.parts.length === 1 && only !== undefined) {
    complete = addRecords(work, only, path, lines) && complete;
  } else {
    for (const part of folder.parts) {
      const digest = partRecord(work, part, path);
      if (digest === null) complete = false;
      else lines.push("part", digest);
    }
  }
  if (!complete) return null;
  const digest = `directory ${work.digest(lines.join("\0"))}`;
  folderDigests.set(work.digest, folder, digest);
  return digest;
}

/** Of a folder by itself; null: some of it is not read. */
export function folderDigest(folder: FolderNode, digest: Digest): string | null {
  return folderDigests.get(digest, folder) ?? folderRecord(workOf(digest), folder, "");
}

/** The same of a part. */
export function partDigest(part: Part, digest: Digest): string | null {
  return partDigests.get(digest, part) ?? partRecord(workOf(digest), part, "");
}

/**
 * Digests a folder a part at a time, the deepest first, where it was digested when it was `before`:
 * the digests are remembered. Gives false where some of it is not read.
 */
export function* digesting(
  folder: FolderNode,
  before: FolderNode,
  digest: Digest,
): Generator<void, boolean> {
  if (folder === before || folderDigests.get(digest, folder) !== undefined) return true;
  const known = new Set(before.parts);
  const isWanted = folderDigests.get(digest, before) !== undefined;
  let isWhole = true;
  for (const part of folder.parts) {
    if (known.has(part)) continue;
    for (const child of part) {
      if (child.kind !== "directory") continue;
      const other = childOf(before, child.name);
      if (other?.kind === "directory")
        isWhole = (yield* digesting(child, other, digest)) && isWhole;
    }
    if (!isWanted || !isWhole || folder.parts.length === 1) continue;
    isWhole = partDigest(part, digest) !== null;
    yield;
  }
  if (!isWanted || !isWhole) return isWhole;
  isWhole = folderDigest(folder, digest) !== null;
  yield;
  return isWhole;
}

/** For whoever asks for nothing but the digest. */
function workOf(digest: Digest): DigestWork {
  return { digest, needed: new Set(), errors: new Map() };
}

function partRecord(work: DigestWork, part: Part, path: string): string | null {
  const remembered = partDigests.get(work.digest, part);
  if (remembered !== undefined) return remembered;
  const lines: string[] = [];
  if (!addRecords(work, part, path, lines)) return null;
  const digest = work.digest(lines.join("\0"));
  partDigests.set(work.digest, part, digest);
  return digest;
}

/** Adds names and records; false: some are missing. */
function addRecords(work: DigestWork, part: Part, path: string, lines: string[]): boolean {
  let complete = true;
  for (const child of part) {
    // What is known adds nothing to what is missing.
    const isKnown = child.kind !== "directory" && isRecordable(child);
    if (isKnown && !complete) continue;
    const record = isKnown ? knownRecord(child) : recordOf(work, child, joinPath(path, child.name));
    if (record === null) complete = false;
    else lines.push(child.name, record);
  }
  return complete;
}

/** An empty file needs no reading, and to both builders a socket is one. */
function needsNoReading({ kind, size }: FileNode): boolean {
  return kind !== "file" || size === 0;
}

function isRecordable(file: FileNode): boolean {
  return needsNoReading(file) || file.identity !== null;
}

/** Of what is recordable. */
function knownRecord(file: FileNode): string {
  return headerOf(file, needsNoReading(file) ? "" : (file.identity ?? ""));
}

export function fileRecord(work: DigestWork, file: FileNode, path: string): string | null {
  if (isRecordable(file)) return knownRecord(file);
  if (file.error === null) work.needed.add(path);
  else work.errors.set(path, file.error);
  return null;
}

/** True where a folder, or an entry of it, could not be looked at. */
export function noteFolderErrors(work: DigestWork, folder: FolderNode, path: string): boolean {
  const [error] = folder.errors;
  if (error === undefined) return false;
  work.errors.set(path, { ...error, path: joinPath(path, error.path) });
  return true;
}

/** Everything but the name and the time: no part of it can contain a NUL. */
export function headerOf(node: TreeNode, identity: string): string {
  const type = node.kind === "socket" ? "file" : node.kind;
  const owner = `${node.uid}:${node.gid}`;
  const isFolder = node.kind === "directory";
  const detail = isFolder ? "" : (node.linkTarget ?? node.device ?? identity);
  return `${type} ${octal(node.mode)} ${owner} ${isFolder ? 0 : node.size} ${detail}`;
}

const octals: string[] = [];

/** There are few modes and many files, and no other digits take as long to make. */
function octal(mode: number): string {
  octals[mode] ??= mode.toString(8);
  return octals[mode];
}
