/** The build context as a commit has it, under that commit's own ignore file. */
import type { Builder } from "../build/builder.js";
import { rulesOf } from "../build/builderRules.js";
import { type BuildDefinition, contextFolder } from "../build/definition.js";
import type { FileNode, FileTree, FolderNode, TreeNode } from "../context/fileTree.js";
import { childOf, childrenOf, withChildren } from "../context/folder.js";
import { gitNotion } from "../context/gitNotion.js";
import {
  createIgnoreMatcher,
  type IgnoreProblem,
  ignoreNothing,
  readIgnoreFile,
} from "../context/ignoreFile.js";
import { type PairMemory, pairMemory } from "../context/pairMemory.js";
import { contextView } from "../files/contextInput.js";
import { type Digest, type Known, known } from "../host.js";
import { joinPath } from "../text/paths.js";
import type { CommitFacts, CommitFiles, Listing, NeedOf } from "../world/facts.js";
import type { ContextState } from "./analyse.js";
import { ignoreProblems } from "./contextStates.js";
import type { Read } from "./read.js";

/** The commit that a ref names, for a definition; null: its Dockerfile or context is in no file. */
export function commitNeed(definition: BuildDefinition, ref: string): NeedOf<"commit"> | null {
  const folder = contextFolder(definition);
  if (folder === null || definition.dockerfile.kind !== "file") return null;
  return { kind: "commit", ref, folder, file: definition.dockerfile.path };
}

export interface CommitContext {
  readonly definition: BuildDefinition;
  readonly commit: CommitFacts;
  /** The working tree: what git holds to be unchanged is the same, whatever its bytes became. */
  readonly working: Listing;
  readonly digest: Digest;
}

/** null: not known, or not yet. */
export function commitContext(context: CommitContext, read: Read): ContextState | null {
  const { repository, commit, folder } = context.commit;
  const files = read({ kind: "commitFiles", repository, commit, folder });
  const ignored = ignoreFile(context, read);
  if (files.kind !== "known" || ignored.kind !== "known") return null;
  return stateOf(context, files.value, ignored.value);
}

interface IgnoreFile {
  readonly path: string;
  readonly text: string;
}

/** The commit's own ignore file that the builder takes; null: it has none. */
function ignoreFile(
  { definition, commit: { repository, commit, folder, file } }: CommitContext,
  read: Read,
): Known<IgnoreFile | null> {
  const own = rulesOf(definition.builder).readsOwnIgnoreFile ? [`${file}.dockerignore`] : [];
  for (const path of [...own, joinPath(folder, ".dockerignore")]) {
    const text = read({ kind: "commitText", repository, commit, path });
    if (text.kind === "known") return known({ path, text: text.value });
    if (text.kind === "pending" || text.reason !== "missing") return text;
  }
  return known(null);
}

/** By the tree as git has it, which stands for the commit and the ignore file, and what became of it. */
const states = pairMemory<FileTree, FolderNode, ContextState>();

function stateOf(
  { definition: { builder }, commit: { system }, working, digest }: CommitContext,
  files: CommitFiles,
  ignored: IgnoreFile | null,
): ContextState {
  const { tree, problems } = listedFiles(files, ignored, builder, system);
  const root = asOnDisk(tree.root, gitNotion(working.tree).root, files);
  let state = states.get(tree, root);
  if (state === undefined) {
    const seen = { root, isIgnored: tree.isIgnored };
    state = {
      tree: seen,
      view: contextView(seen, digest),
      checkout: null,
      entryCount: root.entryCount,
      problems: ignoreProblems(ignored?.path ?? null, problems),
    };
    states.set(tree, root, state);
  }
  return state;
}

interface ListedFiles {
  readonly tree: FileTree;
  readonly problems: readonly IgnoreProblem[];
}

const trees = new WeakMap<CommitFiles, Map<string, ListedFiles>>();

/** The files of a commit that its ignore file leaves. */
function listedFiles(
  files: CommitFiles,
  ignored: IgnoreFile | null,
  builder: Builder,
  system: CommitFacts["system"],
): ListedFiles {
  const known = trees.get(files) ?? new Map<string, ListedFiles>();
  trees.set(files, known);
  const name = JSON.stringify([ignored, builder, system]);
  let listed = known.get(name);
  if (listed === undefined) {
    const ignore =
      ignored === null
        ? ignoreNothing(builder)
        : createIgnoreMatcher(readIgnoreFile(ignored.text), builder, system);
    const root = ignored === null ? files.root : visible(files.root, "", ignore.isIgnored);
    listed = { tree: { root, isIgnored: ignore.isIgnored }, problems: ignore.problems };
    known.set(name, listed);
  }
  return listed;
}

