/**
 * A repository on this disk, found and read without git: where its files are, its settings, its
 * index. Source: git, Documentation/gitrepository-layout.txt, setup.c.
 */
import path from "node:path";
import {
  commonSettings,
  type GitSetting,
  type GitSurroundings,
  isYes,
  readGitConfig,
  readGitText,
} from "./gitConfig.js";
import { type GitIndex, readGitIndex } from "./gitIndex.js";
import { type FileSystem, readRegularFile } from "./nodeFileSystem.js";
import type { Slices } from "./slices.js";

export interface WorkTree {
  /** Absolute path. */
  readonly top: string;
  /** The folder of the repository that holds what is of this work tree, such as its index. */
  readonly own: string;
  /** The one that holds what all its work trees share. */
  readonly shared: string;
  /** Of this machine, this user and the repository. */
  readonly settings: readonly GitSetting[];
}

/** The work tree that a folder lies in, by its real path; null: none that can be read here. */
export function findWorkTree(
  fileSystem: FileSystem,
  folder: string,
  around: GitSurroundings,
): WorkTree | null {
  for (let top = folder; ; top = path.dirname(top)) {
    if (fileSystem.stat(path.join(top, ".git")).ok) return openWorkTree(fileSystem, top, around);
    if (path.dirname(top) === top) return null;
  }
}

/** The work tree whose top folder holds this `.git`; null: none that can be read here. */
export function openWorkTree(
  fileSystem: FileSystem,
  top: string,
  around: GitSurroundings,
): WorkTree | null {
  const folders = repositoryFolders(fileSystem, top);
  if (folders === null) return null;
  const { own, shared } = folders;
  const all = [
    commonSettings(fileSystem, around),
    readGitConfig(fileSystem, path.join(shared, "config"), around.home),
    readGitConfig(fileSystem, path.join(own, "config.worktree"), around.home),
  ];
  if (all.includes(null)) return null;
  const settings = all.flatMap((read) => read ?? []);
  return isReadHere(settings, top, own) ? { top, own, shared, settings } : null;
}

/** The folders that a `.git`, a folder or a file, stands for; null: it is none, or a link. */
export function repositoryFolders(
  fileSystem: FileSystem,
  top: string,
): { readonly own: string; readonly shared: string } | null {
  const dotGit = path.join(top, ".git");
  const stat = fileSystem.stat(dotGit);
  if (!stat.ok) return null;
  let own = dotGit;
  if (stat.value.kind !== "directory") {
    if (stat.value.kind !== "file") return null;
    const [, named] = /^gitdir: (.+?)\n*$/s.exec(readGitText(fileSystem, dotGit) ?? "") ?? [];
    if (named === undefined) return null;
    own = path.resolve(top, named);
  }
  if (!fileSystem.stat(path.join(own, "HEAD")).ok) return null;
  const common = readGitText(fileSystem, path.join(own, "commondir"));
  if (common === null) return null;
  return { own, shared: common === "absent" ? own : path.resolve(own, common.replace(/\n+$/, "")) };
}

/** Those that change nothing in the index or on disk. */
const knownExtensions: ReadonlySet<string> = new Set(
  [
    "noop",
    "preciousobjects",
    "partialclone",
    "worktreeconfig",
    "refstorage",
    "relativeworktrees",
  ].map((name) => `extensions.${name}`),
);

/** False where a setting makes another repository of it than is read here. */
function isReadHere(settings: readonly GitSetting[], top: string, own: string): boolean {
  return settings.every((setting) => {
    const { name, value } = setting;
    switch (name) {
      case "core.bare":
        return !isYes(setting);
      case "core.worktree":
        return value !== null && path.resolve(own, value) === top;
      case "extensions.objectformat":
        return value === "sha1";
      default:
        return !name.startsWith("extensions.") || knownExtensions.has(name);
    }
  });
}

/** Bytes: some millions of files. */
const maxIndex = 1_000_000_000;

/** The index of a work tree as it stands now; null: none that is read here. */
export type OpenIndex = (workTree: WorkTree, slices: Slices) => Promise<GitIndex | null>;

/**
 * Who walks a folder and who asks for what git tracks in it come together: an index that somebody
 * still uses is not read again, as long as it is the same file.
 */
export function indexes(fileSystem: FileSystem): OpenIndex {
  let last: { readonly stamp: string; readonly index: WeakRef<GitIndex> } | null = null;
  return async ({ own }, slices) => {
    const file = path.join(own, "index");
    const stat = fileSystem.stat(file);
    if (!stat.ok) return null;
    const stamp = `${file} ${stat.value.ino} ${stat.value.size} ${stat.value.mtimeMs}`;
    const known = last?.stamp === stamp ? last.index.deref() : undefined;
    if (known !== undefined) return known;
    const index = await readIndex(fileSystem, file, stat.value.mtimeMs, slices);
    last = index === null ? null : { stamp, index: new WeakRef(index) };
    return index;
  };
}

async function readIndex(
  fileSystem: FileSystem,
  file: string,
  writtenAt: number,
  slices: Slices,
): Promise<GitIndex | null> {
  // Git never writes into an index that is there: it puts a new file in its place.
  const bytes = readRegularFile(fileSystem, file, maxIndex);
  return bytes.ok ? readGitIndex(bytes.value, writtenAt, slices) : null;
}
