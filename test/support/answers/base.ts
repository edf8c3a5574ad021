/** The build whose answers count: that of a commit, made once from git's own objects. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { inCache, repositoryRoot } from "../repository.js";

/** Says in one line why there is nothing to compare with. */
export class NoBase extends Error {}

/** The folder of everything that is kept of a commit. */
export function baseFolder(commit: string): string {
  return inCache("answers", commit);
}

/** Gives the checkout's root, with its `dist` built. Throws `NoBase`. */
export function buildBase(commit: string): string {
  const tree = path.join(baseFolder(commit), "tree");
  if (existsSync(tree)) return tree;
  if (!isHere(commit)) {
    throw new NoBase(
      `The commit ${commit} is not in this clone, so there is nothing to compare with: git fetch --unshallow brings it.`,
    );
  }
  const fresh = `${tree}-${process.pid}`;
  const index = `${fresh}.index`;
  mkdirSync(fresh, { recursive: true });
  try {
    // Neither the checkout nor its index is touched.
    const env = { ...process.env, GIT_INDEX_FILE: index };
    git(["read-tree", commit], env);
    git(["checkout-index", "--all", `--prefix=${fresh}/`], env);
    // It lies inside this checkout, so that it finds the packages of this one.
    execFileSync(process.execPath, ["esbuild.mjs"], { cwd: fresh, stdio: "inherit" });
    renameSync(fresh, tree);
  } finally {
    rmSync(index, { force: true });
    rmSync(fresh, { recursive: true, force: true });
  }
  return tree;
}

function isHere(commit: string): boolean {
  try {
    git(["cat-file", "-e", `${commit}^{commit}`], process.env);
    return true;
  } catch {
    return false;
  }
}

function git(words: readonly string[], env: NodeJS.ProcessEnv): void {
  execFileSync("git", words, { cwd: repositoryRoot, env, stdio: "ignore" });
}
