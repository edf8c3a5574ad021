/**
 * The repository that a folder is of, as far as it may be asked: one that git would look into too,
 * found by its `.git` alone. A bare repository that lies among the files of another one is none, nor
 * is one that a `.git` names without being named back, or that belongs to somebody else.
 * Source: git, Documentation/config/safe.txt, setup.c.
 */
import { lstatSync } from "node:fs";
import path from "node:path";
import type { Result } from "../core/host.js";
import {
  commonSettings,
  type GitSetting,
  type GitSurroundings,
  isYes,
  readGitConfig,
  readGitText,
} from "./gitConfig.js";
import { gitFailure } from "./gitProcess.js";
import { repositoryFolders, type WorkTree } from "./gitRepository.js";
import { type FileSystem, nodeFileSystem } from "./nodeFileSystem.js";

/** What is asked, and as whom. */
export interface GitMachine {
  readonly fileSystem: FileSystem;
  readonly around: GitSurroundings;
  /** The number of this user; null: the system has none. */
  readonly user: number | null;
}

export function gitMachine(around: GitSurroundings): GitMachine {
  return { fileSystem: nodeFileSystem(), around, user: process.getuid?.() ?? null };
}

/** The work tree that a folder lies in. Errors: `ENOREPO`, `EFOREIGN`, and those of the folder. */
export function findOwnWorkTree(machine: GitMachine, folder: string): Result<WorkTree> {
  const real = machine.fileSystem.realPath(folder);
  if (!real.ok) return real;
  for (let top = real.value; ; top = path.dirname(top)) {
    if (machine.fileSystem.stat(path.join(top, ".git")).ok) return openOwnWorkTree(machine, top);
    if (path.dirname(top) === top) {
      return gitFailure("ENOREPO", folder, "is not in a git repository");
    }
  }
}

/** The work tree whose top folder, a real path, holds a `.git`. Errors as above. */
export function openOwnWorkTree(machine: GitMachine, top: string): Result<WorkTree> {
  const { fileSystem, around } = machine;
  const folders = repositoryFolders(fileSystem, top);
  if (folders === null) return gitFailure("ENOREPO", top, "holds a .git that is no repository");
  const { own, shared } = folders;
  const common = commonSettings(fileSystem, around);
  const local = [
    readGitConfig(fileSystem, path.join(shared, "config"), around.home),
    readGitConfig(fileSystem, path.join(own, "config.worktree"), around.home),
  ];
  if (common === null || local.includes(null)) {
    return gitFailure("ENOREPO", top, "has settings of git that cannot be read");
  }
  const inRepository = local.flatMap((read) => read ?? []);
  if (inRepository.some((setting) => setting.name === "core.bare" && isYes(setting))) {
    return gitFailure("ENOREPO", top, "holds a bare repository");
  }
  if (!isNamedBack(fileSystem, top, folders, inRepository)) {
    return gitFailure("EFOREIGN", top, `"${top}" has a .git of another work tree`);
  }
  const places = [...new Set([top, path.join(top, ".git"), own, shared])];
  if (places.some((place) => !isOurs(machine, place)) && !isDeclaredSafe(common, top)) {
    const message = `the repository "${top}" belongs to another user (git's safe.directory can allow it)`;
    return gitFailure("EFOREIGN", top, message);
  }
  return { ok: true, value: { top, own, shared, settings: [...common, ...inRepository] } };
}

/** True where the repository is of this very work tree: as its folder, by its settings or by a file. */
function isNamedBack(
  fileSystem: FileSystem,
  top: string,
  { own, shared }: { readonly own: string; readonly shared: string },
  settings: readonly GitSetting[],
): boolean {
  if (shared !== own && path.dirname(own) !== path.join(shared, "worktrees")) return false;
  const named = settings.filter(({ name }) => name === "core.worktree");
  if (named.some(({ value }) => value === null || path.resolve(own, value) !== top)) return false;
  const dotGit = path.join(top, ".git");
  if (own === dotGit || named.length > 0) return true;
  // A second work tree: `git worktree` keeps where its `.git` is.
  const back = readGitText(fileSystem, path.join(own, "gitdir"));
  if (back === null || back === "absent") return false;
  return path.resolve(own, back.replace(/\r?\n+$/, "")) === dotGit;
}

function isOurs({ user }: GitMachine, place: string): boolean {
  if (user === null) return true;
  try {
    const { uid } = lstatSync(place);
    // As git does: who became root still owns what was theirs.
    return uid === user || (user === 0 && String(uid) === process.env["SUDO_UID"]);
  } catch {
    return false;
  }
}

/** What the user's own settings say counts, never the repository's. An empty value starts anew. */
function isDeclaredSafe(settings: readonly GitSetting[], top: string): boolean {
  let isSafe = false;
  for (const { name, value } of settings) {
    if (name !== "safe.directory") continue;
    if (value === null || value === "") isSafe = false;
    else if (value === "*" || path.resolve(value) === top) isSafe = true;
    else if (value.endsWith("/*") && top.startsWith(value.slice(0, -1))) isSafe = true;
  }
  return isSafe;
}
