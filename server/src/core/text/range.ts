/**
 * A half-open range `[start, end)` of UTF-16 offsets: into a document's text, or, in an instruction
 * and what is made of it, from the instruction's first character.
 */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Something with its place in the text. The range counts from what it belongs to: an instruction, or
 * the document once all are put together.
 */
export type Placed<T> = T & {
  /** null: the file as a whole. */
  readonly range: TextRange | null;
};

/** The same, of something that stands at `start` in the text. */
export function placedAt<T>(start: number, placed: Placed<T>): Placed<T> {
  return { ...placed, range: placed.range === null ? null : rangeAt(start, placed.range) };
}

/** A range that counts from `start`, as offsets into the text. */
export function rangeAt(start: number, range: TextRange): TextRange {
  return { start: start + range.start, end: start + range.end };
}
