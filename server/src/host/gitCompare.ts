/**
 * The files of a commit beside those on disk, as git compares them: a file whose bytes a checkout
 * turned (line ends, keywords, a filter) is the same file. What git's index knows by the stat of a
 * file is believed; everything else is read here and taken in as git would, without its programs.
 */
import { createHash } from "node:crypto";
import path from "node:path";
import type { Result } from "../core/host.js";
import { baseName, joinPath, parentPath } from "../core/text/paths.js";
import type { CommitFiles, DiskState } from "../core/world/facts.js";
import type { GitEntry, GitRepository } from "./git.js";
import { commonAttributesFiles, type GitSurroundings, pathOfSetting } from "./gitConfig.js";
import {
  blobId,
  type Conversion,
  conversionOf,
  convertingAttributes,
  type LfsPointer,
  lfsPointer,
  maxPointer,
  takenIn,
} from "./gitConversion.js";
import type { GitIndex } from "./gitIndex.js";
import type { OpenIndex, WorkTree } from "./gitRepository.js";
import type { FileState } from "./identityTable.js";
import { type FileSystem, readRegularFile } from "./nodeFileSystem.js";
import type { Slices } from "./slices.js";

/** `incomparable`: files of which only a program could tell, which is not run. */
export type Compared = Pick<CommitFiles, "converted" | "incomparable">;

export interface ComparingMachine {
  readonly fileSystem: FileSystem;
  readonly around: GitSurroundings;
  readonly openIndex: OpenIndex;
}

/** A larger file that differs is not read to see whether its line ends alone do. Bytes. */
const maxTurned = 100_000_000;

/** @param folder that the paths of `entries` are relative to; itself relative to the top */
export async function compareWithDisk(
  machine: ComparingMachine,
  repository: GitRepository,
  folder: string,
  entries: readonly GitEntry[],
  slices: Slices,
): Promise<Result<Compared>> {
  const { fileSystem, openIndex } = machine;
  const { workTree } = repository;
  const files = entries.filter(({ kind }) => kind === "file");
  const inTop = (file: string): string => joinPath(folder, file);
  const attributed = await mayHaveAttributes(machine, workTree, folder, files, slices);
  const told = await repository.attributes(
    convertingAttributes,
    attributed.map((file) => inTop(file.path)),
    ownAttributes(machine, workTree),
  );
  if (!told.ok) return told;
  const turned: Turned[] = [];
  const usual = conversionOf(undefined, workTree.settings, fileSystem.system);
  for (const [at, entry] of files.entries()) {
    if (at % 512 === 0) await slices.next();
    const attributes = told.value.get(inTop(entry.path));
    const conversion =
      attributes === undefined
        ? usual
        : conversionOf(attributes, workTree.settings, fileSystem.system);
    // Ids of another kind than ours say nothing about the same bytes.
    if (conversion !== null || entry.id.length !== 40)
      turned.push({ entry, conversion: conversion ?? asIs });
  }
  const converted = new Map<string, DiskState | null>();
  const incomparable: string[] = [];
  if (turned.length === 0) return { ok: true, value: { converted, incomparable } };
  const pointers = await pointersOf(repository, turned);
  if (!pointers.ok) return pointers;
  const index = await openIndex(workTree, slices);
  const isBelowLinks = linksAbove(fileSystem, workTree.top);
  for (const { entry, conversion } of turned) {
    await slices.next();
    const place = inTop(entry.path);
    if (isBelowLinks(parentPath(place))) continue;
    const file = { entry, conversion, disk: path.join(workTree.top, ...place.split("/")) };
    const pointer = pointers.value.get(entry.id) ?? null;
    // Before anything is read: what is written meanwhile has another state.
    const stat = fileSystem.stat(file.disk);
    if (!stat.ok || stat.value.kind !== "file") {
      converted.set(entry.path, null);
      continue;
    }
    const { size, mtimeMs, ctimeMs } = stat.value;
    const known = knownId(index, place, stat.value);
    const answer = known === null ? compareBytes(machine, file, size, pointer) : known === entry.id;
    if (answer === null) incomparable.push(entry.path);
    converted.set(entry.path, answer === true ? { size, mtimeMs, ctimeMs } : null);
  }
  return { ok: true, value: { converted, incomparable } };
}

