/**
 * What BuildKit's engine holds of a build context from the last build: the client sends only files
 * whose stat differs from that, so an edit that keeps size and time is not noticed, nor is a new
 * mode of a directory that was sent before. Source: fsutil, diff_containerd.go `sameFile`,
 * diskwriter.go `HandleChange`; BuildKit, source/local (`sharedKey`).
 */
import type { Digest } from "../host.js";
import { addTo } from "../text/grouped.js";
import { compareBytes } from "../text/paths.js";
import type { FileNode, FileTree, FolderNode, Part, TreeNode } from "./fileTree.js";
import { childOf, folderNode, withParts } from "./folder.js";
import { differingParts } from "./folderText.js";
import { pairMemory } from "./pairMemory.js";
import { isRead, readPartOf } from "./readFiles.js";

/** What the engine holds of one context; BuildKit tells contexts apart by the folder's name. */
export type Transfer = FolderNode;

const doubted = new WeakSet<Transfer>();

/** The same, where the engine may hold nothing any more in the place of it. */
export function doubt(transfer: Transfer): Transfer {
  const same = { ...transfer };
  doubted.add(same);
  return same;
}

export function isDoubted(transfer: Transfer): boolean {
  return doubted.has(transfer);
}

/**
 * The tree as the engine sees it once `tree` has been sent on top of `transfer`: made of the nodes
 * of both. A folder that is as it was sent is not looked into.
 */
export function transferredTree(tree: FileTree, transfer: Transfer, digest: Digest): FileTree {
  return { root: transferredFolder(tree.root, transfer, digest), isIgnored: tree.isIgnored };
}

const unnoticed = new WeakSet<TreeNode>();

/**
 * True of a folder as the engine counts it, where the mode of it or of one below it is another one by
 * now: the engine has given that to its copy, which a step that runs takes, and not to the digest of
 * it. Source: fsutil, diskwriter.go `HandleChange`.
 */
export function hasUnnoticedMode(node: TreeNode): boolean {
  return unnoticed.has(node);
}

const transferredFolders = pairMemory<FolderNode, FolderNode, FolderNode>();

function transferredFolder(folder: FolderNode, sent: FolderNode, digest: Digest): FolderNode {
  if (folder === sent) return folder;
  const remembered = transferredFolders.get(folder, sent);
  if (remembered !== undefined) return remembered;
  const differing = differingParts(folder, sent, digest);
  const sentAs = namesakesIn(differing.b);
  const changed = new Set(differing.a);
  const parts = folder.parts.map((part) => {
    if (!changed.has(part)) return part;
    const children = part.map((child) => transferred(child, sentAs(child.name), digest));
    return children.every((child, i) => child === part[i]) ? part : children;
  });
  const isSame = folder.mode === sent.mode && parts.every((part, i) => part === folder.parts[i]);
  const seen = isSame ? folder : withParts(folder, { ...folder, mode: sent.mode }, parts);
  const isOther = folder.mode !== sent.mode;
  if (isOther || parts.some((part, i) => part !== folder.parts[i] && part.some(hasUnnoticedMode)))
    unnoticed.add(seen);
  transferredFolders.set(folder, sent, seen);
  return seen;
}

/** Does the work of `transferredTree` one folder at a time, the deepest first: it is remembered. */
export function* transferring(
  folder: FolderNode,
  sent: Transfer,
  digest: Digest,
): Generator<void, void> {
  if (folder === sent || transferredFolders.get(folder, sent) !== undefined) return;
  const differing = differingParts(folder, sent, digest);
  const sentAs = namesakesIn(differing.b);
  for (const part of differing.a) {
    for (const child of part) {
      // Only these have work of their own.
      if (child.kind !== "directory") continue;
      const other = sentAs(child.name);
      if (other?.kind === "directory") yield* transferring(child, other, digest);
    }
  }
  transferredFolder(folder, sent, digest);
  yield;
}

/** Finds nodes by their names, each asked for once at most, in the order of the parts. */
function namesakesIn(parts: readonly Part[]): (name: string) => TreeNode | null {
  let [part, at] = [0, 0];
  return (name) => {
    for (; part < parts.length; part++, at = 0) {
      const nodes = parts[part] ?? [];
      for (; at < nodes.length; at++) {
        const node = nodes[at];
        if (node === undefined) continue;
        if (node.name === name) {
          at++;
          return node;
        }
        if (compareBytes(node.name, name) > 0) return null;
      }
    }
    return null;
  };
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
