/**
 * The files of a stage as far as they can be computed without building: what COPY and WORKDIR put
 * there is known, what a RUN or a base image holds is not. A COPY --from of known files has the
 * same content digest as a COPY of the same files from the build context, and a folder that was
 * copied as it is is the very folder of the context.
 */
import type { Platform } from "../build/platform.js";
import type { FileTree, FolderNode, TreeNode } from "../context/fileTree.js";
import { folderNode, plainFolder } from "../context/folder.js";
import type { Taken } from "../context/selection.js";
import { isSameRef, type StageBase, type StepRef } from "../graph/graph.js";

/** What holds files that only a build can tell: a step, or the base that a stage stands on. */
export type Origin =
  | {
      readonly kind: "step";
      readonly of: StepRef;
      /** The result that the cache has of it: what it holds is then known by its key; null: none. */
      readonly cached: object | null;
    }
  | { readonly kind: "base"; readonly base: OpenBase; readonly platform: Platform };

export function isSameOrigin(one: Origin | null, other: Origin | null): boolean {
  if (one === other) return true;
  if (one?.kind === "step")
    return other?.kind === "step" && isSameRef(one.of, other.of) && one.cached === other.cached;
  return (
    one?.kind === "base" &&
    other?.kind === "base" &&
    one.base === other.base &&
    one.platform === other.platform
  );
}

/** A base that is not made here, and is not empty. */
export type OpenBase = Exclude<StageBase, { kind: "stage" | "scratch" }>;

/** The files at one moment. Later moments are other values, which share what stayed as it was. */
export interface StageFiles extends FileTree {
  /** What held all files at first; null: nothing was there. */
  readonly start: Origin | null;
  /** What has been put there since, the last first; null: nothing. */
  readonly puts: Put | null;
}

export interface Placed {
  readonly taken: Taken;
  /** Below the root of the stage; "" is the root itself. */
  readonly to: string;
  /** True for what comes out of an archive, with the owners and modes that it has there. */
  readonly isUnpacked: boolean;
  /** True for a file of which a build alone can tell whether it stands there, or in a folder of that name. */
  readonly isPerhaps: boolean;
}

/** What one step has put into its stage. */
export interface Put {
  readonly origin: Origin;
  /** Its destination below the root, links followed as far as they are known. */
  readonly target: string;
  /** True where folders lead to it that only a build can tell: each of them may be a link. */
  readonly isThroughOpen: boolean;
  /** null: anything, at the destination or below it. */
  readonly places: readonly Placed[] | null;
  /** What directories are like that it made, where they were missing. */
  readonly made: Made;
  readonly before: Put | null;
}

/** A directory that is made on the way. */
export interface Made {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** See `ownerOriginOf`. */
  readonly owner: Origin | null;
  /** False where only the last of them is the owner's, and root's those above it. */
  readonly ownsAll: boolean;
}

export const madeByRoot: Made = { mode: 0o755, uid: 0, gid: 0, owner: null, ownsAll: true };

/** What a build alone can tell of a folder, or of what is below it. */
interface Unknown {
  /**
   * What holds the entries that are not known, of this folder and of those below it that have none
   * of their own; null: as the folder above.
   */
  readonly origin: Origin | null;
  /**
   * Of a file where a folder may be, which has the file in it then: its name in that; null: it is no
   * such file.
   */
  readonly inFolder: string | null;
  /** What holds the number of an owner that has a name. */
  readonly owner: Origin | null;
  /** Of it and of all below it, in order. */
  readonly all: readonly Origin[];
}

/** Only of nodes with something unknown in or below them. */
const unknowns = new WeakMap<TreeNode, Unknown>();

/** Notes what is not known of a node; `below`: of its entries. */
export function noteUnknown(
  node: TreeNode,
  { origin, inFolder, owner }: Omit<Unknown, "all">,
  below: readonly Origin[],
): void {
  if (origin === null && owner === null && inFolder === null && below.length === 0) return;
  const own = [origin, owner].filter((one) => one !== null);
  const all = [...new Set([...own, ...below])];
  if (all.length > 0 || inFolder !== null) unknowns.set(node, { origin, inFolder, owner, all });
}

/** @param origin what holds all of them; null: the stage is empty */
export function stageFiles(origin: Origin | null): StageFiles {
  const root = folderNode(plainFolder(""), []);
  noteUnknown(root, { origin, inFolder: null, owner: null }, []);
  return { start: origin, puts: null, ...filesBelow(root) };
}

const nothingIgnored = () => false;

export function filesBelow(root: FolderNode): FileTree {
  return { root, isIgnored: nothingIgnored };
}

/** What holds the entries of a folder that are not known; null: as the folder above, or nothing. */
export function originOf(folder: TreeNode): Origin | null {
  return unknowns.get(folder)?.origin ?? null;
}

/** See `Unknown.inFolder`. */
export function nameInFolder(node: TreeNode): string | null {
  return unknowns.get(node)?.inFolder ?? null;
}

/** What holds the number of a node's owner; null: it is known. */
export function ownerOriginOf(node: TreeNode): Origin | null {
  return unknowns.get(node)?.owner ?? null;
}

/** What holds what is unknown of a node and below it, but for what it has from above. */
export function originsBelow(node: TreeNode): readonly Origin[] {
  return unknowns.get(node)?.all ?? [];
}

export function namesOf(path: string): readonly string[] {
  return path === "" ? [] : path.split("/");
}
