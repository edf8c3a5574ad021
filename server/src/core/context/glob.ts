/**
 * Go's `path.Match` and `filepath.Match` (as on Unix), byte for byte. BuildKit finds the matches
 * of a COPY wildcard with the first when it hashes and with the second when it copies; the classic
 * builder uses the second only.
 */

export type GlobResult = "match" | "none" | "bad-pattern";

/**
 * Go's `path.Match`: the whole `name` against `pattern`; `*` and `?` stop at `/`.
 * A bad pattern is always reported.
 */
export function matchPath(pattern: string, name: string): GlobResult {
  return matchBytes(toBytes(pattern), toBytes(name), true);
}

/**
 * Go's `filepath.Match` on Unix. It differs from `path.Match` in one way: after a mismatch the
 * rest of the pattern is not looked at, so a bad one may pass as "none".
 */
export function matchFilePath(pattern: string, name: string): GlobResult {
  return matchBytes(toBytes(pattern), toBytes(name), false);
}

/** True when a COPY source is a pattern: an unescaped `*`, `?` or `[`. */
export function containsWildcards(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === "\\") i++;
    else if (char === "*" || char === "?" || char === "[") return true;
  }
  return false;
}

/** A string of its UTF-8 bytes, one character (0 to 255) each: what Go indexes when it indexes a string. */
type Bytes = string;

function matchBytes(pattern: Bytes, name: Bytes, checkRest: boolean): GlobResult {
  let rest = pattern;
  let left = name;
  search: while (rest !== "") {
    const part = nextPart(rest);
    rest = part.rest;
    if (part.star && part.chunk === "") return left.includes("/") ? "none" : "match";
    const here = matchChunk(part.chunk, left);
    if (here === "bad-pattern") return here;
    if (here !== null && (here === "" || rest !== "")) {
      left = here;
      continue;
    }
    if (part.star) {
      for (let skip = 1; skip <= left.length && left[skip - 1] !== "/"; skip++) {
        const there = matchChunk(part.chunk, left.slice(skip));
        if (there === "bad-pattern") return there;
        if (there === null || (rest === "" && there !== "")) continue;
        left = there;
        continue search;
      }
    }
    while (checkRest && rest !== "") {
      const next = nextPart(rest);
      rest = next.rest;
      if (matchChunk(next.chunk, "") === "bad-pattern") return "bad-pattern";
    }
    return "none";
  }
  return left === "" ? "match" : "none";
}

interface PatternPart {
  readonly star: boolean;
  /** Text up to the next star that is not in a class. */
  readonly chunk: Bytes;
  readonly rest: Bytes;
}

function nextPart(pattern: Bytes): PatternPart {
  let start = 0;
  while (pattern[start] === "*") start++;
  let inClass = false;
  let end = start;
  for (; end < pattern.length; end++) {
    const char = pattern[end];
    if (char === "\\") {
      if (end + 1 < pattern.length) end++;
    } else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if (char === "*" && !inClass) break;
  }
  return { star: start > 0, chunk: pattern.slice(start, end), rest: pattern.slice(end) };
}

/** What is left of `text` after `chunk` matched its beginning; null: no match. */
function matchChunk(chunk: Bytes, text: Bytes): Bytes | null | "bad-pattern" {
  // After a mismatch the chunk is still read to its end, to see whether it is well formed.
  let failed = false;
  let at = 0;
  let i = 0;
  while (i < chunk.length) {
    if (at >= text.length) failed = true;
    const char = chunk[i];
    if (char === "[") {
      const [rune, width] = failed ? [0, 0] : decodeRune(text, at);
      at += width;
      const parsed = matchClass(chunk, i + 1, rune);
      if (parsed === "bad-pattern") return parsed;
      i = parsed.next;
      if (!parsed.matches) failed = true;
    } else if (char === "?") {
      if (!failed) {
        if (text[at] === "/") failed = true;
        at += decodeRune(text, at)[1];
      }
      i++;
    } else {
      if (char === "\\" && ++i >= chunk.length) return "bad-pattern";
      if (!failed && chunk[i] !== text[at]) failed = true;
      at++;
      i++;
    }
  }
  return failed ? null : text.slice(at);
}

function matchClass(
  chunk: Bytes,
  start: number,
  rune: number,
): { readonly next: number; readonly matches: boolean } | "bad-pattern" {
  const negated = chunk[start] === "^";
  let i = negated ? start + 1 : start;
  let matches = false;
  for (let ranges = 0; ; ranges++) {
    if (chunk[i] === "]" && ranges > 0) return { next: i + 1, matches: matches !== negated };
    const low = classCharacter(chunk, i);
    if (low === null) return "bad-pattern";
    i = low.next;
    let high = low.rune;
    if (chunk[i] === "-") {
      const upper = classCharacter(chunk, i + 1);
      if (upper === null) return "bad-pattern";
      high = upper.rune;
      i = upper.next;
    }
    if (low.rune <= rune && rune <= high) matches = true;
  }
}

/** One possibly escaped character of a class; null when the pattern is bad there. */
function classCharacter(
  chunk: Bytes,
  start: number,
): { readonly rune: number; readonly next: number } | null {
  let i = start;
  if (i >= chunk.length || chunk[i] === "-" || chunk[i] === "]") return null;
  if (chunk[i] === "\\" && ++i >= chunk.length) return null;
  const [rune, width] = decodeRune(chunk, i);
  // The class must still be closed after it, and a broken character is never part of one.
  if (i + width >= chunk.length || (rune === 0xfffd && width === 1)) return null;
  return { rune, next: i + width };
}

/** The rune at `at` and its width in bytes; a broken sequence is U+FFFD of width 1, as in Go. */
function decodeRune(text: Bytes, at: number): readonly [rune: number, width: number] {
  const first = text.charCodeAt(at);
  if (first < 0x80) return [first, 1];
  const width = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + width > text.length) return BROKEN;
  let rune = first & (0x7f >> width);
  for (let i = 1; i < width; i++) {
    const next = text.charCodeAt(at + i);
    if ((next & 0xc0) !== 0x80) return BROKEN;
    rune = (rune << 6) | (next & 0x3f);
  }
  const smallest = width === 4 ? 0x10000 : width === 3 ? 0x800 : 0x80;
  if (rune < smallest || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return BROKEN;
  return [rune, width];
}

const BROKEN = [0xfffd, 1] as const;

function toBytes(text: string): Bytes {
  // Nearly every path is ASCII and is its own byte string.
  if (!/[^\0-\x7f]/.test(text)) return text;
  let bytes = "";
  for (const char of text) {
    // `codePointAt` of a string's own character is always there.
    const code = char.codePointAt(0) ?? 0;
    const rune = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
    if (rune < 0x80) bytes += char;
    else if (rune < 0x800) bytes += String.fromCharCode(0xc0 | (rune >> 6), 0x80 | (rune & 0x3f));
    else if (rune < 0x10000) {
      bytes += String.fromCharCode(
        0xe0 | (rune >> 12),
        0x80 | ((rune >> 6) & 0x3f),
        0x80 | (rune & 0x3f),
      );
    } else {
      bytes += String.fromCharCode(
        0xf0 | (rune >> 18),
        0x80 | ((rune >> 12) & 0x3f),
        0x80 | ((rune >> 6) & 0x3f),
        0x80 | (rune & 0x3f),
      );
    }
  }
  return bytes;
}
