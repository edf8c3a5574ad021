/**
 * The content digest of a selection: equal exactly when the builder's own content digest is.
 * The bytes that are hashed are ours, not the builder's; only the equalities are the same.
 *
 * BuildKit (`cache/contenthash/filehash.go`, `checksum.go`) hashes type, permission bits, owner,
 * size, link target, device numbers and bytes of each file, and in a directory the names; never a
 * time, nor the name of a single file. The classic builder (`copy.go walkSource`, tarsum) hashes
 * the same with every file's full path, and follows the links that it meets.
 * Extended attributes are part of both hashes and cannot be seen from here.
 */
import type { Digest, HostError } from "../host.js";
import { baseName } from "../text/paths.js";
import type { FileEntry, FileTree } from "./fileTree.js";
import { resolvePath } from "./resolvePath.js";
import { isVisible } from "./selectClassic.js";
import { failsStep, type HashedPart, type Selection } from "./selection.js";

export type ContentDigest =
  | { readonly kind: "known"; readonly digest: string }
  /** These files must be hashed first (`ContextReader.hash`); then ask again. Paths of the tree. */
  | { readonly kind: "needed"; readonly paths: readonly string[] }
  /** The builder could not read these either; the build fails. */
  | { readonly kind: "unreadable"; readonly errors: readonly HostError[] }
  /** The selection has an error: the build fails at this instruction. */
  | { readonly kind: "invalid" };

/**
 * The digest of what `selection` selects in `tree`, the tree it was made from. Directories that
 * are the same objects as before are not looked into again, so the cost follows what changed.
 */
export function contentDigest(tree: FileTree, selection: Selection, digest: Digest): ContentDigest {
  if (selection.problems.some(failsStep)) return { kind: "invalid" };
  const work: Work = { tree, digest, needed: new Set(), errors: new Map() };
  const partOf = { buildkit: buildkitPart, classic: classicPart }[selection.builder];
  const parts = selection.digestOrder.map((index) => {
    const source = selection.sources[index];
    return source === undefined ? "" : partOf(work, source.hashed);
  });
  if (work.errors.size > 0) return { kind: "unreadable", errors: [...work.errors.values()] };
  if (work.needed.size > 0) return { kind: "needed", paths: [...work.needed] };
  return { kind: "known", digest: digest(parts.join("\0")) };
}

/** What one walk over a selection found out. A part or record is null while something is missing. */
interface Work {
  readonly tree: FileTree;
  readonly digest: Digest;
  readonly needed: Set<string>;
  readonly errors: Map<string, HostError>;
}

function buildkitPart(work: Work, part: HashedPart): string | null {
  switch (part.kind) {
    case "empty":
      return "";
    case "record": {
      const entry = work.tree.lookup(part.path);
      return entry && recordOf(work, entry);
    }
    case "list": {
      const lines: string[] = [];
      let complete = true;
      for (const item of part.items) {
        const entry = work.tree.lookup(item.path);
        const record =
          entry && (item.what === "header" ? headerOf(entry, null) : recordOf(work, entry));
        if (record === null) complete = false;
        else lines.push(item.name, record);
      }
      return complete ? work.digest(lines.join("\0")) : null;
    }
  }
}

const directoryDigests = new WeakMap<FileEntry, string>();

/** A file's or link's own record, or the digest of a directory and everything below it. */
function recordOf(work: Work, entry: FileEntry): string | null {
  if (entry.kind !== "directory") return fileRecord(work, entry);
  const remembered = directoryDigests.get(entry);
  if (remembered !== undefined) return remembered;
  noteError(work, entry);
  const lines = [headerOf(entry, null)];
  let complete = true;
  for (const child of work.tree.list(entry.path)) {
    const record = recordOf(work, child);
    if (record === null) complete = false;
    else lines.push(baseName(child.path), record);
  }
  if (!complete || work.errors.size > 0) return null;
  const digest = `directory ${work.digest(lines.join("\0"))}`;
  directoryDigests.set(entry, digest);
  return digest;
}

function fileRecord(work: Work, entry: FileEntry): string | null {
  const identity = contentOf(work, entry);
  return identity === null ? null : headerOf(entry, identity);
}

/** The identity of an entry's bytes; "" when it has none; null, and noted, while it is not known. */
function contentOf(work: Work, entry: FileEntry): string | null {
  // An empty file needs no reading, and to both builders a socket is one.
  if (entry.kind !== "file" || entry.size === 0) return "";
  const identity = work.tree.identityOf(entry);
  if (identity === null && !noteError(work, entry)) work.needed.add(entry.path);
  return identity;
}

function noteError(work: Work, entry: FileEntry): boolean {
  const error = work.tree.errorOf(entry);
  if (error !== null) work.errors.set(entry.path, error);
  return error !== null;
}

/** Everything but the name and the time: no part of it can contain a NUL. */
function headerOf(entry: FileEntry, identity: string | null): string {
  const type = entry.kind === "socket" ? "file" : entry.kind;
  const owner = `${entry.uid}:${entry.gid}`;
  const detail = entry.linkTarget ?? entry.device ?? identity ?? "";
  return `${type} ${entry.mode.toString(8)} ${owner} ${entry.size} ${detail}`;
}

function classicPart(work: Work, part: HashedPart): string | null {
  if (part.kind === "empty") return "";
  const paths = part.kind === "record" ? [part.path] : part.items.map((item) => item.path);
  const records = paths.map((path) => classicSource(work, path));
  return records.includes(null) ? null : records.join("\0");
}

function classicSource(work: Work, path: string): string | null {
  const entry = work.tree.lookup(path);
  if (entry === null) return null;
  if (entry.kind !== "directory") return classicRecord(work, entry);
  const records: (string | null)[] = [];
  const walk = (directory: FileEntry): void => {
    noteError(work, directory);
    for (const child of work.tree.list(directory.path)) {
      if (!isVisible(child)) continue;
      records.push(classicRecord(work, child));
      if (child.kind === "directory") walk(child);
    }
  };
  // The context root itself has no sum of its own.
  if (path !== "") records.push(classicRecord(work, entry));
  walk(entry);
  if (records.includes(null)) return null;
  return `dir:${work.digest(records.sort().join("\0\0"))}`;
}

/** What a path leads to, under the name of where it leads; a path to nothing counts as itself. */
function classicRecord(work: Work, entry: FileEntry): string | null {
  const target = entry.kind === "symlink" ? followed(work, entry) : entry;
  if (target === "loop") return "";
  if (target === null || target.path === "") return `path:${entry.path}`;
  const record = target.kind === "directory" ? headerOf(target, null) : fileRecord(work, target);
  return record && `file:${target.path}\0${record}`;
}

function followed(work: Work, link: FileEntry): FileEntry | null | "loop" {
  const target = resolvePath(work.tree, link.path, true);
  return target.kind === "found" ? target.entry : target.kind === "loop" ? "loop" : null;
}
