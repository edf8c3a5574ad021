/** What a step leaves in the files of its stage; made when somebody asks for the files. */

import type { BuilderRules } from "../build/builderRules.js";
import type { FolderNode, TreeNode } from "../context/fileTree.js";
import { folderNode, nodeAt, plainFolder, withParts } from "../context/folder.js";
import { isRead } from "../context/readFiles.js";
import type { Selection, Taken } from "../context/selection.js";
import { hasUnnoticedMode } from "../context/transfer.js";
import type { Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import type { CopyOperation, MakeDirectoryOperation } from "../instructions/operation.js";
import { deepestDirectory, mostHanded } from "../syntax/limits.js";
import { cleanPath, isDeeper } from "../text/paths.js";
import { placesOf } from "./destinations.js";
import { changed, makeDirectory, putContent, putNode, putPerhaps, putUnknown } from "./draft.js";
import { as, givenBy, madeBy, madeForWorkdir } from "./givenHeaders.js";
import {
  hasAbove,
  hasDirectory,
  type KnownDirectories,
  noDirectories,
  rootAlone,
  withAbove,
  withDirectory,
} from "./knownDirectories.js";
import {
  filesBelow,
  isSameOrigin,
  madeByRoot,
  type Origin,
  originsBelow,
  type Placed,
  type StageFiles,
  stageFiles,
} from "./stageFiles.js";
import { type Standing, standingAt } from "./standing.js";
import { isUnpackedAsKnown } from "./unpacking.js";

/** A moment of a stage, by what its files come from. `filesOf` makes them. */
export type FilesAt =
  /** All of it is somewhere that only a build can see; null: nothing is there. */
  | { readonly kind: "start"; readonly origin: Origin | null }
  /** A folder of this machine, of which every file is read. */
  | { readonly kind: "folder"; readonly root: FolderNode }
  | {
      readonly kind: "after";
      readonly step: Step;
      /** The step, as what holds files that it leaves and nobody knows. */
      readonly origin: Origin;
      readonly before: FilesAt;
      readonly taken: Selection | null;
      /** Of how many stages, one taking from the other, what stands there was handed on at most. */
      readonly handed: number;
      readonly digest: Digest;
      readonly rules: BuilderRules;
      /** The destinations since the start, as they are written. */
      readonly copied: KnownDirectories;
      /** Those, what WORKDIR made, and all above them. */
      readonly above: KnownDirectories;
    };

/** What a COPY takes. */
export interface TakenFiles {
  /** null: not known, or nothing. */
  readonly taken: Selection | null;
  /** See `FilesAt`; 0: they are no stage's. */
  readonly handed: number;
}

/** How often what stands there was handed on from stage to stage, at most. */
export function handedOn(files: FilesAt): number {
  return files.kind === "after" ? files.handed : 0;
}

/** True where what stands there is not followed further: each stage digests anew what it adds to. */
export function areTooFar(taken: number, before: FilesAt): boolean {
  return Math.max(taken, handedOn(before)) > mostHanded;
}

/**
 * The moment after a step. After a RUN anything may be anywhere, and so may what goes to a place that only
 * the base image can tell, or what very many stages hand on.
 * @param origin the step, as what holds files
 */
export function filesAfter(
  step: Step,
  origin: Origin,
  before: FilesAt,
  { taken, handed: own }: TakenFiles,
  digest: Digest,
  rules: BuilderRules,
): FilesAt {
  const { operation } = step;
  // Where it puts something only the base image can tell: that may be anywhere too.
  if (operation?.kind === "run" || (operation !== null && step.openPath !== null))
    return { kind: "start", origin };
  if (operation?.kind !== "copy" && operation?.kind !== "makeDirectory") return before;
  if (areTooFar(own, before)) return { kind: "start", origin };
  const handed = Math.max(own, handedOn(before));
  const path = placeOf(operation);
  const { copied, above } = before.kind === "after" ? before : nothingPut[before.kind];
  return {
    kind: "after",
    step,
    origin,
    before,
    taken,
    handed,
    digest,
    rules,
    copied: operation.kind === "copy" ? withAbove(copied, path) : copied,
    above: withDirectory(above, path),
  };
}

/** In a folder anything may stand anywhere. */
const nothingPut = {
  start: { copied: noDirectories, above: rootAlone },
  folder: { copied: rootAlone, above: rootAlone },
};

function placeOf(operation: CopyOperation | MakeDirectoryOperation): string {
  return cleanPath(operation.kind === "copy" ? operation.destination : operation.path);
}

/**
 * False where nothing that is known can stand where a step puts something, which is most often so: then
 * no files have to be made to tell.
 */
export function mayMeetFiles({ operation }: Step, files: FilesAt): boolean {
  if (files.kind === "start") return false;
  if (files.kind === "folder") return true;
  if (operation?.kind !== "copy" && operation?.kind !== "makeDirectory") return false;
  const path = placeOf(operation);
  return (
    hasAbove(files.copied, path) || (operation.kind === "copy" && hasDirectory(files.above, path))
  );
}

/** True where the files are the same, as far as one can tell without making them. */
export function isSameMoment(one: FilesAt, other: FilesAt): boolean {
  if (one === other) return true;
  if (one.kind === "start") return other.kind === "start" && isSameOrigin(one.origin, other.origin);
  if (one.kind === "folder") return other.kind === "folder" && one.root === other.root;
  return (
    other.kind === "after" &&
    one.step === other.step &&
    one.before === other.before &&
    one.taken === other.taken &&
    one.handed === other.handed &&
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
  let files = made.get(at) ?? startingFiles(at);
  made.set(at, files);
  let isFinal = true;
  for (const after of open.reverse()) {
    files = leave(after, files);
    if (after.taken !== null && !isAllRead(after.taken)) isFinal = false;
    if (isFinal) made.set(after, files);
  }
  return files;
}

function startingFiles(at: FilesAt): StageFiles {
  if (at.kind !== "folder") return stageFiles(at.kind === "start" ? at.origin : null);
  const root = withParts(at.root, plainFolder(""), at.root.parts);
  return { start: null, puts: null, ...filesBelow(root) };
}

type After = Extract<FilesAt, { kind: "after" }>;

function leave(after: After, files: StageFiles): StageFiles {
  const { operation } = after.step;
  switch (operation?.kind) {
    case "makeDirectory":
      return madeIn(operation, after, files);
    case "copy":
      return copiedInto(operation, after, files);
    default:
      return files;
  }
}

function madeIn(
  operation: MakeDirectoryOperation,
  { origin, digest }: After,
  files: StageFiles,
): StageFiles {
  const { path: target, isThroughOpen } = standingAt(files, operation.path);
  if (isDeeper(target, deepestDirectory)) return allUnknown(origin);
  const made = madeForWorkdir(files, operation, digest);
  return changed(files, { origin, target, isThroughOpen, places: [], made }, (draft) => {
    makeDirectory(draft, target, made);
  });
}

function copiedInto(operation: CopyOperation, after: After, files: StageFiles): StageFiles {
  const { step, origin, digest, rules, taken } = after;
  const standing = standingAt(files, operation.destination);
  const { path: target, isThroughOpen } = standing;
  if (isDeeper(target, deepestDirectory)) return allUnknown(origin);
  const isFresh = isFreshAt(files, standing);
  const isOpen = step.openVariables.length > 0;
  const places = isOpen ? null : placedBy(operation, taken, standing, isFresh);
  if (places === null) {
    // What an archive or a download leaves, or what turns on the variables of a base image.
    if (target === "") return allUnknown(origin);
    const put = { origin, target, isThroughOpen, places, made: madeByRoot };
    return changed(files, put, (draft) => {
      putUnknown(draft, target, origin);
    });
  }
  const given = givenBy(operation, files, digest);
  const made = madeBy(operation, given, rules);
  const unpackedInto = rules.ownsMadeParents ? made : madeByRoot;
  return changed(files, { origin, target, isThroughOpen, places, made }, (draft) => {
    for (const { taken: one, to, isPerhaps, isUnpacked } of places) {
      const node = isUnpacked ? one.node : as(given, alone(one));
      if (isPerhaps) putPerhaps(draft, to, node, one.to, made);
      else if (one.to === "" && node.kind === "directory")
        putContent(draft, to, node, isUnpacked ? unpackedInto : made);
      else putNode(draft, to, node, made);
    }
  });
}

/** As after a RUN. */
function allUnknown(origin: Origin): StageFiles {
  return { ...stageFiles(origin), puts: null };
}

/**
 * What a COPY puts, at its places.
 * @param isFresh true where nothing is in the way at the destination: no folder that may be a link
 * @returns null: what it leaves cannot be computed
 */
export function placedBy(
  operation: CopyOperation,
  taken: Selection | null,
  standing: Standing,
  isFresh: boolean,
): readonly Placed[] | null {
  const { items, from } = operation;
  if (items.some(({ kind }) => kind === "http" || kind === "git")) return null;
  const hasPaths = items.some(({ kind }) => kind === "paths");
  if (hasPaths && taken !== null && !isUnpackedAsKnown(operation, taken, isFresh)) return null;
  const takes = hasPaths && from.kind !== "scratch";
  if (takes && (taken === null || !isAllRead(taken) || hasOtherModes(taken))) return null;
  return placesOf(operation, takes ? taken : null, standing);
}

/** That a base image has a folder of its name counts for nothing: see `stageContent.ts`. */
function isFreshAt(files: StageFiles, { path, what }: Standing): boolean {
  const isOfBase = what === "unknown" && files.start?.kind === "base";
  return what === "nothing" || isOfBase || isEmptyFolder(files, path);
}

function isEmptyFolder({ root }: StageFiles, path: string): boolean {
  const node = nodeAt(root, path);
  return node?.kind === "directory" && node.entryCount === 0 && originsBelow(root).length === 0;
}

function isAllRead({ sources }: Selection): boolean {
  return sources.every(({ taken }) => taken.every((one) => isRead(alone(one))));
}

/** True where a build alone can tell the modes: the step may run now, or have run before they changed. */
function hasOtherModes({ sources }: Selection): boolean {
  return sources.some(({ taken }) => taken.some(({ node }) => hasUnnoticedMode(node)));
}

/** What is taken, without what is not taken with it. */
export function alone({ node, isWhole }: Taken): TreeNode {
  return node.kind !== "directory" || isWhole ? node : folderNode(node, []);
}