/** A folder of a commit without what is hidden; git keeps no folder that holds no file. */
function visible(
  folder: FolderNode,
  path: string,
  isIgnored: (path: string) => boolean,
): FolderNode {
  const changes = new Map<string, TreeNode | null>();
  for (const child of childrenOf(folder)) {
    const at = joinPath(path, child.name);
    if (child.kind !== "directory") {
      if (isIgnored(at)) changes.set(child.name, null);
      continue;
    }
    const seen = visible(child, at, isIgnored);
    if (seen !== child) changes.set(child.name, seen.fileCount === 0 ? null : seen);
  }
  return changes.size === 0 ? folder : withChildren(folder, changes);
}

const onDisk = new WeakMap<CommitFiles, PairMemory<FolderNode, FolderNode, FolderNode>>();

/**
 * The files of a commit with the bytes that they have on disk, where git holds those to be the same:
 * line ends and filters have made others of them. What is on disk as the commit has it is one value
 * for both, and so is what is remembered of it.
 *
 * @param working as git would keep it
 */
function asOnDisk(committed: FolderNode, working: FolderNode, files: CommitFiles): FolderNode {
  const known = onDisk.get(files) ?? pairMemory<FolderNode, FolderNode, FolderNode>();
  onDisk.set(files, known);
  return seenFolder(committed, working, "", files, known).node;
}

interface Seen<T> {
  readonly node: T;
  /** False where files on disk have still to be read. */
  readonly isFinal: boolean;
}

function seenFolder(
  committed: FolderNode,
  working: FolderNode,
  path: string,
  files: CommitFiles,
  known: PairMemory<FolderNode, FolderNode, FolderNode>,
): Seen<FolderNode> {
  const remembered = known.get(committed, working);
  if (remembered !== undefined) return { node: remembered, isFinal: true };
  const changes = new Map<string, TreeNode>();
  let isFinal = true;
  let count = 0;
  let isAsWorking = working.errors.length === 0 && working.mode === committed.mode;
  for (const child of childrenOf(committed)) {
    count++;
    const now = childOf(working, child.name);
    const at = joinPath(path, child.name);
    let seen: Seen<TreeNode> = { node: child, isFinal: true };
    if (child.kind === "directory" && now?.kind === "directory") {
      seen = seenFolder(child, now, at, files, known);
    } else if (child.kind !== "directory" && now !== null && now.kind !== "directory") {
      seen = seenFile(child, now, isAsFound(now, files, at));
    }
    if (seen.node !== child) changes.set(child.name, seen.node);
    if (seen.node !== now) isAsWorking = false;
    if (!seen.isFinal) isFinal = false;
  }
  if (isAsWorking)
    isAsWorking = working.parts.reduce((sum, part) => sum + part.length, 0) === count;
  const node = isAsWorking
    ? working
    : changes.size === 0
      ? committed
      : withChildren(committed, changes);
  if (isFinal) known.set(committed, working, node);
  return { node, isFinal };
}

/** True while a file is in the state in which git was found to hold it to be the commit's. */
function isAsFound(now: FileNode, { converted }: CommitFiles, path: string): boolean {
  const found = converted.get(path) ?? null;
  return (
    found !== null &&
    found.size === now.size &&
    found.mtimeMs === now.mtimeMs &&
    found.ctimeMs === now.ctimeMs
  );
}

/** @param isSame git holds the file to be the commit's, whatever its bytes became */
function seenFile(committed: FileNode, now: FileNode, isSame: boolean): Seen<FileNode> {
  const { kind, mode, size, identity, linkTarget } = now;
  if (kind === "file" && identity === null) return { node: committed, isFinal: false };
  const isAlike =
    kind === committed.kind &&
    size === committed.size &&
    identity === committed.identity &&
    linkTarget === committed.linkTarget;
  if (isAlike && mode === committed.mode) return { node: now, isFinal: true };
  const isTurned = isSame && !isAlike;
  return { node: isTurned ? { ...committed, identity, size } : committed, isFinal: true };
}
