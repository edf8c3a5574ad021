/** The files of the project: what git tracks or would track, so neither bundles nor caches. */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { inRepository, repositoryRoot } from "./repository.js";

/** Paths relative to the checkout, with `/`; all of them lie below one of `folders` (default: any). */
export function projectFiles(...folders: readonly string[]): readonly string[] {
  const listed = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...folders],
    { cwd: repositoryRoot, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  const files = new Set(listed.split("\0").filter((file) => file !== ""));
  return [...files].filter((file) => isFile(inRepository(file))).sort();
}

/** The TypeScript sources below a folder. */
export function sources(...folders: readonly string[]): readonly string[] {
  return projectFiles(...folders).filter((file) => file.endsWith(".ts"));
}

/** The text of a file of the project. */
export function projectText(file: string): string {
  return readFileSync(inRepository(file), "utf8");
}

/**
 * What a source imports, types included: a package by its name, a file of the project by its path
 * relative to the checkout, such as `server/src/protocol.ts`.
 */
export function importsOf(file: string): readonly string[] {
  const specifiers = projectText(file).matchAll(
    /^(?:import|export)\b[^"';]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gms,
  );
  return [...specifiers].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? "";
    if (!specifier.startsWith(".")) return specifier;
    return path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, ".ts");
  });
}

/** False for what is deleted but not yet so in git's index, and for a link to a folder. */
function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
