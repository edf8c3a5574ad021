/**
 * What a repository holds, by git's plumbing: commits without a checkout, attributes, the index.
 * Nothing here writes to the repository, asks for a password or uses the network, and nothing of the
 * repository is run: see `gitProcess.ts`.
 */
import path from "node:path";
import type { TrackedFiles } from "../core/context/checkout.js";
import type { Result } from "../core/host.js";
import { baseName, parentPath } from "../core/text/paths.js";
import { surroundings } from "./gitConfig.js";
import { findOwnWorkTree, type GitMachine, gitMachine, openOwnWorkTree } from "./gitOwn.js";
import { type GitCall, gitFailure, runGit } from "./gitProcess.js";
import type { WorkTree } from "./gitRepository.js";
import type { Slices } from "./slices.js";

/** One entry of a commit's tree. Paths are relative to the folder that was asked for. */
export interface GitEntry {
  readonly path: string;
  readonly kind: "file" | "symlink" | "submodule";
  readonly isExecutable: boolean;
  /** The blob's id; a submodule's commit. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
}

/** The attributes that are set for a file, by their names: `set`, `unset` or a value. */
export type FileAttributes = ReadonlyMap<string, string>;

export interface GitRepository {
  readonly workTree: WorkTree;
  /** True where only the newest commits are there. */
  readonly isShallow: boolean;
  /** The full id of the commit that a ref names. Errors: `ENOREF`. */
  commit(ref: string): Promise<Result<string>>;
  /** Everything at and below a folder of the commit; `folder` relative to the top, "" is the top. */
  list(commit: string, folder: string, slices: Slices): Promise<Result<readonly GitEntry[]>>;
  /** A file's bytes; null: the commit has no file there. `path` relative to the top. */
  read(commit: string, path: string): Promise<Result<Buffer | null>>;
  /** Bytes of blobs, by id. */
  blobs(ids: readonly string[]): Promise<Result<ReadonlyMap<string, Buffer>>>;
  /**
   * These attributes of files, by path relative to the top: those that are set at all. They are read
   * as they stand in the work tree.
   *
   * @param own a file with the user's own attributes; null: there is none
   */
  attributes(
    names: readonly string[],
    paths: readonly string[],
    own: string | null,
  ): Promise<Result<ReadonlyMap<string, FileAttributes>>>;
  /** The tracked files that a sparse checkout leaves out. Paths relative to the top. */
  skipped(): Promise<Result<ReadonlySet<string>>>;
}

/**
 * The regular files that git tracks in a folder, asked of git itself, for an index that is not read
 * here (see `gitReader.ts`); null: it is in no repository that may be asked, or git cannot say.
 */
export async function trackedFiles(
  folder: string,
  machine = gitMachine(surroundings),
): Promise<TrackedFiles | null> {
  const real = machine.fileSystem.realPath(folder);
  const workTree = real.ok ? findOwnWorkTree(machine, real.value) : real;
  if (!real.ok || !workTree.ok) return null;
  const listed = await ask(workTree.value, ["ls-files", "--stage", "-z"], {
    folder: real.value,
    timeout: trackedFilesTimeout,
  });
  if (!listed.ok) return null;
  const tracked = new Map<string, Map<string, boolean>>();
  for (const line of text(listed.value).split("\0")) {
    const [, mode, file] = /^(\d+) [0-9a-f]+ \d\t(.+)$/s.exec(line) ?? [];
    if (file === undefined || mode?.startsWith("100") !== true) continue;
    const inFolder = tracked.get(parentPath(file)) ?? new Map<string, boolean>();
    tracked.set(parentPath(file), inFolder.set(baseName(file), mode === "100755"));
  }
  return tracked;
}

/** The lenses wait for it: a git that hangs, on a lost network disk, is given up. Milliseconds. */
const trackedFilesTimeout = 5_000;

/** For what a user asks for and waits for. Milliseconds. */
const usualTimeout = 60_000;

/** Opens the repository that a folder lies in. Errors: those of `findOwnWorkTree`. */
export function openGit(
  folder: string,
  machine: GitMachine = gitMachine(surroundings),
): Result<GitRepository> {
  const found = findOwnWorkTree(machine, folder);
  return found.ok ? { ok: true, value: gitRepository(machine, found.value) } : found;
}

/** The repository whose work tree has this very top folder. Errors: the same. */
export function openGitAt(
  top: string,
  machine: GitMachine = gitMachine(surroundings),
): Result<GitRepository> {
  const opened = openOwnWorkTree(machine, top);
  return opened.ok ? { ok: true, value: gitRepository(machine, opened.value) } : opened;
}

function gitRepository({ fileSystem }: GitMachine, workTree: WorkTree): GitRepository {
  const isShallow = fileSystem.stat(path.join(workTree.shared, "shallow")).ok;
  return {
    workTree,
    isShallow,
    async commit(ref) {
      const words = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`];
      const found = await ask(workTree, words);
      const id = found.ok ? text(found.value).trim() : "";
      // Git also gives an id for what leaves a commit out.
      if (/^[0-9a-f]+$/.test(id)) return { ok: true, value: id };
      if (!found.ok && found.error.code !== "EGIT") return found;
      const hint = isShallow
        ? "; this clone holds the newest commits only (git fetch --unshallow fetches the others)"
        : "";
      return gitFailure("ENOREF", workTree.top, `git knows no commit "${ref}"${hint}`);
    },
    async list(commit, folder, slices) {
      const listed = await ask(workTree, ["ls-tree", "-r", "-z", "-l", `${commit}:${folder}`]);
      return listed.ok ? { ok: true, value: await readEntries(listed.value, slices) } : listed;
    },
    async read(commit, file) {
      const answer = await blobsOf(workTree, [`${commit}:${file}`]);
      return answer.ok ? { ok: true, value: answer.value[0] ?? null } : answer;
    },
    async blobs(ids) {
      const answer = await blobsOf(workTree, ids);
      if (!answer.ok) return answer;
      const pairs = ids.flatMap((id, n): (readonly [string, Buffer])[] => {
        const bytes = answer.value[n];
        return bytes == null ? [] : [[id, bytes]];
      });
      return { ok: true, value: new Map(pairs) };
    },
    async attributes(names, paths, own) {
      if (paths.length === 0) return { ok: true, value: new Map() };
      const told = await ask(workTree, ["check-attr", "--stdin", "-z", ...names], {
        input: paths.map((file) => `${file}\0`).join(""),
        settings: own === null ? [] : [`core.attributesFile=${own}`],
      });
      return told.ok ? { ok: true, value: readAttributes(text(told.value)) } : told;
    },
    async skipped() {
      const listed = await ask(workTree, ["ls-files", "-t", "-z"]);
      if (!listed.ok) return listed;
      const lines = text(listed.value).split("\0");
      const skipped = lines.flatMap((line) => (line.startsWith("S ") ? [line.slice(2)] : []));
      return { ok: true, value: new Set(skipped) };
    },
  };
}

/** PATH, NAME, VALUE, each ended by a NUL. */
function readAttributes(told: string): ReadonlyMap<string, FileAttributes> {
  const words = told.split("\0");
  const files = new Map<string, Map<string, string>>();
  for (let at = 0; at + 2 < words.length; at += 3) {
    const [file = "", name = "", value = ""] = words.slice(at, at + 3);
    if (value === "unspecified") continue;
    const known = files.get(file) ?? new Map<string, string>();
    files.set(file, known.set(name, value));
  }
  return files;
}

/** `MODE TYPE ID SIZE\tPATH`, each ended by a NUL. */
async function readEntries(listing: Buffer, slices: Slices): Promise<readonly GitEntry[]> {
  const entries: GitEntry[] = [];
  for (let at = 0; at < listing.length; ) {
    if (entries.length % 512 === 0) await slices.next();
    const end = listing.indexOf(0, at);
    const line = text(listing.subarray(at, end < 0 ? listing.length : end));
    at = end < 0 ? listing.length : end + 1;
    const tab = line.indexOf("\t");
    if (tab < 0) continue;
    const [mode = "", , id = "", size = ""] = line.slice(0, tab).split(/ +/);
    const kind = mode === "160000" ? "submodule" : mode === "120000" ? "symlink" : "file";
    entries.push({
      path: line.slice(tab + 1),
      kind,
      isExecutable: mode === "100755",
      id,
      size: Number(size) || 0,
    });
  }
  return entries;
}

/** The blobs of these names, in their order; null: there is none of that name. */
async function blobsOf(
  workTree: WorkTree,
  names: readonly string[],
): Promise<Result<readonly (Buffer | null)[]>> {
  if (names.length === 0) return { ok: true, value: [] };
  // A line break would make two names of one: no file with it is a Dockerfile or a link's target.
  if (names.some((name) => name.includes("\n"))) {
    return gitFailure("EGIT", workTree.top, "a path with a line break cannot be asked for");
  }
  const answer = await ask(workTree, ["cat-file", "--batch"], { input: `${names.join("\n")}\n` });
  if (!answer.ok) return answer;
  const bytes = answer.value;
  const blobs: (Buffer | null)[] = [];
  for (let at = 0; at < bytes.length && blobs.length < names.length; ) {
    const end = bytes.indexOf(10, at);
    const header = text(bytes.subarray(at, end));
    const size = / (blob|tree|commit|tag) (\d+)$/.exec(header);
    at = end + 1;
    if (size === null) {
      blobs.push(null);
      continue;
    }
    const length = Number(size[2]);
    blobs.push(size[1] === "blob" ? bytes.subarray(at, at + length) : null);
    at += length + 1;
  }
  return { ok: true, value: blobs };
}

function ask(
  { top, own }: WorkTree,
  words: readonly string[],
  call: Partial<Pick<GitCall, "folder" | "settings" | "input" | "timeout">> = {},
): Promise<Result<Buffer>> {
  return runGit({ top, own, words, timeout: usualTimeout, ...call });
}

function text(bytes: Buffer): string {
  return bytes.toString("utf8");
}
