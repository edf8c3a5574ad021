/** A half-open range `[start, end)` of UTF-16 offsets into a document's text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Something wrong with the text, at a place. `code` is stable and has a page or a sentence in the docs. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly severity: "error" | "warning" | "information";
  /** null: the file as a whole. */
  readonly range: TextRange | null;
}

/** A problem that has its place. */
export interface PlacedProblem extends Problem {
  readonly range: TextRange;
}
