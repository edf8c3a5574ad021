/**
 * What BuildKit's engine holds of a build context from the last build: the client sends only files
 * whose stat differs from that, so an edit that keeps size and time is not noticed, nor is a new
 * mode of a directory that was sent before. Source: fsutil, diff_containerd.go `sameFile`,
 * diskwriter.go `HandleChange`; BuildKit, source/local (`sharedKey`).
 */
import type { Digest } from "../host.js";
import { addTo } from "../text/grouped.js";
import type { FileNode, FileTree, FolderNode, TreeNode } from "./fileTree.js";
import { childOf, folderNode, withParts } from "./folder.js";
import { differingParts } from "./folderText.js";
import { pairMemory } from "./pairMemory.js";
import { isRead, readPartOf } from "./readFiles.js";

/** What the engine holds of one context; BuildKit tells contexts apart by the folder's name. */
export type Transfer = FolderNode;

/**
 * The tree as the engine sees it once `tree` has been sent on top of `transfer`: made of the nodes
 * of both. A folder that is as it was sent is not looked into.
 */
export function transferredTree(tree: FileTree, transfer: Transfer, digest: Digest): FileTree {
  return { root: transferredFolder(tree.root, transfer, digest), isIgnored: tree.isIgnored };
}

const transferredFolders = pairMemory<FolderNode, FolderNode, FolderNode>();

function transferredFolder(folder: FolderNode, sent: FolderNode, digest: Digest): FolderNode {
  if (folder === sent) return folder;
  const remembered = transferredFolders.get(folder, sent);
  if (remembered !== undefined) return remembered;
  const differing = differingParts(folder, sent, digest);
  const others = new Map(differing.b.flatMap((part) => part.map((node) => [node.name, node])));
  const changed = new Set(differing.a);
  const parts = folder.parts.map((part) => {
    if (!changed.has(part)) return part;
    const children = part.map((child) =>
      transferred(child, others.get(child.name) ?? null, digest),
    );
    return children.every((child, i) => child === part[i]) ? part : children;
  });
  const isSame = folder.mode === sent.mode && parts.every((part, i) => part === folder.parts[i]);
  const seen = isSame ? folder : withParts(folder, { ...folder, mode: sent.mode }, parts);
  transferredFolders.set(folder, sent, seen);
  return seen;
}

function transferred(node: TreeNode, sent: TreeNode | null, digest: Digest): TreeNode {
  if (node.kind === "directory") {
    return sent?.kind === "directory" ? transferredFolder(node, sent, digest) : node;
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
    addTo(below, name, rest);
  }
  const children: TreeNode[] = [];
  for (const [name, rests] of below) {
    const child = childOf(folder, name);
    if (child?.kind === "directory") children.push(sentBelow(child, rests));
    else if (child !== null && isRead(child)) children.push(child);
  }
  return folderNode(folder, children);
}
