/** What a step leaves in the files of its stage; made when somebody asks for the files. */

import { rulesOf } from "../build/builderRules.js";
import { type FileEntry, type FileTree, plainEntry } from "../context/fileTree.js";
import { takesFolder } from "../context/select.js";
import type { Selection } from "../context/selection.js";
import type { Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import type { CopyOperation } from "../instructions/operation.js";
import { parentPath } from "../text/paths.js";
import { utf8Size } from "../text/utf8.js";
import { belowRoot, placeOfDocument, placesOf } from "./destinations.js";
import {
  changed,
  type Draft,
  directoryNode,
  fileInTheWay,
  makeDirectory,
  nodeAt,
  type Origin,
  putNode,
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
      readonly before: FilesAt;
      readonly taken: TakenFiles | null;
      readonly digest: Digest;
    };

/** What a COPY takes, and the tree that it is in. */
export interface TakenFiles {
  readonly selection: Selection;
  readonly tree: FileTree;
}

/**
 * The moment after a step. After a RUN anything may be anywhere.
 * @param taken by a COPY; null: not known, or nothing
 */
export function filesAfter(
  step: Step,
  before: FilesAt,
  taken: TakenFiles | null,
  digest: Digest,
): FilesAt {
  switch (step.operation?.kind) {
    case "run":
      return { kind: "start", origin: { kind: "step", step } };
    case "copy":
    case "makeDirectory":
      return { kind: "after", step, before, taken, digest };
    default:
      return before;
  }
}

const made = new WeakMap<FilesAt, StageFiles>();

/** The files of a moment. Remembered by it, as those of the moments before are. */
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
  for (const after of open.reverse()) {
    files = leave(after.step, files, after.taken, after.digest);
    made.set(after, files);
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
  for (const { entry, to } of selection.sources.flatMap((source) => source.entries)) {
    const path = [target, to].filter((part) => part !== "").join("/");
    if (entry.kind === "directory" && nodeAt(files.root, path)?.entry.kind === "file") return path;
  }
  return null;
}

function leave(
  step: Step,
  files: StageFiles,
  taken: TakenFiles | null,
  digest: Digest,
): StageFiles {
  const { operation } = step;
  if (operation?.kind === "makeDirectory") {
    return changed(files, (draft) => {
      makeDirectory(draft, belowRoot(operation.path));
    });
  }
  if (operation?.kind !== "copy") return files;
  return (
    copyInto(operation, files, taken, digest) ??
    hidden(files, operation.destination, { kind: "step", step })
  );
}

/** Everything below a path is not known: what an archive or a download leaves there. */
function hidden(files: StageFiles, path: string, origin: Origin): StageFiles {
  const clean = belowRoot(path);
  if (clean === "") return stageFiles(origin);
  return changed(files, (draft) => putNode(draft, directoryNode(clean, origin)));
}

/** null: what the COPY leaves cannot be computed. */
function copyInto(
  operation: CopyOperation,
  files: StageFiles,
  taken: TakenFiles | null,
  digest: Digest,
): StageFiles | null {
  const { items, from } = operation;
  if (items.some(({ kind }) => kind === "http" || kind === "git")) return null;
  const hasPaths = items.some(({ kind }) => kind === "paths");
  if (hasPaths && operation.isAdd && operation.unpack) return null;
  const takes = hasPaths && from.kind !== "scratch";
  const identities = takes ? identitiesOf(taken) : new Map<FileEntry, string>();
  if (identities === null) return null;
  const isDirectory = (path: string) => nodeAt(files.root, path)?.entry.kind === "directory";
  return changed(files, (draft) => {
    const places = takes && taken !== null ? placesOf(operation, taken.selection, isDirectory) : [];
    for (const { entry, path } of places) {
      put(draft, path, entry, identities.get(entry) ?? null, operation);
    }
    for (const item of items) {
      if (item.kind !== "inline") continue;
      const isThere = (path: string) => nodeAt(draft.root, path)?.entry.kind === "directory";
      const path = placeOfDocument(operation, item, isThere);
      const entry = { ...plainEntry(path, "file"), size: utf8Size(item.content) };
      // The identity that a file of this content has in a build context cannot be computed here
      // without its bytes' blob id; one of its own never claims an equality that is not.
      put(draft, path, entry, `inline:${digest(item.content)}`, operation);
    }
  });
}

/** The identities of the files that are taken; null: one of them is not known. */
function identitiesOf(taken: TakenFiles | null): ReadonlyMap<FileEntry, string> | null {
  if (taken === null) return null;
  const identities = new Map<FileEntry, string>();
  for (const { entries } of taken.selection.sources) {
    for (const { entry } of entries) {
      if (entry.kind !== "file") continue;
      const identity = taken.tree.identityOf(entry);
      if (identity === null) return null;
      identities.set(entry, identity);
    }
  }
  return identities;
}

/** Puts an entry where the COPY has it, with the mode and owner that it asks for. */
function put(
  draft: Draft,
  path: string,
  entry: FileEntry,
  identity: string | null,
  operation: CopyOperation,
): void {
  if (path === "") return;
  const { uid, gid, suffix } = ownerOf(operation.owner);
  const isOctal = /^[0-7]+$/.test(operation.mode);
  const mode = isOctal ? Number.parseInt(operation.mode, 8) : entry.mode;
  if (entry.kind === "directory") {
    const node = makeDirectory(draft, path);
    node.entry = { ...node.entry, mode, uid, gid };
    return;
  }
  // A symbolic mode is not worked out: it marks the content.
  const symbolic = isOctal ? "" : operation.mode;
  const own = { path, mode: entry.kind === "symlink" ? entry.mode : mode, uid, gid, stat: null };
  putNode(draft, {
    entry: { ...entry, ...own },
    identity: identity === null ? null : identity + suffix + symbolic,
    origin: null,
    children: new Map(),
  });
}

/** Numbers are what the files get; names depend on the stage's passwd file, so they mark the content. */
function ownerOf(owner: string): { uid: number; gid: number; suffix: string } {
  const [user = "", group = user] = owner.split(/:(.*)/s, 2);
  const uid = user === "" || user === "root" ? 0 : Number(user);
  const gid = group === "" || group === "root" ? 0 : Number(group);
  if (Number.isInteger(uid) && Number.isInteger(gid)) return { uid, gid, suffix: "" };
  return { uid: 0, gid: 0, suffix: `@${owner}` };
}
