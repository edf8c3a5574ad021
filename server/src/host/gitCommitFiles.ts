/**
 * The files that a commit has in a folder, as this checkout would have them: without those that a
 * sparse checkout leaves out, with those of the submodules that are checked out.
 */
import path from "node:path";
import { gitMode } from "../core/context/gitNotion.js";
import type { ListedFile } from "../core/context/listedTree.js";
import type { Result } from "../core/host.js";
import { joinPath } from "../core/text/paths.js";
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
  { commit, folder }: { readonly commit: string; readonly folder: string },
  slices: Slices,
  depth = 0,
): Promise<Result<CommitFiles>> {
  const listed = await repository.list(commit, folder);
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
  const files = entries.value.flatMap((entry) => listedFile(entry, targets.value));
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
    for (const file of inner.files) files.push({ ...file, path: joinPath(place, file.path) });
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
): Promise<CommitFiles | null> {
  const opened = openGitAt(top, machine);
  const commit = opened.ok ? await opened.value.commit(id) : opened;
  if (!opened.ok || !commit.ok) return null;
  const place = { commit: commit.value, folder: "" };
  const found = await commitFiles(machine, opened.value, place, slices, depth);
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

function listedFile(
  { path: place, kind, id, size, isExecutable }: GitEntry,
  links: ReadonlyMap<string, Buffer>,
): readonly ListedFile[] {
  switch (kind) {
    case "submodule":
      return [];
    case "symlink":
      return [{ path: place, kind, linkTarget: links.get(id)?.toString("utf8") ?? "" }];
    case "file":
      return [{ path: place, mode: gitMode(isExecutable), size, identity: id }];
  }
}