/** The files that some file of attributes may be about. */
async function mayHaveAttributes(
  machine: ComparingMachine,
  workTree: WorkTree,
  folder: string,
  files: readonly GitEntry[],
  slices: Slices,
): Promise<readonly GitEntry[]> {
  const { top, shared, settings } = workTree;
  const { fileSystem, around, openIndex } = machine;
  const isThere = (file: string): boolean => fileSystem.stat(file).ok;
  const named = settings.some(({ name }) => name === "core.attributesfile" || name === "attr.tree");
  const common = [...commonAttributesFiles(around), path.join(shared, "info", "attributes")];
  const index = await openIndex(workTree, slices);
  if (named || index === null || common.some(isThere)) return files;
  const known = new Map<string, boolean>();
  const isBelowSome = (place: string): boolean => {
    let answer = known.get(place);
    if (answer === undefined) {
      answer =
        index.folder(place)?.has(".gitattributes") === true ||
        isThere(path.join(top, ...place.split("/"), ".gitattributes")) ||
        (place !== "" && isBelowSome(parentPath(place)));
      known.set(place, answer);
    }
    return answer;
  };
  const found: GitEntry[] = [];
  let looked = 0;
  for (const file of files) {
    if (looked++ % 512 === 0) await slices.next();
    if (isBelowSome(parentPath(joinPath(folder, file.path)))) found.push(file);
  }
  return found;
}

/** A file with the user's own attributes, which git is not told of with their settings; null: none. */
function ownAttributes(
  { fileSystem, around }: ComparingMachine,
  { top, settings }: WorkTree,
): string | null {
  const named = settings.findLast(({ name }) => name === "core.attributesfile")?.value;
  const file =
    named == null ? commonAttributesFiles(around).at(-1) : pathOfSetting(named, top, around.home);
  const real = file === undefined ? null : fileSystem.realPath(file);
  if (real?.ok !== true) return null;
  const stat = fileSystem.stat(real.value);
  return stat.ok && stat.value.kind === "file" ? real.value : null;
}

const asIs: Conversion = { lineEnds: "never", collapsesIdent: false, other: "none" };

interface Turned {
  readonly entry: GitEntry;
  readonly conversion: Conversion;
}

/** By the ids of their blobs. */
async function pointersOf(
  repository: GitRepository,
  turned: readonly Turned[],
): Promise<Result<ReadonlyMap<string, LfsPointer>>> {
  const ids = turned.flatMap(({ entry, conversion }) =>
    conversion.other === "lfs" && entry.size <= maxPointer ? [entry.id] : [],
  );
  const blobs = await repository.blobs([...new Set(ids)]);
  if (!blobs.ok) return blobs;
  const pointers = new Map<string, LfsPointer>();
  for (const [id, bytes] of blobs.value) {
    const pointer = lfsPointer(bytes);
    if (pointer !== null) pointers.set(id, pointer);
  }
  return { ok: true, value: pointers };
}

/** What git took a file in as when it last looked, if that is still the same file; null: not known. */
function knownId(index: GitIndex | null, place: string, state: FileState): string | null {
  return index?.folder(parentPath(place))?.blobOf(baseName(place), state) ?? null;
}

/** Whether a file is what git would check out; null: only a program could tell. */
function compareBytes(
  { fileSystem }: ComparingMachine,
  { entry, conversion, disk }: Turned & { readonly disk: string },
  size: number,
  pointer: LfsPointer | null,
): boolean | null {
  const { other, lineEnds } = conversion;
  if (other === "unknown") return null;
  if (pointer !== null) {
    return size === pointer.size && sha256Of(fileSystem, disk) === pointer.sha256;
  }
  // Only to take bytes away is known of the rest.
  if (
    size < entry.size ||
    (size > entry.size && lineEnds === "never" && !conversion.collapsesIdent)
  )
    return false;
  const bytes = readRegularFile(fileSystem, disk, maxTurned);
  if (!bytes.ok) return bytes.error.code === "EFBIG" ? null : false;
  return blobId(takenIn(bytes.value, conversion), entry.id.length) === entry.id;
}

/** Hex; null: it cannot be read. */
function sha256Of(fileSystem: FileSystem, file: string): string | null {
  const opened = fileSystem.open(file);
  if (!opened.ok) return null;
  const hash = createHash("sha256");
  const piece = Buffer.alloc(1 << 20);
  try {
    for (;;) {
      const read = opened.value.read(piece);
      if (!read.ok) return null;
      if (read.value === 0) return hash.digest("hex");
      hash.update(piece.subarray(0, read.value));
    }
  } finally {
    opened.value.close();
  }
}

/** Whether a folder of the work tree is reached through a link. */
function linksAbove(fileSystem: FileSystem, top: string): (folder: string) => boolean {
  const known = new Map<string, boolean>([["", false]]);
  const isBelow = (folder: string): boolean => {
    const remembered = known.get(folder);
    if (remembered !== undefined) return remembered;
    const stat = fileSystem.stat(path.join(top, ...folder.split("/")));
    const answer = !stat.ok || stat.value.kind !== "directory" || isBelow(parentPath(folder));
    known.set(folder, answer);
    return answer;
  };
  return isBelow;
}
