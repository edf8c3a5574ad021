/**
 * The files that a commit has in a folder, as this checkout would have them: without those that a
 * sparse checkout leaves out, with those of the submodules that are checked out.
 */
import path from "node:path";
import { type FileNode, type FolderNode, fileNode } from "../core/context/fileTree.js";
import { folderNode, plainFolder } from "../core/context/folder.js";
import { gitMode } from "../core/context/gitNotion.js";
import type { Result } from "../core/host.js";
import { baseName, joinPath, parentPath } from "../core/text/paths.js";
import type { CommitFiles } from "../core/world/facts.js";
import { type GitEntry, type GitRepository, openGitAt } from "./git.js";
import { type ComparingMachine, compareWithDisk } from "./gitCompare.js";
import { isYes } from "./gitConfig.js";
import type { GitMachine } from "./gitOwn.js";
import type { Slices } from "./slices.js";

export type CommitMachine = ComparingMachine & GitMachine;

/** Submodules in submodules are followed so deep. */
const maxDepth = 10;

/** @param folder relative to the top of the work tree; the answer's paths are relative to it */
export async function commitFiles(
  machine: CommitMachine,
  repository: GitRepository,
  at: { readonly commit: string; readonly folder: string },
  slices: Slices,
): Promise<Result<CommitFiles>> {
  const found = await committedFiles(machine, repository, at, slices, 0);
  if (!found.ok) return found;
  const { files, ...rest } = found.value;
  return { ok: true, value: { root: await treeOf(files, slices), ...rest } };
}

/** The same as a list. */
interface Committed extends Omit<CommitFiles, "root"> {
  readonly files: readonly PlacedFile[];
}

interface PlacedFile {
  /** Of the folder that it is in, relative to the one that was asked for. */
  readonly folder: string;
  readonly node: FileNode;
}

/** A folder of the tree that is being made. */
interface Draft {
  readonly folders: Map<string, Draft>;
  readonly files: FileNode[];
}

async function treeOf(files: readonly PlacedFile[], slices: Slices): Promise<FolderNode> {
  const root: Draft = { folders: new Map(), files: [] };
  let [folder, draft] = ["", root];
  let placed = 0;
  for (const file of files) {
    if (placed++ % 512 === 0) await slices.next();
    // Neighbours mostly stand in one folder.
    if (file.folder !== folder) {
      folder = file.folder;
      draft = draftAt(root, folder);
    }
    draft.files.push(file.node);
  }
  return finished("", root, slices);
}

function draftAt(root: Draft, folder: string): Draft {
  let draft = root;
  for (const name of folder === "" ? [] : folder.split("/")) {
    const next = draft.folders.get(name) ?? { folders: new Map(), files: [] };
    draft.folders.set(name, next);
    draft = next;
  }
  return draft;
}

async function finished(name: string, draft: Draft, slices: Slices): Promise<FolderNode> {
  await slices.next();
  const folders: FolderNode[] = [];
  for (const [inner, other] of draft.folders) folders.push(await finished(inner, other, slices));
  return folderNode(plainFolder(name), [...folders, ...draft.files]);
}

async function committedFiles(
  machine: CommitMachine,
  repository: GitRepository,
  { commit, folder }: { readonly commit: string; readonly folder: string },
  slices: Slices,
  depth: number,
): Promise<Result<Committed>> {
  const listed = await repository.list(commit, folder, slices);
  if (!listed.ok && listed.error.code !== "EGIT") return listed;
  // A context that the commit does not have is an empty one.
  const all = listed.ok ? listed.value : [];
  const entries = await checkedOut(machine, repository, folder, all);
  if (!entries.ok) return entries;
  const compared = await compareWithDisk(machine, repository, folder, entries.value, slices);
  if (!compared.ok) return compared;
  const links = entries.value.filter(({ kind }) => kind === "symlink");
  const targets = await repository.blobs(links.map(({ id }) => id));
  if (!targets.ok) return targets;
  const files: PlacedFile[] = [];
  for (const entry of entries.value) {
    if (files.length % 512 === 0) await slices.next();
    const node = nodeOf(entry, targets.value);
    if (node !== null) files.push({ folder: parentPath(entry.path), node });
  }
  const converted = new Map(compared.value.converted);
  const incomparable = [...compared.value.incomparable];
  for (const { path: place, id } of all.filter(({ kind }) => kind === "submodule")) {
    const top = path.join(repository.workTree.top, ...joinPath(folder, place).split("/"));
    if (!machine.fileSystem.stat(path.join(top, ".git")).ok) continue;
    const inner = depth < maxDepth ? await filesOf(machine, top, id, slices, depth + 1) : null;
    if (inner === null) {
      incomparable.push(place);
      continue;
    }
    for (const file of inner.files) files.push({ ...file, folder: joinPath(place, file.folder) });
    for (const [file, state] of inner.converted) converted.set(joinPath(place, file), state);
    for (const file of inner.incomparable) incomparable.push(joinPath(place, file));
  }
  return { ok: true, value: { files, converted, incomparable } };
}

/** The commit of a submodule; null: it is not to be had here. */
async function filesOf(
  machine: CommitMachine,
  top: string,
  id: string,
  slices: Slices,
  depth: number,
): Promise<Committed | null> {
  const opened = openGitAt(top, machine);
  const commit = opened.ok ? await opened.value.commit(id) : opened;
  if (!opened.ok || !commit.ok) return null;
  const place = { commit: commit.value, folder: "" };
  const found = await committedFiles(machine, opened.value, place, slices, depth);
  return found.ok ? found.value : null;
}

/** Without what a sparse checkout leaves out and nobody has put there. */
async function checkedOut(
  { fileSystem }: CommitMachine,
  repository: GitRepository,
  folder: string,
  entries: readonly GitEntry[],
): Promise<Result<readonly GitEntry[]>> {
  const { top, settings } = repository.workTree;
  const sparse = settings.findLast(({ name }) => name === "core.sparsecheckout");
  if (sparse === undefined || !isYes(sparse)) return { ok: true, value: entries };
  const skipped = await repository.skipped();
  if (!skipped.ok) return skipped;
  const isThere = (entry: GitEntry): boolean => {
    const place = joinPath(folder, entry.path);
    return !skipped.value.has(place) || fileSystem.stat(path.join(top, ...place.split("/"))).ok;
  };
  return { ok: true, value: entries.filter(isThere) };
}

/** null: a submodule, which is no file. */
function nodeOf(
  { path: place, kind, id, size, isExecutable }: GitEntry,
  links: ReadonlyMap<string, Buffer>,
): FileNode | null {
  const name = baseName(place);
  switch (kind) {
    case "submodule":
      return null;
    case "symlink":
      return fileNode({ name, kind, linkTarget: links.get(id)?.toString("utf8") ?? "" });
    case "file":
      return fileNode({ name, mode: gitMode(isExecutable), size, identity: id });
  }
}
