/**
 * What BuildKit's engine holds of a build context from the last build: the client sends only files
 * whose stat differs from that, so an edit that keeps size and time is not noticed, nor is a new
 * mode of a directory that was sent before. Source: fsutil, diff_containerd.go `sameFile`,
 * diskwriter.go `HandleChange`; BuildKit, source/local (`sharedKey`).
 */
import { compareBytes } from "../text/paths.js";
import { alignedParts } from "./alignedParts.js";
import type { FileNode, FileTree, FolderNode, Part, TreeNode } from "./fileTree.js";
import { childOf, folderNode, withParts } from "./folder.js";
import { pairMemory } from "./pairMemory.js";
import { isRead, readPartOf } from "./readFiles.js";

/** What the engine holds of one context; BuildKit tells contexts apart by the folder's name. */
export type Transfer = FolderNode;

/**
 * The tree as the engine sees it once `tree` has been sent on top of `transfer`: made of the nodes
 * of both, and shared with the transfer down from every folder that is as it was sent.
 */
export function transferredTree(tree: FileTree, transfer: Transfer): FileTree {
  const root = transferredFolder(tree.root, transfer);
  return { root, isIgnored: tree.isIgnored };
}

const transferredFolders = pairMemory<FolderNode, FolderNode, FolderNode>();
const transferredParts = pairMemory<Part, Part, Part>();

function transferredFolder(folder: FolderNode, sent: FolderNode): FolderNode {
  if (folder === sent) return folder;
  const remembered = transferredFolders.get(folder, sent);
  if (remembered !== undefined) return remembered;
  const parts: Part[] = [];
  for (const { a, b } of alignedParts(folder.parts, sent.parts)) {
    const [only] = b.length === 1 ? b : [];
    for (const part of a) {
      parts.push(
        a.length === 1 && only !== undefined
          ? transferredPart(part, only)
          : part.map((child) => transferred(child, childOf(sent, child.name))),
      );
    }
  }
  const isAs = ({ parts: others, mode }: FolderNode): boolean =>
    mode === sent.mode &&
    parts.length === others.length &&
    parts.every((part, i) => part === others[i]);
  const seen =
    isAs(sent) && folder.errors.length === 0
      ? sent
      : isAs(folder)
        ? folder
        : withParts(folder, sent, parts);
  transferredFolders.set(folder, sent, seen);
  return seen;
}

function transferredPart(part: Part, sent: Part): Part {
  if (part === sent) return part;
  const remembered = transferredParts.get(part, sent);
  if (remembered !== undefined) return remembered;
  let at = 0;
  const children = part.map((child) => {
    let other = sent[at];
    while (other !== undefined && compareBytes(other.name, child.name) < 0) other = sent[++at];
    return transferred(child, other?.name === child.name ? other : null);
  });
  const isAs = (other: Part): boolean =>
    other.length === children.length && children.every((child, i) => child === other[i]);
  const seen = isAs(sent) ? sent : isAs(part) ? part : children;
  transferredParts.set(part, sent, seen);
  return seen;
}

function transferred(node: TreeNode, sent: TreeNode | null): TreeNode {
  if (node.kind === "directory") {
    return sent?.kind === "directory" ? transferredFolder(node, sent) : node;
  }
  return sent !== null && sent.kind !== "directory" && isSame(node, sent) ? sent : node;
}

/** The client does not send a file again that has this stat. */
function isSame(node: FileNode, sent: FileNode): boolean {
  return (
    node.kind === sent.kind &&
    node.mode === sent.mode &&
    node.size === sent.size &&
    node.mtimeMs === sent.mtimeMs &&
    node.linkTarget === sent.linkTarget &&
    node.device === sent.device
  );
}

/**
 * What the engine holds after a build that took these paths of `tree`; "" takes all. A file that no
 * step needed was not read: it counts as not sent.
 */
export function sendPaths(tree: FileTree, paths: Iterable<string>): Transfer {
  return sentBelow(tree.root, [...paths]);
}

function sentBelow(folder: FolderNode, paths: readonly string[]): FolderNode {
  if (paths.includes("")) return readPartOf(folder);
  const below = new Map<string, string[]>();
  for (const path of paths) {
    const [name = "", rest = ""] = path.split(/\/(.*)/s, 2);
    const others = below.get(name);
    if (others === undefined) below.set(name, [rest]);
    else others.push(rest);
  }
  const children: TreeNode[] = [];
  for (const [name, rests] of below) {
    const child = childOf(folder, name);
    if (child?.kind === "directory") children.push(sentBelow(child, rests));
    else if (child !== null && isRead(child)) children.push(child);
  }
  return folderNode(folder, children);
}
