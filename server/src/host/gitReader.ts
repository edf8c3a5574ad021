/**
 * What git's index knows of the files on disk, without git and without reading them: the blob of a
 * file that did not change since git looked at it, where nothing makes a checkout differ from its
 * blobs. A setting that was another one when a file was checked out goes unseen, as git itself does
 * not see it.
 */
import path from "node:path";
import type { TrackedFiles } from "../core/context/checkout.js";
import { type AttributesRule, readGitAttributes } from "./gitAttributes.js";
import {
  commonAttributesFiles,
  type GitSetting,
  type GitSurroundings,
  isYes,
  pathOfSetting,
  readGitText,
  surroundings,
} from "./gitConfig.js";
import type { GitIndex } from "./gitIndex.js";
import {
  findWorkTree,
  indexes,
  type OpenIndex,
  openWorkTree,
  type WorkTree,
} from "./gitRepository.js";
import type { FileState } from "./identityTable.js";
import type { FileSystem } from "./nodeFileSystem.js";
import type { Slices } from "./slices.js";

/** A folder of a work tree. */
export interface GitFolder {
  /** The id of the blob that a regular file of the folder holds; null: it has to be read. */
  blobOf(file: NamedFile): string | null;
  /**
   * A folder in this one; null: nothing below it is known.
   *
   * @param has whether it holds something of that name
   * @param slices of a repository that stands in this one the index is read as well
   */
  below(name: string, has: (name: string) => boolean, slices: Slices): Promise<GitFolder | null>;
}

/** A regular file as it was seen. */
export type NamedFile = FileState & { readonly name: string };

/** What git's index says of the files on this disk. */
export interface GitReader {
  /**
   * What git knows of a folder, by its real path, as the index stands now. null: nothing that can be
   * used. On Windows that is always so: there git turns line ends by a setting of its own package.
   */
  folder(folder: string, slices: Slices): Promise<GitFolder | null>;
  /** The regular files that git tracks at and below a folder; null: that cannot be read here. */
  tracked(folder: string, slices: Slices): Promise<TrackedFiles | null>;
}

export function createGitReader(fileSystem: FileSystem, around = surroundings): GitReader {
  const openIndex = indexes(fileSystem);
  const machine: Machine = { fileSystem, around, openIndex };
  return {
    async folder(folder, slices) {
      if (fileSystem.system === "windows") return null;
      const workTree = findWorkTree(fileSystem, folder, around);
      if (workTree === null) return null;
      let place = workTree.top;
      let found = await topFolder(machine, workTree, hasIn(fileSystem, place), slices);
      for (const name of path.relative(place, folder).split(path.sep).filter(Boolean)) {
        place = path.join(place, name);
        found = (await found?.below(name, hasIn(fileSystem, place), slices)) ?? null;
      }
      return found;
    },
    async tracked(folder, slices) {
      const real = fileSystem.realPath(folder);
      const workTree = real.ok ? findWorkTree(fileSystem, real.value, around) : null;
      if (!real.ok || workTree === null) return null;
      const inside = path.relative(workTree.top, real.value).split(path.sep).join("/");
      return (await openIndex(workTree, slices))?.modesBelow(inside) ?? null;
    },
  };
}

function hasIn({ stat }: FileSystem, folder: string): (name: string) => boolean {
  return (name) => stat(path.join(folder, name)).ok;
}

interface Machine {
  readonly fileSystem: FileSystem;
  readonly around: GitSurroundings;
  readonly openIndex: OpenIndex;
}

interface Opened extends Machine {
  /** Absolute path of the work tree. */
  readonly top: string;
  readonly index: GitIndex;
}

/** The attributes that hold in a folder. */
interface Holding {
  /** With the folders that they are relative to. */
  readonly rules: readonly { readonly folder: string; readonly rule: AttributesRule }[];
  readonly macros: ReadonlySet<string>;
  /** When one of their files changed last, in milliseconds since the epoch. */
  readonly changedMs: number;
}

async function topFolder(
  machine: Machine,
  workTree: WorkTree,
  has: (name: string) => boolean,
  slices: Slices,
): Promise<GitFolder | null> {
  const { fileSystem, around } = machine;
  const { top, shared, settings } = workTree;
  if (settings.some(turnsBytes)) return null;
  const index = await machine.openIndex(workTree, slices);
  if (index === null) return null;
  const named = settings.flatMap(({ name, value }) =>
    name === "core.attributesfile" && value !== null
      ? [pathOfSetting(value, top, around.home)]
      : [],
  );
  const own = path.join(shared, "info", "attributes");
  let holding: Holding | null = { rules: [], macros: new Set(), changedMs: 0 };
  for (const file of [...commonAttributesFiles(around), ...named, own])
    holding = holding && withAttributes(fileSystem, holding, file, "");
  return holding && folderAt({ ...machine, top, index }, "", has, holding);
}

/** True where bytes may change on checkout without an attribute, or by attributes of a commit. */
function turnsBytes(setting: GitSetting): boolean {
  return (setting.name === "core.autocrlf" && isYes(setting)) || setting.name === "attr.tree";
}

/** What holds when a file of attributes is added, if it is there; null: it cannot be read. */
function withAttributes(
  fileSystem: FileSystem,
  holding: Holding,
  file: string,
  folder: string,
): Holding | null {
  const text = readGitText(fileSystem, file);
  if (text === "absent") return holding;
  const real = fileSystem.realPath(file);
  const stat = real.ok ? fileSystem.stat(real.value) : real;
  if (text === null || !stat.ok) return null;
  const { rules, macros } = readGitAttributes(text, holding.macros);
  const { mtimeMs, ctimeMs } = stat.value;
  return {
    rules: [...holding.rules, ...rules.map((rule) => ({ folder, rule }))],
    macros,
    changedMs: Math.max(holding.changedMs, mtimeMs, ctimeMs),
  };
}

/** @param folder relative to the work tree, "" is its top */
function folderAt(
  tree: Opened,
  folder: string,
  has: (name: string) => boolean,
  above: Holding,
): GitFolder | null {
  const { fileSystem, top, index } = tree;
  const entries = index.folder(folder);
  const attributes = ".gitattributes";
  let holding: Holding | null = above;
  if (has(attributes))
    holding = withAttributes(fileSystem, above, path.join(top, folder, attributes), folder);
  // Git then takes those that it tracks.
  else if (entries?.has(attributes) === true) return null;
  if (holding === null) return null;
  const { rules, changedMs } = holding;
  const inFolder = folder === "" ? "" : `${folder}/`;
  return {
    blobOf(file) {
      const blob = entries?.blobOf(file.name, file) ?? null;
      // Other attributes may have held when the file was checked out.
      if (blob === null || changedMs > file.ctimeMs) return null;
      if (rules.length === 0) return blob;
      const place = inFolder + file.name;
      const mayDiffer = rules.some(({ folder: of, rule }) =>
        rule.mayMatch(of === "" ? place : place.slice(of.length + 1)),
      );
      return mayDiffer ? null : blob;
    },
    async below(name, hasBelow, slices) {
      if (!hasBelow(".git")) return folderAt(tree, inFolder + name, hasBelow, holding);
      // A submodule, or a repository that stands in another one.
      const inner = openWorkTree(fileSystem, path.join(top, folder, name), tree.around);
      return inner && topFolder(tree, inner, hasBelow, slices);
    },
  };
}
