/**
 * The patterns of `${name#pattern}`, `${name%pattern}` and `${name/pattern/replacement}`: `*` for
 * any run of characters and `?` for any one, neither of them a line feed. BuildKit turns them into
 * regular expressions of Go; this matcher walks the same choices in the same order, but never takes
 * one twice, so that no pattern makes it slow.
 * Source of the rules: BuildKit, frontend/dockerfile/shell/lex.go.
 */

import { mostMatching } from "./limits.js";

/** The new value, or why there is none. */
export type PatternResult =
  | { readonly value: string }
  | "invalid"
  | "too-large"
  | "value-too-large";

/** `value` without the shortest (or longest) start that matches. */
export function cutPrefix(value: string, pattern: string, isLongest: boolean): PatternResult {
  return cutStart(codePoints(value), codePoints(pattern), isLongest, (rest) => rest);
}

/** `value` without the shortest (or longest) end that matches. */
export function cutSuffix(value: string, pattern: string, isLongest: boolean): PatternResult {
  const reversed = reversePattern(codePoints(pattern));
  return cutStart(codePoints(value).reverse(), reversed, isLongest, (rest) => rest.reverse());
}

/**
 * `value` with the first match (or all) replaced; the longest one at the leftmost place.
 * @param most characters that the result may have
 */
export function replaceMatches(
  value: string,
  pattern: string,
  replacement: string,
  isForAll: boolean,
  most: number,
): PatternResult {
  const tokens = readTokens(codePoints(pattern));
  if (tokens === null) return "invalid";
  const points = codePoints(value);
  const matcher = createMatcher(tokens, points, true);
  if (matcher === null) return "too-large";
  const isOfUnits = points.length === value.length;
  const cut = (from: number, to: number) =>
    isOfUnits ? value.slice(from, to) : textOf(points.slice(from, to));
  let result = "";
  let done = 0;
  let start = 0;
  while (start <= points.length) {
    const end = matcher(start);
    if (end < 0) {
      start++;
      continue;
    }
    // An empty match right after another match is none.
    if (end > done || start === 0) {
      result += cut(done, start);
      const matchedText = cut(start, end);
      result += isForAll
        ? fillTemplate(replacement, matchedText, most - result.length)
        : replacement;
      if (result.length > most) return "value-too-large";
      done = end;
      if (!isForAll) break;
    }
    start = end > start ? end : start + 1;
  }
  result += cut(done, points.length);
  return result.length > most ? "value-too-large" : { value: result };
}

/** A code point, or one of the two wildcards. */
type Token = number;
const ANY_RUN: Token = -1;
const ANY_ONE: Token = -2;

const BACKSLASH = 0x5c;
const BYTE_ORDER_MARK = 0xfeff;
const LINE_FEED = 0x0a;

function cutStart(
  value: number[],
  pattern: readonly number[],
  isLongest: boolean,
  arrange: (rest: number[]) => number[],
): PatternResult {
  const tokens = readTokens(pattern);
  if (tokens === null) return "invalid";
  const matcher = createMatcher(tokens, value, isLongest);
  if (matcher === null) return "too-large";
  return { value: textOf(arrange(value.slice(Math.max(0, matcher(0))))) };
}

/** Null for an escape before anything but `*`, `?`, `\`, `/` and `}`. */
function readTokens(pattern: readonly number[]): readonly Token[] | null {
  const tokens: Token[] = [];
  // Go's scanner drops a byte order mark at the start of what it reads.
  for (let at = pattern[0] === BYTE_ORDER_MARK ? 1 : 0; at < pattern.length; at++) {
    const point = pattern[at] ?? 0;
    const next = pattern[at + 1];
    if (point === 0x2a) tokens.push(ANY_RUN);
    else if (point === 0x3f) tokens.push(ANY_ONE);
    else if (point !== BACKSLASH) tokens.push(point);
    else if (next === 0x2a || next === 0x3f || next === BACKSLASH) {
      tokens.push(next);
      at++;
    } else if (next !== 0x7d && next !== 0x2f) return null;
  }
  return tokens;
}

/** Gives the end of the match that starts at an index, -1 when there is none. */
type Matcher = (start: number) => number;

function createMatcher(
  tokens: readonly Token[],
  value: readonly number[],
  isGreedy: boolean,
): Matcher | null {
  const width = value.length + 1;
  if ((tokens.length + 1) * width > mostMatching) return null;
  // A state (token, place) that led nowhere once leads nowhere again, wherever the match started.
  const tried = new Uint8Array((tokens.length + 1) * width);
  // Lists for one match after the other, with how much of them counts: there are many matches.
  const visited: number[] = [];
  const pending: number[] = [];
  return (start) => {
    let visits = 0;
    let open = 0;
    pending[open++] = start;
    for (;;) {
      const state = open === 0 ? undefined : pending[--open];
      if (state === undefined) return -1;
      if (tried[state] === 1) continue;
      tried[state] = 1;
      visited[visits++] = state;
      const step = Math.floor(state / width);
      const place = state % width;
      const token = tokens[step];
      if (token === undefined) {
        // The states of a match that succeeded have not failed: they may be walked again.
        while (visits > 0) tried[visited[--visits] ?? 0] = 0;
        return place;
      }
      const point = value[place];
      const isAnyHere = point !== undefined && point !== LINE_FEED;
      if (token === ANY_RUN) {
        const leave = state + width;
        if (isAnyHere && !isGreedy) pending[open++] = state + 1;
        pending[open++] = leave;
        if (isAnyHere && isGreedy) pending[open++] = state + 1;
      } else if (token === ANY_ONE ? isAnyHere : token === point)
        pending[open++] = state + width + 1;
    }
  };
}

/** A backslash stays before the character it escapes. */
function reversePattern(pattern: readonly number[]): number[] {
  const groups: number[][] = [];
  for (let at = 0; at < pattern.length; at++) {
    const point = pattern[at] ?? 0;
    const next = pattern[at + 1];
    if (point === BACKSLASH && next !== undefined) {
      groups.push([point, next]);
      at++;
    } else groups.push([point]);
  }
  return groups.reverse().flat();
}

/**
 * Go's own template language, which BuildKit lets through when it replaces all matches: `$0` is the
 * match, `$$` a dollar, and any other `$name` or `${name}` nothing.
 */
function fillTemplate(template: string, matchedText: string, most: number): string {
  if (!template.includes("$")) return template;
  // One match beyond the limit is enough to be too long.
  let room = most + matchedText.length;
  return template.replace(
    /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu,
    (reference, bare: string | undefined, braced: string | undefined) => {
      if (reference === "$$") return "$";
      if ((bare ?? braced) !== "0" || room < 0) return "";
      room -= matchedText.length;
      return matchedText;
    },
  );
}

function codePoints(text: string): number[] {
  const points: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at) ?? 0;
    points.push(point);
    if (point > 0xffff) at++;
  }
  return points;
}

function textOf(points: readonly number[]): string {
  let text = "";
  for (const point of points) text += String.fromCodePoint(point);
  return text;
}
