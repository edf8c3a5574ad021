/**
 * moby/patternmatcher: lists of patterns with `!` exceptions, of which the last that matches
 * decides. `.dockerignore`, `--exclude` and `--parents` all go through it.
 */

import { cleanPath, trimSpace } from "../text/paths.js";
import { matchFilePath } from "./glob.js";
import { compileExpression, type Expression } from "./patternExpression.js";

export interface PatternMatcher {
  readonly patterns: readonly Pattern[];
  readonly problems: readonly PatternProblem[];
  readonly hasExceptions: boolean;
  /** What every walk starts with; also right for asking about a path directly. */
  readonly start: MatchState;
  /**
   * The verdict on one path, given its directory's state (`MatchesUsingParentResults`), and the
   * state for what is below it. With `start` the path's own directories are looked at as well.
   */
  match(path: string, parent: MatchState): MatchResult;
}

/** For each pattern whether it matched the directory; empty at the start of a walk. */
export type MatchState = readonly boolean[];

export interface MatchResult {
  readonly matched: boolean;
  readonly state: MatchState;
}

export interface PatternProblem {
  /** Index into the patterns that were given. */
  readonly index: number;
  readonly pattern: string;
  /** `bare`: nothing stands behind the `!`. */
  readonly mistake: "bare" | "syntax";
}

/** One pattern, `!` and blanks removed. */
export interface Pattern {
  /** Index into the patterns that were given. */
  readonly index: number;
  readonly text: string;
  readonly isException: boolean;
  readonly matches: (path: string) => boolean;
  /** False when the pattern matches nothing below this directory except through the directory itself. */
  readonly canMatchBelow: (directory: string) => boolean;
}

/**
 * Compiles patterns. Bad ones become problems and are left out; the builders stop at the first.
 * `backslash`: `escape` as on Unix, `separator` as in BuildKit's client on Windows.
 */
export function createPatternMatcher(
  texts: readonly string[],
  backslash: "escape" | "separator" = "escape",
): PatternMatcher {
  const patterns: Pattern[] = [];
  const problems: PatternProblem[] = [];
  for (const [index, given] of texts.entries()) {
    const compiled = compilePattern(given, index, backslash);
    if (compiled === null) continue;
    if ("mistake" in compiled) problems.push(compiled);
    else patterns.push(compiled);
  }
  return {
    patterns,
    problems,
    hasExceptions: patterns.some((pattern) => pattern.isException),
    start: [],
    match: (path, parent) => matchPatterns(patterns, path, parent),
  };
}

function matchPatterns(
  patterns: readonly Pattern[],
  path: string,
  parent: MatchState,
): MatchResult {
  const state: boolean[] = new Array<boolean>(patterns.length).fill(false);
  let matched = false;
  // The innermost loop of every walk: an index is much cheaper here than an iterator.
  for (let i = 0; i < patterns.length; i++) {
    const pattern = patterns[i];
    if (pattern === undefined) continue;
    let matches = parent[i] === true;
    if (!matches) {
      // A pattern that could not change the verdict is not asked, and does not count further down.
      if (pattern.isException !== matched) continue;
      matches = pattern.matches(path) || (parent.length === 0 && matchesParent(pattern, path));
    }
    state[i] = matches;
    if (matches) matched = !pattern.isException;
  }
  return { matched, state };
}

function matchesParent(pattern: Pattern, path: string): boolean {
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    if (pattern.matches(path.slice(0, at))) return true;
  }
  return false;
}

function compilePattern(
  given: string,
  index: number,
  backslash: "escape" | "separator",
): Pattern | PatternProblem | null {
  const trimmed = trimSpace(given);
  if (trimmed === "") return null;
  const problem = (mistake: PatternProblem["mistake"]) => ({ index, pattern: given, mistake });
  let text = cleanPath(backslash === "separator" ? trimmed.replaceAll("\\", "/") : trimmed);
  const isException = text.startsWith("!");
  if (isException) {
    text = text.slice(1);
    if (text === "") return problem("bare");
  }
  if (matchFilePath(text, ".") === "bad-pattern") return problem("syntax");
  const test = compileTest(text);
  if (test === null) return problem("syntax");
  return { index, text, isException, ...test };
}

type PatternTest = Pick<Pattern, "matches" | "canMatchBelow">;

/**
 * Chooses between comparing text and a regular expression exactly where patternmatcher does: the
 * shortcuts are not equal to the expression in every corner (`**` before a name, for one).
 */
function compileTest(text: string): PatternTest | null {
  let expression = "";
  let type: "exact" | "prefix" | "suffix" | "expression" = "exact";
  const characters = [...text];
  // Go's scanner swallows a byte order mark at the very start.
  let i = characters[0] === "\ufeff" ? 1 : 0;
  for (let turn = 0; i < characters.length; turn++) {
    const char = characters[i++] ?? "";
    if (char === "*" && characters[i] === "*") {
      i++;
      if (characters[i] === "/") i++;
      if (i < characters.length) {
        expression += "(.*/)?";
        type = "expression";
      } else if (type === "exact") type = "prefix";
      else {
        expression += ".*";
        type = "expression";
      }
      if (turn === 0) type = "suffix";
    } else if (char === "*" || char === "?") {
      expression += char === "*" ? "[^/]*" : "[^/]";
      type = "expression";
    } else if (char === "\\" && i < characters.length) {
      expression += char + (characters[i++] ?? "");
      type = "expression";
    } else if (char === "[" || char === "]") {
      expression += char;
      type = "expression";
    } else expression += ".+()|{}$".includes(char) ? `\\${char}` : char;
  }
  switch (type) {
    case "exact":
      return {
        matches: (path) => path === text,
        canMatchBelow: (directory) => text.startsWith(`${directory}/`),
      };
    case "prefix": {
      const prefix = text.slice(0, -2);
      return {
        matches: (path) => path.startsWith(prefix),
        canMatchBelow: (directory) =>
          `${directory}/`.startsWith(prefix) || prefix.startsWith(`${directory}/`),
      };
    }
    case "suffix": {
      const suffix = text.slice(2);
      const whole = suffix.startsWith("/") ? suffix.slice(1) : null;
      return {
        matches: (path) => path.endsWith(suffix) || path === whole,
        canMatchBelow: () => true,
      };
    }
    case "expression": {
      const compiled: Expression | null = compileExpression(expression);
      return (
        compiled && {
          matches: compiled.matches,
          canMatchBelow: (directory) => compiled.canContinue(`${directory}/`),
        }
      );
    }
  }
}
