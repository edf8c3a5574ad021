/**
 * Which paths git ignores, by the texts of its ignore files. Source: git, Documentation/gitignore.txt.
 */
import { matchPath } from "./glob.js";

/** An ignore file of git. Paths are relative to the top of the repository. */
export interface IgnoreText {
  /** The folder that its patterns are about; empty: the top. */
  readonly folder: string;
  readonly file: string;
  readonly text: string;
}

/** What git says of a folder without being asked: nothing of it is run. */
export interface GitRules {
  /** The folder itself, relative to the top of the repository; empty: the top. */
  readonly folder: string;
  /** From the weakest to the strongest: a later one decides. */
  readonly ignores: readonly IgnoreText[];
  /** The folders of its submodules, relative to the top. */
  readonly submodules: readonly string[];
}

/** The line that makes git ignore a path. */
export interface IgnoringLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

interface Pattern extends IgnoringLine {
  readonly folder: string;
  readonly parts: readonly string[];
  /** False: a name at any depth. */
  readonly isAnchored: boolean;
  readonly isException: boolean;
}

/**
 * The line by which git ignores a path that is not there, or a folder above it; null: none. Nobody
 * knows whether it would be a folder: a pattern for folders counts.
 * @param path relative to the top of the repository
 */
export function ignoringLine({ ignores }: GitRules, path: string): IgnoringLine | null {
  const names = path.split("/");
  for (let end = 1; end <= names.length; end++) {
    // What is in an ignored folder cannot be taken back.
    const last = lastMatch(ignores, names.slice(0, end));
    if (last !== null && !last.isException) return { file: last.file, line: last.line };
  }
  return null;
}

/** The submodule that a path is in, or is; null: none. */
export function submoduleOf({ submodules }: GitRules, path: string): string | null {
  return submodules.find((folder) => path === folder || path.startsWith(`${folder}/`)) ?? null;
}

function lastMatch(ignores: readonly IgnoreText[], names: readonly string[]): Pattern | null {
  for (const ignore of ignores.toReversed()) {
    const found = patternsOf(ignore).findLast((pattern) => matches(pattern, names));
    if (found !== undefined) return found;
  }
  return null;
}

function matches({ folder, parts, isAnchored }: Pattern, names: readonly string[]): boolean {
  const above = folder === "" ? [] : folder.split("/");
  if (above.length >= names.length || above.some((name, at) => name !== names[at])) return false;
  const own = names.slice(above.length);
  if (isAnchored) return matchesParts(parts, own);
  const [part = ""] = parts;
  return matchPath(part, own.at(-1) ?? "") === "match";
}

/** `**` stands for any number of names; at the end for at least one. */
function matchesParts(parts: readonly string[], names: readonly string[]): boolean {
  // reached[at]: the parts so far match the first `at` names.
  let reached = names.map(() => false);
  reached = [true, ...reached];
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    let anyBefore = false;
    reached = reached.map((was, at) => {
      if (part === "**") {
        const above = anyBefore;
        anyBefore ||= was;
        return isLast ? above : anyBefore;
      }
      const name = names[at - 1];
      return name !== undefined && reached[at - 1] === true && matchPath(part, name) === "match";
    });
  }
  return reached[names.length] === true;
}

const patterns = new WeakMap<IgnoreText, readonly Pattern[]>();

function patternsOf(ignore: IgnoreText): readonly Pattern[] {
  let known = patterns.get(ignore);
  if (known === undefined) {
    known = ignore.text
      .split("\n")
      .flatMap((line, at) => readPattern(line, ignore, at + 1))
      .slice(0, maxPatterns);
    patterns.set(ignore, known);
  }
  return known;
}

/** A file with more is none that somebody wrote. */
const maxPatterns = 10_000;

function readPattern(written: string, { folder, file }: IgnoreText, line: number): Pattern[] {
  const text = written.replace(/\r$/, "").replace(/(?<!\\) +$/, "");
  if (text === "" || text.startsWith("#")) return [];
  const isException = text.startsWith("!");
  const pattern = (isException ? text.slice(1) : text).replace(/\/$/, "").replaceAll("[!", "[^");
  const parts = pattern.replace(/^\//, "").split("/");
  if (pattern === "" || parts.includes("")) return [];
  return [{ folder, file, line, parts, isAnchored: pattern.includes("/"), isException }];
}
