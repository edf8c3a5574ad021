/** The syntax tree as text that a person can check against the file: every range as `line:column`. */
import { type Piece, piecesOf } from "../../../server/src/core/syntax/pieces.js";
import { syntaxProblems } from "../../../server/src/core/syntax/placed.js";
import type { Dockerfile, Instruction } from "../../../server/src/core/syntax/syntax.js";
import {
  buildLineIndex,
  type LineIndex,
  positionAt,
} from "../../../server/src/core/text/lineIndex.js";
import { rangeAt, type TextRange } from "../../../server/src/core/text/range.js";
import { problemWords, severityOf } from "../../../server/src/core/words/problems.js";

/** Lines and columns count from 1, an end is the place after the last character. */
export function dumpTree(file: Dockerfile): string {
  const index = buildLineIndex(file.text);
  const place = (range: TextRange) => `${pointOf(index, range.start)}-${pointOf(index, range.end)}`;
  const lines = [`escape ${file.escape}`];
  for (const piece of piecesOf(file)) lines.push(...dumpPiece(file, piece, place));
  for (const problem of syntaxProblems(file)) {
    const { code, range } = problem;
    if (range === null) continue;
    lines.push(`${severityOf(problem)} ${place(range)} ${code}: ${problemWords(problem)}`);
  }
  return `${lines.join("\n")}\n`;
}

function dumpPiece(
  { text, instructions, lines }: Dockerfile,
  piece: Piece,
  place: (range: TextRange) => string,
): string[] {
  switch (piece.kind) {
    case "directive":
      return [
        `directive ${place(piece.range)} ${piece.node.name} = ${quote(piece.node.value)} at ${place(piece.node.valueRange)}`,
      ];
    case "comment":
      return [
        `comment ${place(piece.range)} ${quote(text.slice(piece.range.start, piece.range.end))}`,
      ];
    case "instruction": {
      const { start } = piece.range;
      const line = lines[instructions.indexOf(piece.node)] ?? 0;
      return dumpInstruction(piece.node, line, (range) => place(rangeAt(start, range)), "");
    }
    case "blank":
      return [];
  }
}

function dumpInstruction(
  node: Instruction,
  line: number,
  place: (range: TextRange) => string,
  indent: string,
): string[] {
  const written = node.keyword === node.keywordText ? "" : ` written ${quote(node.keywordText)}`;
  const lines = [
    `${indent}instruction ${place(node.range)} lines ${line}-${line + node.lineCount - 1}${node.json ? " json" : ""}${node.broken ? " broken" : ""}`,
    `${indent}  keyword ${place(node.keywordRange)} ${bare(node.keyword)}${written}`,
  ];
  if (node.comments !== null)
    lines.push(`${indent}  comments ${node.comments.map(quote).join(", ")}`);
  if (/\n/.test(node.original) || node.logicalLine.table.logical.length > 1) {
    lines.push(`${indent}  original ${quote(node.original)}`);
  }
  for (const flag of node.flags) {
    const value = flag.value === null ? "" : ` = ${quote(flag.value)} at ${place(flag.valueRange)}`;
    lines.push(`${indent}  flag ${place(flag.range)} ${quote(flag.name)}${value}`);
  }
  for (const arg of node.args) {
    lines.push(`${indent}  arg ${place(arg.range)} ${quote(arg.value)}`);
  }
  for (const heredoc of node.heredocs) {
    const traits = [heredoc.expand ? "expand" : "literal", ...(heredoc.chomp ? ["chomp"] : [])];
    const closing = heredoc.closingRange === null ? "unclosed" : place(heredoc.closingRange);
    lines.push(
      `${indent}  heredoc ${place(heredoc.range)} ${quote(heredoc.name)} fd ${heredoc.fileDescriptor} ${traits.join(" ")}`,
      `${indent}    body ${place(heredoc.bodyRange)} ${quote(heredoc.content)} closing ${closing}`,
    );
  }
  if (node.trigger !== null)
    lines.push(...dumpInstruction(node.trigger, line, place, `${indent}  `));
  return lines;
}

function pointOf(index: LineIndex, offset: number): string {
  const { line, character } = positionAt(index, offset);
  return `${line + 1}:${character + 1}`;
}

function bare(keyword: string): string {
  return /^[!-~]+$/.test(keyword) ? keyword : quote(keyword);
}

/** JSON, with what is not plain ASCII escaped, so that a golden shows every character. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
