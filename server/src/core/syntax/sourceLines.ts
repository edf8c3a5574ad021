/** The physical lines of the file, as BuildKit's scanner cuts them: at `\n` only. */
import { isSpace, skipSpaces, utf8Length } from "./characters.js";

/** One line. Offsets are into the file's text. */
export interface SourceLine {
  /** Its first character; on the first line the one after a byte order mark. */
  readonly start: number;
  /** Right after its last character, with every `\r` and the `\n` at its end left out. */
  readonly end: number;
  /** Where the next line starts. */
  readonly next: number;
}

/** BuildKit's scanner takes no longer line than this, in UTF-8 bytes, the `\n` not counted. */
export const LONGEST_LINE = 65_535;

/**
 * The lines of `text` from an offset on, cut as far as they are asked for: whoever reads a few of
 * them pays for those. A text that ends with `\n` has no empty line after it; an empty one has none.
 */
export class SourceLines {
  readonly #cut: SourceLine[] = [];

  /**
   * @param first where a line begins
   * @param before how many lines stand above it
   */
  constructor(
    readonly text: string,
    first = 0,
    readonly before = 0,
  ) {
    this.#next = first;
  }

  #next: number;

  /** The line at an index, that at `first` being 0; undefined after the last. */
  at(index: number): SourceLine | undefined {
    while (this.#cut.length <= index && this.#next < this.text.length) this.#cutNext();
    return this.#cut[index];
  }

  /** All that are not cut yet are. */
  get length(): number {
    while (this.#next < this.text.length) this.#cutNext();
    return this.#cut.length;
  }

  #cutNext(): void {
    const { text } = this;
    const start = this.#next;
    const feed = text.indexOf("\n", start);
    const next = feed < 0 ? text.length : feed + 1;
    const first = start === 0 && text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : start;
    let end = next;
    while (end > first && isLineEnd(text.charCodeAt(end - 1))) end--;
    this.#cut.push({ start: first, end, next });
    this.#next = next;
  }
}

/** Whether BuildKit's scanner gives up at this line. */
export function isTooLong(text: string, line: SourceLine): boolean {
  // A UTF-16 unit takes at most three bytes: most lines need no counting.
  if ((line.next - line.start) * 3 <= LONGEST_LINE) return false;
  const end = text.charCodeAt(line.next - 1) === LINE_FEED ? line.next - 1 : line.next;
  const start = line.start === 1 ? 0 : line.start;
  return utf8Length(text, start, end) > LONGEST_LINE;
}

/** Whether the first character that is no space is a `#`. */
export function isCommentLine(text: string, line: SourceLine): boolean {
  return text.charCodeAt(skipSpaces(text, line.start, line.end)) === HASH;
}

/** Whether the line has nothing but spaces. */
export function isBlankLine(text: string, line: SourceLine): boolean {
  return skipSpaces(text, line.start, line.end) >= line.end;
}

/**
 * Where the line's continuation character stands, or -1 when the instruction ends here. It is the
 * last character but for spaces and tabs, and no second escape character stands before it.
 * `from` is where BuildKit starts to look.
 */
export function continuationAt(
  text: string,
  from: number,
  end: number,
  escapeCharacter: string,
): number {
  let last = end - 1;
  while (last >= from && (text[last] === " " || text[last] === "\t")) last--;
  if (last < from || text[last] !== escapeCharacter) return -1;
  return last > from && text[last - 1] === escapeCharacter ? -1 : last;
}

/** The text of a comment as BuildKit keeps it: without the line's first byte and the spaces around. */
export function commentText(text: string, line: SourceLine): string {
  const first = text.codePointAt(line.start) ?? 0;
  // A comment may be indented by a space of more than one byte. Its other bytes stay behind.
  const leftOver = isSpace(first) && first >= 0x80 ? (first < 0x800 ? 1 : 2) : 0;
  const from = leftOver > 0 ? line.start + 1 : skipSpaces(text, line.start + 1, line.end);
  let end = line.end;
  while (end > from && isSpace(text.charCodeAt(end - 1))) end--;
  return "\ufffd".repeat(leftOver) + text.slice(from, end);
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const HASH = 35;
const BYTE_ORDER_MARK = 0xfeff;

function isLineEnd(unit: number): boolean {
  return unit === LINE_FEED || unit === CARRIAGE_RETURN;
}
