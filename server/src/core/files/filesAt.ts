/** What a step leaves in the files of its stage; made when somebody asks for the files. */

import { rulesOf } from "../build/builderRules.js";
import { type FileNode, type FolderNode, fileNode, type TreeNode } from "../context/fileTree.js";
import { childOf, childrenOf, folderNode, nodeAt, withParts } from "../context/folder.js";
import { isRead } from "../context/readFiles.js";
import { takesFolder } from "../context/select.js";
import type { Selection, Taken } from "../context/selection.js";
import type { Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import type { CopyOperation } from "../instructions/operation.js";
import { baseName, parentPath } from "../text/paths.js";
import { utf8Size } from "../text/utf8.js";
import { belowRoot, placeOfDocument, placesOf } from "./destinations.js";
import {
  changed,
  fileInTheWay,
  isDirectoryIn,
  isSameOrigin,
  makeDirectory,
  type Origin,
  putNode,
  putUnknown,
  type StageFiles,
  stageFiles,
} from "./stageFiles.js";

/** A moment of a stage, by what its files come from. `filesOf` makes them. */
export type FilesAt =
  /** All of it is somewhere that only a build can see; null: nothing is there. */
  | { readonly kind: "start"; readonly origin: Origin | null }
  | {
      readonly kind: "after";
      readonly step: Step;
      /** The step, as what holds files that it leaves and nobody knows. */
      readonly origin: Origin;
      readonly before: FilesAt;
      readonly taken: Selection | null;
      readonly digest: Digest;
    };

/**
 * The moment after a step. After a RUN anything may be anywhere.
 * @param origin the step, as what holds files
 * @param taken by a COPY; null: not known, or nothing
 */
export function filesAfter(
  step: Step,
  origin: Origin,
  before: FilesAt,
  taken: Selection | null,
  digest: Digest,
): FilesAt {
  switch (step.operation?.kind) {
    case "run":
      return { kind: "start", origin };
    case "copy":
    case "makeDirectory":
      return { kind: "after", step, origin, before, taken, digest };
    default:
      return before;
  }
}

/** True where the files are the same, as far as one can tell without making them. */
export function isSameMoment(one: FilesAt, other: FilesAt): boolean {
  if (one === other) return true;
  if (one.kind === "start" || other.kind === "start")
    return one.kind === other.kind && isSameOrigin(one.origin, other.origin);
  return (
    one.step === other.step &&
    one.before === other.before &&
    one.taken === other.taken &&
    isSameOrigin(one.origin, other.origin)
  );
}

const made = new WeakMap<FilesAt, StageFiles>();

/**
 * The files of a moment. Remembered by it, as those of the moments before are, once all that was
 * copied into them is read.
 */
export function filesOf(moment: FilesAt): StageFiles {
  // A stage may have thousands of steps: no recursion.
  const open: Extract<FilesAt, { kind: "after" }>[] = [];
  let at = moment;
  while (at.kind === "after" && !made.has(at)) {
    open.push(at);
    at = at.before;
  }
  let files = made.get(at) ?? stageFiles(at.kind === "start" ? at.origin : null);
  made.set(at, files);
  let isFinal = true;
  for (const after of open.reverse()) {
    files = leave(after, files);
    if (after.taken !== null && !isAllRead(after.taken)) isFinal = false;
    if (isFinal) made.set(after, files);
  }
  return files;
}

/**
 * The file of the stage that fails the step, below the root; null: none that is known.
 * @param selection what a COPY takes; null: not known
 */
export function obstacleTo(
  { operation }: Step,
  files: StageFiles,
  selection: Selection | null,
): string | null {
  if (operation?.kind === "makeDirectory") return fileInTheWay(files, operation.path);
  if (operation?.kind !== "copy" || operation.link) return null;
  return obstacleToCopy(operation, files, selection);
}

/**
 * BuildKit puts no folder where a file is, the classic builder does so below the destination. Source:
 * fsutil, copy/copy.go; moby, builder/dockerfile/copy.go.
 */
function obstacleToCopy(
  operation: CopyOperation,
  files: StageFiles,
  selection: Selection | null,
): string | null {
  const target = belowRoot(operation.destination);
  const isFolder =
    operation.destination.endsWith("/") || (selection !== null && takesFolder(selection));
  const onTheWay = fileInTheWay(files, isFolder ? target : parentPath(target));
  if (onTheWay !== null || selection === null) return onTheWay;
  if (rulesOf(selection.builder).replacesFilesByFolders) return null;
  for (const one of selection.sources.flatMap(({ taken }) => taken)) {
    const path = [target, one.to].filter((part) => part !== "").join("/");
    const there = nodeAt(files.root, path);
    if (there === null || one.node.kind !== "directory") continue;
    if (there.kind === "file") return path;
    if (there.kind !== "directory" || !one.isWhole) continue;
    const below = fileForFolder(there, one.node);
    if (below !== null) return [path, below].filter((part) => part !== "").join("/");
  }
  return null;
}

/** The first file of a folder that has the place of a folder in another, at any depth. */
function fileForFolder(folder: FolderNode, other: FolderNode): string | null {
  for (const child of childrenOf(folder)) {
    const wanted = childOf(other, child.name);
    if (wanted?.kind !== "directory") continue;
    if (child.kind === "file") return child.name;
    const below = child.kind === "directory" ? fileForFolder(child, wanted) : null;
    if (below !== null) return `${child.name}/${below}`;
  }
  return null;
}

function leave(
  { step, origin, taken, digest }: Extract<FilesAt, { kind: "after" }>,
  files: StageFiles,
): StageFiles {
  const { operation } = step;
  if (operation?.kind === "makeDirectory") {
    return changed(files, (draft) => {
      makeDirectory(draft, belowRoot(operation.path));
    });
  }
  if (operation?.kind !== "copy") return files;
  return copyInto(operation, files, taken, digest) ?? hidden(files, operation.destination, origin);
}

/** Everything below a path is not known: what an archive or a download leaves there. */
function hidden(files: StageFiles, path: string, origin: Origin): StageFiles {
  const clean = belowRoot(path);
  if (clean === "") return stageFiles(origin);
  return changed(files, (draft) => putUnknown(draft, clean, origin));
}

/** null: what the COPY leaves cannot be computed. */
function copyInto(
  operation: CopyOperation,
  files: StageFiles,
  taken: Selection | null,
  digest: Digest,
): StageFiles | null {
  const { items, from } = operation;
  if (items.some(({ kind }) => kind === "http" || kind === "git")) return null;
  const hasPaths = items.some(({ kind }) => kind === "paths");
  if (hasPaths && operation.isAdd && operation.unpack) return null;
  const takes = hasPaths && from.kind !== "scratch";
  const selected = takes ? taken : null;
  if (takes && (selected === null || !isAllRead(selected))) return null;
  const isDirectory = (path: string) => nodeAt(files.root, path)?.kind === "directory";
  const given = givenBy(operation);
  return changed(files, (draft) => {
    const places = selected === null ? [] : placesOf(operation, selected, isDirectory);
    for (const { taken: one, to } of places) putNode(draft, to, as(given, alone(one)));
    for (const item of items) {
      if (item.kind !== "inline") continue;
      const path = placeOfDocument(operation, item, (at) => isDirectoryIn(draft, at));
      // The identity that a file of this content has in a build context cannot be computed here
      // without its bytes' blob id; one of its own never claims an equality that is not.
      const identity = `inline:${digest(item.content)}`;
      const file = fileNode({ name: baseName(path), size: utf8Size(item.content), identity });
      putNode(draft, path, as(given, file));
    }
  });
}

function isAllRead({ sources }: Selection): boolean {
  return sources.every(({ taken }) => taken.every((one) => isRead(alone(one))));
}

/** What is taken, without what is not taken with it. */
function alone({ node, isWhole }: Taken): TreeNode {
  return node.kind !== "directory" || isWhole ? node : folderNode(node, []);
}

/** What a COPY gives to all that it puts. */
interface Given {
  readonly uid: number;
  readonly gid: number;
  /** null: each keeps its own. */
  readonly mode: number | null;
  /** What cannot be worked out of owner and mode: it marks the content. */
  readonly mark: string;
  /** True where the files have it already. */
  readonly isNothing: boolean;
}

function givenBy({ owner, mode, from }: CopyOperation): Given {
  const { uid, gid, suffix } = ownerOf(owner);
  const isOctal = /^[0-7]+$/.test(mode);
  // A symbolic mode is not worked out.
  const mark = isOctal ? suffix : suffix + mode;
  const octal = isOctal ? Number.parseInt(mode, 8) : null;
  const isRoots = uid === 0 && gid === 0 && from.kind === "context";
  return { uid, gid, mode: octal, mark, isNothing: isRoots && octal === null && mark === "" };
}

/** A node with what the COPY gives it; the same where that changes nothing. */
function as(given: Given, node: TreeNode): TreeNode {
  if (given.isNothing) return node;
  return node.kind === "directory" ? folderAs(given, node) : fileAs(given, node);
}

function fileAs({ uid, gid, mode, mark }: Given, file: FileNode): FileNode {
  const own = file.kind === "symlink" ? file.mode : (mode ?? file.mode);
  const isSame = file.uid === uid && file.gid === gid && file.mode === own && mark === "";
  if (isSame) return file;
  const identity = file.identity === null ? null : file.identity + mark;
  return { ...file, mode: own, uid, gid, identity };
}

function folderAs(given: Given, folder: FolderNode): FolderNode {
  const { uid, gid } = given;
  const mode = given.mode ?? folder.mode;
  const parts = folder.parts.map((part) => {
    const children = part.map((child) => as(given, child));
    return children.every((child, i) => child === part[i]) ? part : children;
  });
  const isSame = folder.uid === uid && folder.gid === gid && folder.mode === mode;
  if (isSame && parts.every((part, i) => part === folder.parts[i])) return folder;
  return withParts(folder, { name: folder.name, mode, uid, gid }, parts);
}

/** Numbers are what the files get; names depend on the stage's passwd file, so they mark the content. */
function ownerOf(owner: string): { uid: number; gid: number; suffix: string } {
  const [user = "", group = user] = owner.split(/:(.*)/s, 2);
  const uid = user === "" || user === "root" ? 0 : Number(user);
  const gid = group === "" || group === "root" ? 0 : Number(group);
  if (Number.isInteger(uid) && Number.isInteger(gid)) return { uid, gid, suffix: "" };
  return { uid: 0, gid: 0, suffix: `@${owner}` };
}
