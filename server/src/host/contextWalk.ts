/**
 * Reads directories of a build context into nodes: ignored files left out, links never followed,
 * what cannot be read kept as a value. Works in slices so that the event loop stays free.
 */

import { rulesOf } from "../core/build/builderRules.js";
import type { FileNode, FolderNode, TreeNode } from "../core/context/fileTree.js";
import {
  childOf,
  type FolderHeader,
  folderNode,
  partOf,
  plainFolder,
  withParts,
} from "../core/context/folder.js";
import type { IgnoreMatcher } from "../core/context/ignoreFile.js";
import type { MatchState } from "../core/context/patternMatcher.js";
import { type HostError, notUtf8 } from "../core/host.js";
import { joinPath } from "../core/text/paths.js";
import { isAbsent } from "./errors.js";
import type { GitFolder } from "./gitReader.js";
import type { DiskStat, FileSystem } from "./nodeFileSystem.js";
import type { Slices } from "./slices.js";

/** What one walk works with. */
export interface Walk {
  readonly fileSystem: FileSystem;
  /** The real path of the context folder. */
  readonly root: string;
  readonly ignore: IgnoreMatcher;
  /** True when a file must not be taken over although its stat is the same. */
  readonly isUnsettled: (file: FileNode) => boolean;
  readonly slices: Slices;
  /** How many more entries may be looked at; counted down. */
  readonly room: { left: number };
  /** What git knows of the root by now; null: nothing. */
  readonly openGit: () => Promise<GitFolder | null>;
  /** The identity of a file that somebody read before; null: nobody did. */
  readonly remembered: (file: FileNode) => string | null;
}

/** A folder that is looked into. */
export interface WalkedFolder {
  /** Relative to the root, "" is the root. */
  readonly path: string;
  /** How many folders it is in, the root among them. */
  readonly depth: number;
  readonly header: FolderHeader;
  /** Of the ignore rules. */
  readonly state: MatchState;
  /** The folder that this is in, as far as git knows it. */
  readonly git: GitFolder | null;
}

/** Thrown through a walk that meets more entries than it has room for; caught by the reader alone. */
export class TooMany extends Error {}

/** Thrown through a walk that goes deeper than `maxDepth`; caught by the reader alone. */
export class TooDeep extends Error {}

/** So many folders inside each other are looked into: what goes through a tree goes on its stack. */
export const maxDepth = 500;

/** The path on disk of a path in the tree. */
export function diskPath(walk: Pick<Walk, "fileSystem" | "root">, path: string): string {
  if (path === "") return walk.root;
  if (walk.fileSystem.system === "posix") {
    return walk.root === "/" ? `/${path}` : `${walk.root}/${path}`;
  }
  return `${walk.root.replace(/\\$/, "")}\\${path.replaceAll("/", "\\")}`;
}

/** What stands before the names of a folder of the tree in their paths on disk. */
function diskPrefix(walk: Pick<Walk, "fileSystem" | "root">, folder: string): string {
  const path = diskPath(walk, folder);
  const separator = walk.fileSystem.system === "posix" ? "/" : "\\";
  return path.endsWith(separator) ? path : path + separator;
}

/**
 * A folder and everything below it. Whatever is the same in `previous` is taken over from there, up
 * to the whole folder.
 */
export async function readFolder(
  walk: Walk,
  { path, depth, header, state, git: above }: WalkedFolder,
  previous: FolderNode | null,
): Promise<FolderNode> {
  if (depth > maxDepth) throw new TooDeep();
  const listed = walk.fileSystem.list(diskPath(walk, path));
  if (!listed.ok) return folderNode(header, [], [{ ...listed.error, path: "" }]);
  walk.room.left -= listed.value.length;
  if (walk.room.left < 0) throw new TooMany();
  const has = (name: string): boolean => listed.value.includes(name);
  const git = path === "" ? above : ((await above?.below(header.name, has, walk.slices)) ?? null);
  const children: TreeNode[] = [];
  const errors: HostError[] = [];
  const inFolder = diskPrefix(walk, path);
  let looked = 0;
  for (const name of listed.value) {
    if (looked++ % 64 === 0) await walk.slices.next();
    const at = joinPath(path, name);
    const verdict = walk.ignore.visit(at, state);
    if (verdict.ignored && !walk.ignore.shouldDescend(at)) continue;
    const known = previous === null ? null : childOf(previous, name);
    const found = readEntry(walk, { path: inFolder + name, name }, known);
    if (found === null) continue;
    if ("code" in found) {
      if (!verdict.ignored) errors.push({ ...found, path: name });
      continue;
    }
    if (found.kind !== "directory") {
      if (verdict.ignored) continue;
      children.push(found);
      if (found.kind === "file") found.identity ??= git?.blobOf(found) ?? walk.remembered(found);
      continue;
    }
    const old = known?.kind === "directory" ? known : null;
    const seen = verdict.ignored ? impliedFolder(walk, found) : found;
    const child = await readFolder(
      walk,
      { path: at, depth: depth + 1, header: seen, state: verdict.state, git },
      old,
    );
    // An ignored directory is there only for what an exception brings back below it.
    if (!verdict.ignored || child.entryCount > 0) children.push(child);
  }
  const folder = folderNode(header, children, errors);
  return previous === null ? folder : shared(folder, previous);
}

