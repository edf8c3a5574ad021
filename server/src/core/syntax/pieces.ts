/** The tree as a sequence of pieces that together are the text: nothing of a file gets lost. */
import { rangeAt, type TextRange } from "../text/range.js";
import type { Comment, Dockerfile, Instruction, ParserDirective } from "./syntax.js";

/** A stretch of the file. A comment between the lines of an instruction is part of that one. */
export type Piece =
  | { readonly kind: "directive"; readonly range: TextRange; readonly node: ParserDirective }
  | { readonly kind: "comment"; readonly range: TextRange; readonly node: Comment }
  | { readonly kind: "instruction"; readonly range: TextRange; readonly node: Instruction }
  /** Line ends, spaces and a byte order mark. */
  | { readonly kind: "blank"; readonly range: TextRange };

/** The pieces from the first character to the last, none of them empty. */
export function piecesOf(file: Dockerfile): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const piece of nodesInOrder(file)) {
    if (piece.range.start < end) continue;
    if (piece.range.start > end) {
      pieces.push({ kind: "blank", range: { start: end, end: piece.range.start } });
    }
    pieces.push(piece);
    end = piece.range.end;
  }
  if (end < file.text.length) {
    pieces.push({ kind: "blank", range: { start: end, end: file.text.length } });
  }
  return pieces;
}

function nodesInOrder(file: Dockerfile): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const node of file.directives) pieces.push({ kind: "directive", range: node.range, node });
  for (const [at, node] of file.instructions.entries()) {
    pieces.push({ kind: "instruction", range: rangeAt(file.starts[at] ?? 0, node.range), node });
  }
  for (const node of file.comments) pieces.push({ kind: "comment", range: node.range, node });
  return pieces.sort((a, b) => a.range.start - b.range.start);
}
