/**
 * moby/patternmatcher: lists of patterns with `!` exceptions, of which the last that matches
 * decides. `.dockerignore`, `--exclude` and `--parents` all go through it.
 */

import { cleanPath, trimSpace } from "../text/paths.js";
import { matchFilePath } from "./glob.js";
import { compileExpression } from "./patternExpression.js";
import { anyBelow, candidatesAmong, type Indexed } from "./patternIndex.js";

export interface PatternMatcher {
  readonly patterns: readonly Pattern[];
  readonly problems: readonly PatternProblem[];
  readonly hasExceptions: boolean;
  /** False where nothing below a directory can match but through the directory itself. */
  canMatchBelow(directory: string): boolean;
  /** The same of the exceptions. */
  canExceptBelow(directory: string): boolean;
  /** What every walk starts with; also right for asking about a path directly. */
  readonly start: MatchState;
  /**
   * The verdict on one path, given its directory's state (`MatchesUsingParentResults`), and the
   * state for what is below it. With `start` the path's own directories are looked at as well.
   */
  match(path: string, parent: MatchState): MatchResult;
}

/** Which patterns matched a directory. */
export interface MatchState {
  /** True at the start of a walk, and for a path that is asked about directly. */
  readonly isStart: boolean;
  /** Where they stand among the patterns, in order. */
  readonly matched: readonly number[];
}

export const startState: MatchState = { isStart: true, matched: [] };
const nothingMatched: MatchState = { isStart: false, matched: [] };

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
export interface Pattern extends Indexed {
  /** Index into the patterns that were given. */
  readonly index: number;
  readonly text: string;
  readonly isException: boolean;
  readonly matches: (path: string) => boolean;
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
  const last: LastPatterns = { areExceptions: false, texts: new Set() };
  for (const [index, given] of texts.entries()) {
    const compiled = compilePattern(given, index, backslash, last);
    if (compiled === null) continue;
    if ("mistake" in compiled) problems.push(compiled);
    else patterns.push(compiled);
  }
  const exceptions = patterns.filter(({ isException }) => isException);
  const list: PatternList = { patterns, candidates: candidatesAmong(patterns) };
  return {
    patterns,
    problems,
    hasExceptions: exceptions.length > 0,
    canMatchBelow: anyBelow(patterns),
    canExceptBelow: anyBelow(exceptions),
    start: startState,
    match: (path, parent) => matchPatterns(list, path, parent),
  };
}

interface PatternList {
  readonly patterns: readonly Pattern[];
  /** See `candidatesAmong`. */
  readonly candidates: ((path: string) => readonly number[]) | null;
}

function matchPatterns(
  { patterns, candidates }: PatternList,
  path: string,
  parent: MatchState,
): MatchResult {
  // What the directories above a path hold it holds too.
  const asked = candidates === null ? null : candidates(path);
  const count = asked === null ? patterns.length : asked.length;
  const above = parent.matched;
  let found: number[] | null = null;
  let matched = false;
  // The innermost loop of every walk: an index is much cheaper here than an iterator.
  for (let next = 0, fromAbove = 0; next < count || fromAbove < above.length; ) {
    const here = next < count ? (asked === null ? next : (asked[next] ?? 0)) : patterns.length;
    const inherited = above[fromAbove] ?? patterns.length;
    const place = Math.min(here, inherited);
    if (place === here) next++;
    if (place === inherited) fromAbove++;
    const pattern = patterns[place];
    if (pattern === undefined) continue;
    if (place !== inherited) {
      // A pattern that could not change the verdict is not asked, and does not count further down.
      if (pattern.isException !== matched) continue;
      if (!pattern.matches(path) && !(parent.isStart && matchesParent(pattern, path))) continue;
    }
    found ??= [];
    found.push(place);
    matched = !pattern.isException;
  }
  if (found === null) return { matched, state: nothingMatched };
  const isSame = !parent.isStart && found.length === above.length;
  return { matched, state: isSame ? parent : { isStart: false, matched: found } };
}

function matchesParent(pattern: Pattern, path: string): boolean {
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    if (pattern.matches(path.slice(0, at))) return true;
  }
  return false;
}

/** The patterns since the last exception, or since the last that is none. */
interface LastPatterns {
  areExceptions: boolean;
  texts: Set<string>;
}

function compilePattern(
  given: string,
  index: number,
  backslash: "escape" | "separator",
  last: LastPatterns,
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
  if (isException !== last.areExceptions) {
    last.areExceptions = isException;
    last.texts = new Set();
  }
  // It could change no verdict: what it matches the first one has matched.
  if (last.texts.has(text)) return null;
  if (matchFilePath(text, ".") === "bad-pattern") return problem("syntax");
  const test = compileTest(text);
  if (test === null) return problem("syntax");
  last.texts.add(text);
  return { index, text, isException, ...test };
}

type PatternTest = Indexed & Pick<Pattern, "matches">;

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
        pieces: [text],
        start: text,
      };
    case "prefix": {
      const prefix = text.slice(0, -2);
      return {
        matches: (path) => path.startsWith(prefix),
        canMatchBelow: (directory) =>
          `${directory}/`.startsWith(prefix) || prefix.startsWith(`${directory}/`),
        pieces: [prefix],
        start: prefix,
      };
    }
    case "suffix": {
      const suffix = text.slice(2);
      const whole = suffix.startsWith("/") ? suffix.slice(1) : null;
      return {
        matches: (path) => path.endsWith(suffix) || path === whole,
        canMatchBelow: () => true,
        pieces: [whole ?? suffix],
        start: "",
      };
    }
    case "expression": {
      const compiled = compileExpression(expression);
      if (compiled === null) return null;
      const { matches, canContinue, pieces, start } = compiled;
      return { matches, canMatchBelow: (directory) => canContinue(`${directory}/`), pieces, start };
    }
  }
}
