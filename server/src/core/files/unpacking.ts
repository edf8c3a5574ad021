/** Archives among the files that an ADD takes. */
import type { Archive } from "../context/archive.js";
import type { FileNode } from "../context/fileTree.js";
import type { Selection, Taken } from "../context/selection.js";
import { RememberedByObjects } from "../graph/remembered.js";
import type { CopyOperation } from "../instructions/operation.js";

/**
 * What a file of a context is to ADD; null: not known, or not yet.
 * @param folder the name of a `--build-context`; null: the main one
 */
export type ArchiveLookup = (folder: string | null, path: string, file: FileNode) => Archive | null;

const notKnown = {};
const withThem = new RememberedByObjects<Selection>();

/** With what is known of the archives in it: the same object as long as that is the same. */
export function withArchives(
  { isAdd, unpack, from }: CopyOperation,
  selection: Selection,
  lookup: ArchiveLookup,
): Selection {
  if (!isAdd || !unpack || from.kind !== "context") return selection;
  const folder = from.folder ?? null;
  const files = unpackable(selection).map(({ path, node }) => ({
    node,
    archive: lookup(folder, path, node),
  }));
  if (files.length === 0) return selection;
  const objects = files.map(({ archive }) => archive ?? notKnown);
  return withThem.get([selection, ...objects], () => ({
    ...selection,
    archives: new Map(files.map(({ node, archive }) => [node, archive])),
  }));
}

/** A shorter file holds no entry. */
const shortest = 20;

/** The files that sources name; what is in a folder is copied as it is. */
function unpackable({ sources }: Selection): readonly { path: string; node: FileNode }[] {
  return sources
    .filter(({ taken }) => !isListOfFolder(taken))
    .flatMap(({ taken }) =>
      taken.flatMap(({ path, node }) =>
        node.kind === "file" && node.size >= shortest ? [{ path, node }] : [],
      ),
    );
}

/** True for what filters have left of a folder: it is listed with the folder's own entry. */
function isListOfFolder(taken: readonly Taken[]): boolean {
  return taken.some(({ node, isWhole }) => node.kind === "directory" && !isWhole);
}

/** What ADD finds in a file that is taken; null: nothing is known, or to be unpacked. */
export function archiveOf(selection: Selection | null, { node }: Taken): Archive | null {
  if (node.kind === "directory") return null;
  return selection?.archives?.get(node) ?? null;
}

/** True where an archive is known to be unpacked. */
export function unpacksSome({ archives }: Selection): boolean {
  return [...(archives?.values() ?? [])].some((archive) => archive?.kind === "files");
}

/**
 * True where it is known what unpacking puts to the destination, or nothing is unpacked.
 * @param isFresh true where no folder of an archive can meet a link there
 */
export function isUnpackedAsKnown(
  { isAdd, unpack, mode }: CopyOperation,
  selection: Selection,
  isFresh: boolean,
): boolean {
  if (!isAdd || !unpack) return true;
  if (selection.sources.some(({ taken }) => isListOfFolder(taken))) return false;
  return [...(selection.archives?.values() ?? [])].every((archive) => {
    if (archive === null) return false;
    return archive.kind === "plain" || (mode === "" && (isFresh || archive.listsFolders));
  });
}
