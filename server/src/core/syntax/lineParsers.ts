/**
 * The arguments of an instruction, read the way its keyword wants them.
 * Source of the rules: BuildKit, frontend/dockerfile/parser/line_parsers.go; a keyword it does not
 * know gets one empty argument there, and so it does here.
 */
import type { Placed } from "../text/range.js";
import { isSpace, REPLACEMENT, skipSpaces, utf8Bytes } from "./characters.js";
import { readJsonArray } from "./jsonArray.js";
import type { ArgumentForm } from "./keyword.js";
import { sourceRange } from "./logicalLine.js";
import type { SyntaxProblem } from "./problem.js";
import type { EscapeCharacter, LogicalLine, Word } from "./syntax.js";
import { firstBlanks, splitAtBlanks, splitWords } from "./words.js";

/** The arguments' text, trimmed, and where it begins in the text of the line it was taken from. */
export interface Rest {
  readonly text: string;
  readonly start: number;
  readonly line: LogicalLine;
}

export interface Arguments {
  readonly args: readonly Word[];
  readonly json: boolean;
  readonly problems: readonly Placed<SyntaxProblem>[];
}

/**
 * Reads the arguments of any keyword but ONBUILD.
 * @param form undefined: of a keyword that BuildKit does not know
 */
export function readArguments(
  keyword: string,
  form: Exclude<ArgumentForm, "instruction"> | undefined,
  rest: Rest,
  escapeCharacter: EscapeCharacter,
): Arguments {
  switch (form) {
    case "json-or-blanks":
      return readJsonOr(rest, readBlankSeparated);
    case "json-or-whole":
      return readJsonOr(rest, readWhole);
    case "blanks":
      return readBlankSeparated(rest);
    case "whole":
      return readWhole(rest);
    case "words":
      return plain(
        splitWords(rest.text, escapeCharacter).map((word) => wordAt(rest, word.value, word.start)),
      );
    case "pairs":
      return readPairs(keyword, rest, escapeCharacter);
    case "check":
      return readHealthcheck(rest);
    case undefined:
      return plain([wordAt(rest, "", 0)]);
  }
}

function readWhole(rest: Rest): Arguments {
  return plain(rest.text === "" ? [] : [wordAt(rest, rest.text, 0)]);
}

function readBlankSeparated(rest: Rest): Arguments {
  if (rest.text === "") return plain([]);
  return plain(splitAtBlanks(rest.text).map((word) => wordAt(rest, word.value, word.start)));
}

function readJsonOr(rest: Rest, otherwise: (rest: Rest) => Arguments): Arguments {
  const array = readJsonArray(rest.text);
  if (array.kind === "none") return otherwise(rest);
  const args = array.elements.map(({ value, start, end }) => ({
    value,
    range: rangeOf(rest, start, end),
  }));
  if (array.kind === "strings") return { args, json: true, problems: [] };
  const range = rangeOf(rest, array.start, array.end);
  return { args, json: true, problems: [{ code: "json-not-strings", range }] };
}

/** `NAME value`, or any number of `NAME=value`: the first word says which. */
function readPairs(keyword: string, rest: Rest, escapeCharacter: EscapeCharacter): Arguments {
  const words = splitWords(rest.text, escapeCharacter);
  const first = words[0];
  if (first === undefined) return plain([]);
  if (!first.value.includes("=")) {
    const blanks = firstBlanks(rest.text);
    if (blanks === null) {
      const range = rangeOf(rest, 0, rest.text.length);
      return { args: [], json: false, problems: [{ code: "pair-value-missing", keyword, range }] };
    }
    return plain([
      wordAt(rest, rest.text.slice(0, blanks.start), 0),
      wordAt(rest, rest.text.slice(blanks.end), blanks.end),
      wordAt(rest, "", blanks.start),
    ]);
  }
  const args: Word[] = [];
  const problems: Placed<SyntaxProblem>[] = [];
  for (const { value, start } of words) {
    const equals = value.indexOf("=");
    if (equals < 0) {
      // BuildKit stops at the first of them.
      if (problems.length > 0) continue;
      const range = rangeOf(rest, start, start + value.length);
      problems.push({ code: "pair-equals-missing", word: value, range });
      continue;
    }
    args.push(
      wordAt(rest, value.slice(0, equals), start),
      wordAt(rest, value.slice(equals + 1), start + equals + 1),
      wordAt(rest, "=", start + equals),
    );
  }
  return { args, json: false, problems };
}

/** A type (`NONE`, `CMD`) and a command. The type ends at the first byte that counts as a space. */
function readHealthcheck(rest: Rest): Arguments {
  const { text } = rest;
  if (text === "") return plain([]);
  const cut = firstSpaceByte(text);
  if (cut === null) return plain([wordAt(rest, text, 0)]);
  const type: Word = {
    value: text.slice(0, cut.at) + REPLACEMENT.repeat(cut.bytesBefore),
    range: rangeOf(rest, 0, cut.at + (cut.bytesBefore > 0 ? 1 : 0)),
  };
  const start = cut.bytesAfter > 0 ? cut.next : skipAsciiSpaces(text, cut.next);
  const command = readJsonOr(
    {
      text: REPLACEMENT.repeat(cut.bytesAfter) + text.slice(start),
      start: rest.start + start - cut.bytesAfter,
      line: rest.line,
    },
    readWhole,
  );
  return { ...command, args: [type, ...command.args] };
}

interface SpaceByte {
  /** The character that has the byte, and the one after it. */
  readonly at: number;
  readonly next: number;
  /** What the cut leaves of the character on either side. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

function firstSpaceByte(text: string): SpaceByte | null {
  for (let at = 0; at < text.length; ) {
    const point = text.codePointAt(at) ?? 0;
    const next = at + (point > 0xffff ? 2 : 1);
    const bytes = point < 0x80 ? [point] : utf8Bytes(point);
    const first = bytes.findIndex(isSpace);
    if (first >= 0) {
      const after = bytes.findIndex((byte, index) => index > first && !isSpace(byte));
      return {
        at,
        next,
        bytesBefore: first,
        bytesAfter: after < 0 ? 0 : bytes.length - after,
      };
    }
    at = next;
  }
  return null;
}

function skipAsciiSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) < 0x80 && isSpace(text.charCodeAt(at))) at++;
  return Math.min(at, skipSpaces(text, from, text.length));
}

function plain(args: readonly Word[]): Arguments {
  return { args, json: false, problems: [] };
}

function wordAt(rest: Rest, value: string, start: number): Word {
  return { value, range: rangeOf(rest, start, start + value.length) };
}

function rangeOf(rest: Rest, start: number, end: number): Word["range"] {
  return sourceRange(rest.line, rest.start + start, rest.start + end);
}
