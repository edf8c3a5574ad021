/**
 * The logical line of an instruction and its way back to the text as typed: continued lines are joined into
 * one text, and a table of segments keeps where each of them stood.
 */
import { keptList } from "../text/keptList.js";
import type { TextRange } from "../text/range.js";
import type { Instruction, LogicalLine, Word } from "./syntax.js";

/** One stretch of the instruction: `text` stands at `source`, from the instruction's start. */
export interface LinePart {
  readonly text: string;
  readonly source: number;
}

/** Joins the parts of the continued lines; there is at least one. */
export function joinParts(parts: readonly LinePart[]): LogicalLine {
  const logical: number[] = [];
  const source: number[] = [];
  let length = 0;
  for (const part of parts) {
    // An empty part holds no character that could be looked up, unless it is all there is.
    if (part.text.length === 0 && parts.length > 1 && length > 0) continue;
    if (logical.length > 0 && logical[logical.length - 1] === length) {
      logical.pop();
      source.pop();
    }
    logical.push(length);
    source.push(part.source);
    length += part.text.length;
  }
  return {
    text: parts.map((part) => part.text).join(""),
    start: 0,
    table: { logical: keptList(logical), source: keptList(source) },
  };
}

/** The rest of a logical line from `from` on, with the same places. */
export function sliceLine(line: LogicalLine, from: number, to = line.text.length): LogicalLine {
  return { text: line.text.slice(from, to), start: line.start + from, table: line.table };
}

/**
 * Where `[start, end)` of a logical line's text stands in its instruction: from its first character to
 * right after its last one. What lies between (continuation characters, comments) is inside.
 */
export function sourceRange(line: LogicalLine, start: number, end: number): TextRange {
  if (end > start) {
    return { start: sourceOffset(line, start), end: sourceOffset(line, end - 1) + 1 };
  }
  // Nothing stands right after what comes before it, not on the next line.
  const at = line.start + start > 0 ? sourceOffset(line, start - 1) + 1 : sourceOffset(line, start);
  return { start: at, end: at };
}

/**
 * Where `[start, end)` of a word's value stands in the instruction, for example a variable in it.
 * Values read from a JSON array are followed through their escapes.
 */
export function rangeInWord(
  instruction: Instruction,
  word: Word,
  start: number,
  end: number,
): TextRange {
  const line = instruction.logicalLine;
  const first = logicalOffset(line, word.range.start);
  if (!instruction.json || line.text[first] !== '"') {
    return sourceRange(line, first + start, first + end);
  }
  return sourceRange(
    line,
    literalOffset(line.text, first + 1, start),
    literalOffset(line.text, first + 1, end),
  );
}

/** The index in the logical line's text of the character at `source` of the instruction, or the next one. */
export function logicalOffset(line: LogicalLine, source: number): number {
  const { logical, source: sources } = line.table;
  const segment = lastAtMost(sources, source);
  const base = logical[segment] ?? 0;
  const next = logical[segment + 1] ?? Number.POSITIVE_INFINITY;
  const offset = Math.min(base + Math.max(0, source - (sources[segment] ?? 0)), next);
  return Math.min(Math.max(0, offset - line.start), line.text.length);
}

function sourceOffset(line: LogicalLine, index: number): number {
  const at = Math.max(0, line.start + index);
  const segment = lastAtMost(line.table.logical, at);
  return (line.table.source[segment] ?? 0) + at - (line.table.logical[segment] ?? 0);
}

/** The index of the last number that is at most `value`, 0 when there is none. */
function lastAtMost(numbers: readonly number[], value: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((numbers[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Walks `count` decoded characters through the JSON string literal whose content begins at `from`. */
function literalOffset(text: string, from: number, count: number): number {
  let at = from;
  for (let done = 0; done < count && at < text.length; done++) {
    if (text[at] !== "\\") at += 1;
    else at += text[at + 1] === "u" ? 6 : 2;
  }
  return at;
}

/**
 * Which places of a logical line stand between two quotes, as a shell or a builder reads them.
 * @param places ascending
 */
export function inStrings(
  text: string,
  places: readonly number[],
  escapeCharacter: string,
): readonly boolean[] {
  const found: boolean[] = [];
  let quote = "";
  for (let at = 0; ; at++) {
    while ((places[found.length] ?? Number.POSITIVE_INFINITY) <= at) found.push(quote !== "");
    if (found.length === places.length) return found;
    const character = text[at] ?? "";
    if (quote !== "'" && (character === "\\" || character === escapeCharacter)) at++;
    else if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === '"' || character === "'") quote = character;
    // All that is left is a comment of the shell.
    else if (character === "#" && /\s/.test(text[at - 1] ?? ""))
      return places.map((_, nth) => found[nth] ?? false);
  }
}
