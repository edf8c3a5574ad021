/** Where things are: the checkout, and the git-ignored folder for everything built or fetched. */
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout's root, found upward from the bundle so that it does not depend on who started it. */
export const repositoryRoot = findRoot(path.dirname(fileURLToPath(import.meta.url)));

/** Absolute path inside the checkout. */
export function inRepository(...parts: readonly string[]): string {
  return path.join(repositoryRoot, ...parts);
}

/** Absolute path inside the ignored cache folder. */
export function inCache(...parts: readonly string[]): string {
  return inRepository(".cache", ...parts);
}

function findRoot(folder: string): string {
  if (existsSync(path.join(folder, "package.json"))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error("The tests run from a bundle outside the checkout.");
  return findRoot(parent);
}
