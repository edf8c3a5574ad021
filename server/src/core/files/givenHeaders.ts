/** What a COPY or WORKDIR gives to what it puts: owner and mode. */
import type { BuilderRules } from "../build/builderRules.js";
import type { FileNode, FolderNode, Part, TreeNode } from "../context/fileTree.js";
import { withParts } from "../context/folder.js";
import type { Digest } from "../host.js";
import type { CopyOperation, MakeDirectoryOperation } from "../instructions/operation.js";
import { type ModeChange, modeChange, modeNumber } from "./modes.js";
import { type Made, noteUnknown, type Origin, type StageFiles } from "./stageFiles.js";
import { holderOf } from "./standing.js";

export interface Given {
  /** null: each keeps its own. */
  readonly ids: { readonly uid: number; readonly gid: number } | null;
  /** null: each keeps its own. */
  readonly mode: ModeChange | null;
  /** What holds the numbers of the owner; null: they are known. */
  readonly owner: Origin | null;
  /** True where the files have it already. */
  readonly isNothing: boolean;
}

/**
 * What is sent by a client is root's, as documents are; what a stage or an image has keeps its owners where
 * the line names none. Source: BuildKit, solver/llbsolver/file/backend.go `mapUserToChowner`.
 */
export function givenBy(
  { owner, mode, from }: CopyOperation,
  files: StageFiles,
  digest: Digest,
): Given {
  const change = mode === "" ? null : modeChange(mode);
  const isNothing = change === null;
  const isTaken = from.kind === "stage" || from.kind === "image";
  if (owner === "" && isTaken) return { ids: null, mode: change, owner: null, isNothing };
  const { owner: holder, ...ids } = ownerIn(files, owner, digest);
  const isRoots = ids.uid === 0 && ids.gid === 0 && from.kind === "context";
  return { ids, mode: change, owner: holder, isNothing: isNothing && isRoots && holder === null };
}

/**
 * Directories that are made for what is copied. A mode in letters is not for them. Source: BuildKit
 * frontend, dockerfile2llb/convert_copy.go; fsutil, copy/copy.go `MkdirAll`.
 */
export function madeBy(
  { mode }: CopyOperation,
  { ids, owner }: Given,
  { ownsMadeParents }: BuilderRules,
): Made {
  const { uid, gid } = ids ?? root;
  return { mode: modeNumber(mode) ?? 0o755, uid, gid, owner, ownsAll: ownsMadeParents };
}

/** A directory that WORKDIR makes, and those above it. */
export function madeForWorkdir(
  files: StageFiles,
  { owner, openOwner }: Pick<MakeDirectoryOperation, "owner" | "openOwner">,
  digest: Digest,
): Made {
  // What is not known is held by the base, as the number of a name is.
  const name = openOwner === undefined ? owner : `$${openOwner}`;
  return { mode: 0o755, ...ownerIn(files, name, digest), ownsAll: true };
}

/** A node with what the COPY gives it; the same where that changes nothing. */
export function as(given: Given, node: TreeNode): TreeNode {
  if (given.isNothing) return node;
  const copy = node.kind === "directory" ? folderAs(given, node) : fileAs(given, node);
  const { owner } = given;
  if (owner !== null) noteUnknown(copy, { origin: null, inFolder: null, owner }, []);
  return copy;
}

function fileAs({ ids, mode }: Given, file: FileNode): FileNode {
  const { uid, gid } = ids ?? file;
  const own = file.kind === "symlink" || mode === null ? file.mode : mode(file.mode, false);
  const isSame = file.uid === uid && file.gid === gid && file.mode === own;
  return isSame ? file : { ...file, mode: own, uid, gid };
}

/** Parts of folders in which all is root's. */
const rootsParts = new WeakSet<Part>();

function folderAs(given: Given, folder: FolderNode): FolderNode {
  const { uid, gid } = given.ids ?? folder;
  const mode = given.mode === null ? folder.mode : given.mode(folder.mode, true);
  const isRoots =
    given.ids?.uid === 0 && given.ids.gid === 0 && given.mode === null && given.owner === null;
  const parts = folder.parts.map((part) => {
    // A folder that is handed on from stage to stage is looked through once.
    if (isRoots && rootsParts.has(part)) return part;
    const children = part.map((child) => as(given, child));
    const isSame = children.every((child, i) => child === part[i]);
    if (isRoots && isSame) rootsParts.add(part);
    return isSame ? part : children;
  });
  const isSame = folder.uid === uid && folder.gid === gid && folder.mode === mode;
  if (isSame && parts.every((part, i) => part === folder.parts[i])) return folder;
  return withParts(folder, { name: folder.name, mode, uid, gid }, parts);
}

type Owner = Pick<Made, "uid" | "gid" | "owner">;

const root: Owner = { uid: 0, gid: 0, owner: null };

/**
 * Numbers are what the files get, a user's alone for the group too. A name is looked up in the passwd
 * and group files of the stage: what holds those holds the numbers, and until then the owner goes by a
 * negative one of its name. Where those files are not there it is root. Source: BuildKit,
 * solver/llbsolver/file/user_linux.go.
 */
function ownerIn(files: StageFiles, owner: string, digest: Digest): Owner {
  if (owner === "") return root;
  const [user = "", group = user] = owner.split(/:(.*)/s, 2);
  const uid = idOf(user);
  const gid = idOf(group);
  if (uid !== null && gid !== null) return { uid, gid, owner: null };
  const holder = holderOf(files, [
    ...(uid === null ? ["etc/passwd"] : []),
    ...(gid === null && group !== user ? ["etc/group"] : []),
  ]);
  if (holder === null) return { uid: uid ?? 0, gid: gid ?? 0, owner: null };
  const stand = -1 - Number.parseInt(digest(owner).slice(0, 12), 16);
  return { uid: stand, gid: stand, owner: holder };
}

/** null: it is a name. */
function idOf(text: string): number | null {
  if (text === "" || text === "root") return 0;
  return /^\d+$/.test(text) ? Number(text) : null;
}
