/**
 * The `--name=value` flags between a keyword and its arguments. BuildKit reads them on every
 * instruction, known or not, byte by byte: a byte of a non-ASCII character becomes a character of
 * its own, and the bytes 0x85 and 0xA0 count as spaces.
 * Source of the rules: BuildKit, frontend/dockerfile/parser/split_command.go.
 */
import { isSpace, REPLACEMENT, utf8Bytes } from "./characters.js";
import { sourceRange } from "./logicalLine.js";
import type { EscapeCharacter, Flag, LogicalLine } from "./syntax.js";

/** The flags of a line and where its arguments begin. */
export interface FlagsAndRest {
  readonly flags: readonly Flag[];
  /** Index into the line's text where the arguments begin, the spaces before them still there. */
  readonly rest: number;
  /** How many bytes of a character cut in two stand before `rest` (see `REPLACEMENT`). */
  readonly brokenBytes: number;
}

/** Reads the flags of `line` from `from` on, where the keyword and the blanks after it are done. */
export function readFlags(
  line: LogicalLine,
  from: number,
  escapeCharacter: EscapeCharacter,
): FlagsAndRest {
  const { text } = line;
  const escapeUnit = escapeCharacter.charCodeAt(0);
  const flags: Flag[] = [];
  let word: OpenFlag | null = null;
  let quote = 0;
  let isEscaped = false;

  for (let at = from; at < text.length; ) {
    const point = text.codePointAt(at) ?? 0;
    const next = at + (point > 0xffff ? 2 : 1);
    const bytes: readonly number[] = point < 0x80 ? [point] : utf8Bytes(point);
    for (let n = 0; n < bytes.length; n++) {
      const byte = bytes[n] ?? 0;
      if (word === null) {
        if (isSpace(byte)) continue;
        if (!(byte === DASH && text.charCodeAt(at + 1) === DASH)) {
          const brokenBytes = n === 0 ? 0 : bytes.length - n;
          return { flags, rest: brokenBytes > 0 ? next : at, brokenBytes };
        }
        word = { start: at, text: "", equals: -1 };
      }
      if (isEscaped) {
        isEscaped = false;
        append(word, byte, at);
      } else if (quote === 0 && isSpace(byte)) {
        if (word.text === "--") return { flags, rest: at, brokenBytes: 0 };
        flags.push(closeFlag(line, word, n === 0 ? at : next));
        word = null;
      } else if (quote === 0 && (byte === SINGLE_QUOTE || byte === DOUBLE_QUOTE)) quote = byte;
      else if (quote !== 0 && byte === quote) quote = 0;
      else if (byte === escapeUnit) isEscaped = true;
      else append(word, byte, at);
    }
    at = next;
  }
  if (word !== null && word.text !== "--") flags.push(closeFlag(line, word, text.length));
  return { flags, rest: text.length, brokenBytes: 0 };
}

/** The text of the arguments once the flags are read, with what a cut character leaves of itself. */
export function textAfterFlags(line: LogicalLine, { rest, brokenBytes }: FlagsAndRest): string {
  return REPLACEMENT.repeat(brokenBytes) + line.text.slice(rest);
}

interface OpenFlag {
  readonly start: number;
  text: string;
  /** Where the first `=` of the flag stands in the line's text; -1 when there is none yet. */
  equals: number;
}

const DASH = 45;
const EQUALS = 61;
const SINGLE_QUOTE = 39;
const DOUBLE_QUOTE = 34;

function append(word: OpenFlag, byte: number, at: number): void {
  if (byte === EQUALS && word.equals < 0) word.equals = at;
  word.text += String.fromCharCode(byte);
}

function closeFlag(line: LogicalLine, word: OpenFlag, end: number): Flag {
  const equals = word.text.indexOf("=");
  const valueStart = word.equals < 0 ? end : word.equals + 1;
  return {
    text: word.text,
    name: word.text.slice(2, equals < 0 ? undefined : equals),
    value: equals < 0 ? null : word.text.slice(equals + 1),
    range: sourceRange(line, word.start, end),
    valueRange: sourceRange(line, valueStart, end),
  };
}