/** The root of a walk; its own mode and owner are never part of a digest, so they are fixed. */
export async function readRoot(walk: Walk, previous: FolderNode | null): Promise<FolderNode> {
  const git = await walk.openGit();
  const root = { path: "", depth: 0, header: plainFolder(""), state: walk.ignore.start, git };
  return readFolder(walk, root, previous);
}

/**
 * One entry: `previous` itself when nothing about a file changed; of a folder only what it is
 * itself; null when there is nothing (any more); an error when it cannot be looked at.
 */
export function readEntry(
  walk: Walk,
  { path, name }: PlacedName,
  previous: TreeNode | null,
): FileNode | FolderEntry | HostError | null {
  const stat = walk.fileSystem.stat(path);
  if (!stat.ok) return isAbsent(stat.error) ? goneOrNameless(name) : stat.error;
  const { kind } = stat.value;
  if (kind === "directory") {
    return { name, kind, mode: modeOf(walk.fileSystem, stat.value.mode), uid: 0, gid: 0 };
  }
  let linkTarget: string | null = null;
  if (kind === "symlink") {
    const link = walk.fileSystem.readLink(path);
    if (!link.ok) return isAbsent(link.error) ? null : link.error;
    linkTarget =
      walk.fileSystem.system === "windows" ? link.value.replaceAll("\\", "/") : link.value;
  }
  const old = previous === null || previous.kind === "directory" ? null : previous;
  const isKept =
    old !== null &&
    isSameState(old, walk, stat.value) &&
    old.linkTarget === linkTarget &&
    !walk.isUnsettled(old);
  return isKept ? old : fileOf(walk, name, stat.value, linkTarget);
}

/**
 * Of a name that is no text in UTF-8 only a copy is known, by which nothing is found: that something
 * is there is kept, and what it is stays unknown.
 */
function goneOrNameless(name: string): HostError | null {
  if (!name.includes("\uFFFD")) return null;
  return { code: notUtf8, path: name, message: "its name is no text in UTF-8" };
}

export interface PlacedName {
  /** As the disk writes it. */
  readonly path: string;
  readonly name: string;
}

export interface FolderEntry extends FolderHeader {
  readonly kind: "directory";
}

/** The directory as the builder has it: see `impliedDirectoryMode`. */
export function impliedFolder(walk: Walk, header: FolderHeader): FolderHeader {
  const { impliedDirectoryMode: mode } = rulesOf(walk.ignore.builder);
  return mode === null ? header : { ...header, mode };
}

/** @param stat of anything but a directory */
export function fileOf(
  { fileSystem }: Pick<Walk, "fileSystem">,
  name: string,
  stat: DiskStat,
  linkTarget: string | null,
): FileNode {
  const { kind, size, mtimeMs, ctimeMs, dev, ino, names, device } = stat;
  // Field by field, in the order of `fileNode`: a walk makes one for each file.
  return {
    name,
    kind: kind === "directory" ? "file" : kind,
    mode: kind === "symlink" ? 0o777 : modeOf(fileSystem, stat.mode),
    size: kind === "file" ? size : 0,
    mtimeMs,
    uid: 0,
    gid: 0,
    linkTarget,
    device,
    ctimeMs,
    dev,
    ino,
    isShared: kind === "file" && names > 1,
    identity: null,
    error: null,
  };
}

/** Windows has no execute bit: both clients set it everywhere and drop what others could write. */
function modeOf(fileSystem: FileSystem, mode: number): number {
  return fileSystem.system === "windows" ? (mode | 0o111) & 0o755 : mode;
}

/** True where a file is as it was by all that its stat tells. */
export function isSameState(
  file: FileNode,
  { fileSystem }: Pick<Walk, "fileSystem">,
  { kind, mode, size, mtimeMs, ctimeMs, dev, ino, names, device }: DiskStat,
): boolean {
  return (
    file.kind === kind &&
    file.mode === (kind === "symlink" ? 0o777 : modeOf(fileSystem, mode)) &&
    file.size === (kind === "file" ? size : 0) &&
    file.mtimeMs === mtimeMs &&
    file.ctimeMs === ctimeMs &&
    file.ino === ino &&
    file.dev === dev &&
    file.isShared === (kind === "file" && names > 1) &&
    file.device === device
  );
}

/** A folder with the parts of the one before that are the same; that one itself, if all is. */
function shared(folder: FolderNode, previous: FolderNode): FolderNode {
  const parts = folder.parts.map((part) => {
    // A directory's times and size change with its content, which is compared itself.
    const [first] = part;
    const old = first === undefined ? undefined : partOf(previous, first.name);
    return old?.length === part.length && old.every((child, i) => child === part[i]) ? old : part;
  });
  const isSame =
    folder.name === previous.name &&
    folder.mode === previous.mode &&
    parts.length === previous.parts.length &&
    parts.every((part, i) => part === previous.parts[i]) &&
    folder.errors.length === previous.errors.length &&
    folder.errors.every(
      (error, i) =>
        error.path === previous.errors[i]?.path && error.code === previous.errors[i]?.code,
    );
  return isSame ? previous : withParts(folder, folder, parts);
}
