/**
 * A half-open range `[start, end)` of UTF-16 offsets: into a document's text, or, in an instruction
 * and what is made of it, from the instruction's first character.
 */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Something wrong with the text. `code` is stable and has a page or a sentence in the docs. Its range
 * counts from what it belongs to: an instruction, or the document once all are put together.
 */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly severity: "error" | "warning" | "information";
  /** null: the file as a whole. */
  readonly range: TextRange | null;
}

/** The same problem, of something that stands at `start` in the text. */
export function problemAt(start: number, problem: Problem): Problem {
  return { ...problem, range: problem.range === null ? null : rangeAt(start, problem.range) };
}

/** A range that counts from `start`, as offsets into the text. */
export function rangeAt(start: number, range: TextRange): TextRange {
  return { start: start + range.start, end: start + range.end };
}
