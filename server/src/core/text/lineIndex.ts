/**
 * Offsets to lines and columns and back, as editors count them: lines end at `\n`, `\r\n` or a lone
 * `\r`, both numbers start at 0, and a column counts UTF-16 units. (BuildKit ends lines at `\n` only;
 * its line numbers stand in the syntax tree.)
 */

/** A place as editors write it: both from 0, `character` in UTF-16 units. */
export interface LinePosition {
  readonly line: number;
  readonly character: number;
}

/** Where the lines of one text begin. Built once, never changed. */
export interface LineIndex {
  /** Offset of each line's first character; the first is 0. */
  readonly starts: readonly number[];
  /** Offset right after each line's last character, its line end left out. */
  readonly ends: readonly number[];
}

/** Reads `text` once. An empty text has one empty line. */
export function buildLineIndex(text: string): LineIndex {
  const starts = [0];
  const ends: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit !== LINE_FEED && unit !== CARRIAGE_RETURN) continue;
    ends.push(at);
    if (unit === CARRIAGE_RETURN && text.charCodeAt(at + 1) === LINE_FEED) at++;
    starts.push(at + 1);
  }
  ends.push(text.length);
  return { starts, ends };
}

/** The place of `offset`. Offsets outside the text, or inside a line end, become the nearest place. */
export function positionAt(index: LineIndex, offset: number): LinePosition {
  const line = lineAt(index.starts, offset);
  const start = index.starts[line] ?? 0;
  const end = index.ends[line] ?? start;
  return { line, character: Math.max(0, Math.min(offset, end) - start) };
}

/** The offset of a place. Lines and columns outside the text become the nearest place in it. */
export function offsetAt(index: LineIndex, position: LinePosition): number {
  if (position.line < 0) return 0;
  const start = index.starts[position.line];
  const end = index.ends[position.line];
  if (start === undefined || end === undefined) return index.ends.at(-1) ?? 0;
  return Math.min(start + Math.max(0, position.character), end);
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** The last line that starts at or before `offset`. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
