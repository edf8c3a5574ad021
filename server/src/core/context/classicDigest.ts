/**
 * The content of a source as the classic builder tells it apart: the records of all files under
 * their full paths, sorted. What a link leads to counts in its place, so that a record can be there
 * twice. Files and folders of a folder are therefore one digest, which is remembered by the folder,
 * and the links are followed beside it: two sums are equal exactly when both are, since below a
 * folder each path has a record of its own.
 */
import type { Digest } from "../host.js";
import { joinPath } from "../text/paths.js";
import type { FileNode, FileTree, FolderNode, Found, Part, TreeNode } from "./fileTree.js";
import { childrenOf, inParts } from "./folder.js";
import { type DigestWork, fileRecord, headerOf, noteFolderErrors } from "./folderDigest.js";
import { firstNameOf } from "./hardLinks.js";
import { pairMemory } from "./pairMemory.js";
import { resolvePath } from "./resolvePath.js";
import { isVisible } from "./selectClassic.js";
import type { HashedPart } from "./selection.js";

/** The tree: links are followed in it. */
interface ClassicWork extends DigestWork {
  readonly tree: FileTree;
}

export function classicPart(work: ClassicWork, part: HashedPart): string | null {
  if (part.kind === "empty") return "";
  const items = part.kind === "list" ? part.items : [part];
  const records = items.map((item) => sourceRecord(work, item));
  return records.includes(null) ? null : records.join("\0");
}

function sourceRecord(work: ClassicWork, { path, node }: Found): string | null {
  if (node.kind !== "directory") return recordOf(work, path);
  const { digest, links } = contentOf(work, node, path);
  const followed = links.map((link) => recordOf(work, joinPath(path, link)));
  if (digest === null || followed.includes(null)) return null;
  // The context root itself has no sum of its own.
  const own = path === "" ? "" : headerOf(node, "");
  return `dir:${work.digest([path, own, digest, ...followed.sort()].join("\0\0"))}`;
}

/** What a path leads to, under the name of where it leads; a path to nothing counts as itself. */
function recordOf(work: ClassicWork, path: string): string | null {
  const target = resolvePath(work.tree, path, true);
  if (target.kind === "loop") return "";
  if (target.kind === "missing" || target.path === "") return `path:${path}`;
  const { node } = target;
  const record =
    node.kind === "directory" ? headerOf(node, "") : recordOfFile(work, node, target.path);
  return record && `file:${target.path}\0${record}`;
}

/** A hard link is sent as the name that was sent first, without its bytes. */
function recordOfFile(work: ClassicWork, file: FileNode, path: string): string | null {
  const first = firstNameOf(work.tree, file, path);
  return first === path ? fileRecord(work, file, path) : `link ${file.mode.toString(8)} ${first}`;
}

function isHardLink({ kind, isShared }: FileNode): boolean {
  return kind === "file" && isShared;
}

/** What is in a folder or in a part of one. `digest` is of all but links. */
interface Content {
  /** null: not known yet. */
  readonly digest: string | null;
  /** Relative to the folder. */
  readonly links: readonly string[];
  /** Hard links are in it, which turn on what is elsewhere in the tree: it is not remembered. */
  readonly hasHardLinks: boolean;
}

const folderContents = pairMemory<Digest, FolderNode, Content>();
const partContents = pairMemory<Digest, Part, Content>();

function contentOf(work: ClassicWork, folder: FolderNode, path: string): Content {
  const remembered = folderContents.get(work.digest, folder);
  if (remembered !== undefined) return remembered;
  const isUnreadable = noteFolderErrors(work, folder, path);
  const own: string[] = [];
  for (const child of childrenOf(folder)) if (child.kind === "symlink") own.push(child.name);
  const parts = countedParts(folder).map((part) => partContent(work, part, path));
  const digests = parts.map(({ digest }) => digest);
  const content: Content = {
    digest: isUnreadable || digests.includes(null) ? null : work.digest(digests.join("\0")),
    links: [...own, ...parts.flatMap(({ links }) => links)],
    hasHardLinks: parts.some(({ hasHardLinks }) => hasHardLinks),
  };
  if (content.digest !== null && !content.hasHardLinks)
    folderContents.set(work.digest, folder, content);
  return content;
}

/** Folders that are equal but for what does not count here are cut alike. */
function countedParts(folder: FolderNode): readonly Part[] {
  const { parts } = folder;
  if (parts.every((part) => part.every(isCounted))) return parts;
  return inParts([...childrenOf(folder)].filter(isCounted));
}

function isCounted(node: TreeNode): boolean {
  return isVisible(node) && node.kind !== "symlink";
}

function partContent(work: ClassicWork, part: Part, path: string): Content {
  const remembered = partContents.get(work.digest, part);
  if (remembered !== undefined) return remembered;
  const lines: string[] = [];
  const links: string[] = [];
  let complete = true;
  let hasHardLinks = false;
  for (const child of part) {
    const at = joinPath(path, child.name);
    const inside = child.kind === "directory" ? contentOf(work, child, at) : null;
    const record = child.kind === "directory" ? headerOf(child, "") : recordOfFile(work, child, at);
    lines.push(child.name, record ?? "", inside?.digest ?? "");
    for (const link of inside?.links ?? []) links.push(joinPath(child.name, link));
    if (record === null || inside?.digest === null) complete = false;
    hasHardLinks ||= child.kind === "directory" ? inside?.hasHardLinks === true : isHardLink(child);
  }
  const digest = complete ? work.digest(lines.join("\0")) : null;
  const content = { digest, links, hasHardLinks };
  if (complete && !hasHardLinks) partContents.set(work.digest, part, content);
  return content;
}
