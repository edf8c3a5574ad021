/**
 * The parser of a Dockerfile, exact to BuildKit's own: the same instructions, flags, arguments and
 * heredocs, and a problem for every file that BuildKit refuses. It never throws and needs time in
 * proportion to the text.
 * Source of the rules: BuildKit, frontend/dockerfile/parser/parser.go.
 */
import type { Placed, TextRange } from "../text/range.js";
import { skipSpaces } from "./characters.js";
import { readDirectives } from "./directives.js";
import { type ClosingSearch, createClosingSearch, readHeredocBodies } from "./heredocBodies.js";
import { findHeredocs } from "./heredocs.js";
import { placeInstruction, readLine, takesHeredocs } from "./instruction.js";
import { joinParts, type LinePart, sourceRange } from "./logicalLine.js";
import type { SyntaxProblem } from "./problem.js";
import {
  commentText,
  continuationAt,
  isBlankLine,
  isCommentLine,
  isTooLong,
  LONGEST_LINE,
  type SourceLine,
  splitLines,
} from "./sourceLines.js";
import type { Comment, Dockerfile, EscapeCharacter, Instruction } from "./syntax.js";

/** Parses any text. What cannot be read stands in `problems`, the rest in the tree all the same. */
export function parseDockerfile(text: string): Dockerfile {
  const lines = splitLines(text);
  const block = readDirectives(text, lines);
  const file: OpenFile = {
    text,
    lines,
    escapeCharacter: block.escape,
    closings: createClosingSearch(text, lines),
    instructions: [],
    starts: [],
    firstLines: [],
    comments: [...block.repeated],
    problems: [...block.problems, ...findLongLines(text, lines)],
  };

  // BuildKit takes a directive for a comment first and drops it then, which leaves an empty list.
  let comments: string[] | null = block.lineCount > 0 ? [] : null;
  for (let index = block.lineCount; index < lines.length; ) {
    const line = lines[index];
    if (line === undefined) break;
    if (isCommentLine(text, line)) {
      const comment = addComment(file, line, index);
      if (comment === "") comments = null;
      else {
        comments ??= [];
        comments.push(comment);
      }
      index++;
    } else if (isBlankLine(text, line)) index++;
    else {
      index = addInstruction(file, index, comments);
      comments = null;
    }
  }
  if (file.instructions.length === 0) file.problems.push(noInstructions(text, lines));
  return {
    text,
    escape: block.escape,
    directives: block.directives,
    instructions: file.instructions,
    starts: file.starts,
    lines: file.firstLines,
    comments: file.comments,
    problems: file.problems,
  };
}

interface OpenFile {
  readonly text: string;
  readonly lines: readonly SourceLine[];
  readonly escapeCharacter: EscapeCharacter;
  readonly closings: ClosingSearch;
  readonly instructions: Instruction[];
  readonly starts: number[];
  readonly firstLines: number[];
  readonly comments: Comment[];
  readonly problems: Placed<SyntaxProblem>[];
}

/** Reads the instruction that starts on line `first` (from 0) and gives the line after it. */
function addInstruction(file: OpenFile, first: number, comments: string[] | null): number {
  const { text, lines } = file;
  const start = skipSpaces(text, lines[first]?.start ?? 0, lines[first]?.end ?? 0);
  const { parts, next, firstBlankLine } = collectParts(file, first, start);
  const line = joinParts(parts);
  const syntax = readLine(line, file.escapeCharacter);
  const problems = [...syntax.problems];
  const announced = takesHeredocs(syntax) ? findHeredocs(line.text) : NO_HEREDOCS;
  if (announced.invalid !== null) {
    problems.push({
      code: "heredoc-word-invalid",
      range: sourceRange(line, announced.invalid.start, announced.invalid.end),
    });
  }
  const bodies = readHeredocBodies(file.closings, next, line, announced.words, start);
  problems.push(...bodies.problems);
  const last = lines[bodies.next - 1];
  const broken = problems.length > 0;
  if (firstBlankLine !== null) problems.push(blankContinuation(firstBlankLine, start));
  file.instructions.push(
    placeInstruction(syntax, {
      range: { start: 0, end: Math.max(0, (last?.end ?? start) - start) },
      lineCount: bodies.next - first,
      comments,
      heredocs: bodies.heredocs,
      broken,
      problems,
    }),
  );
  file.starts.push(start);
  file.firstLines.push(first + 1);
  return bodies.next;
}

interface PartsOfLine {
  readonly parts: readonly LinePart[];
  /** The line after the last one that belongs to them. */
  readonly next: number;
  readonly firstBlankLine: SourceLine | null;
}

/**
 * The stretches of an instruction's lines, continuation characters, comments and blank lines out.
 * @param origin where the instruction starts
 */
function collectParts(file: OpenFile, first: number, origin: number): PartsOfLine {
  const { text, lines } = file;
  const parts: LinePart[] = [];
  let firstBlankLine: SourceLine | null = null;
  for (let index = first; index < lines.length; index++) {
    const line = lines[index];
    if (line === undefined) break;
    if (index > first && isCommentLine(text, line)) {
      addComment(file, line, index);
      continue;
    }
    if (index > first && isBlankLine(text, line)) {
      firstBlankLine ??= line;
      continue;
    }
    const start = index === first ? origin : line.start;
    const cut = continuationAt(text, start, line.end, file.escapeCharacter);
    parts.push({ text: text.slice(start, cut < 0 ? line.end : cut), source: start - origin });
    if (cut < 0) return { parts, next: index + 1, firstBlankLine };
  }
  return { parts, next: lines.length, firstBlankLine };
}

function addComment(file: OpenFile, line: SourceLine, index: number): string {
  const start = skipSpaces(file.text, line.start, line.end);
  file.comments.push({ range: { start, end: line.end }, line: index + 1 });
  return commentText(file.text, line);
}

const NO_HEREDOCS = { words: [], invalid: null } as const;

function blankContinuation(line: SourceLine, origin: number): Placed<SyntaxProblem> {
  return {
    code: "blank-line-in-continuation",
    range: { start: line.start - origin, end: line.next - origin },
  };
}

function findLongLines(text: string, lines: readonly SourceLine[]): Placed<SyntaxProblem>[] {
  return lines
    .filter((line) => isTooLong(text, line))
    .map((line) => ({
      code: "line-too-long",
      limit: LONGEST_LINE,
      range: { start: line.start, end: line.end },
    }));
}

function noInstructions(text: string, lines: readonly SourceLine[]): Placed<SyntaxProblem> {
  const last = lines.at(-1);
  const range: TextRange =
    last === undefined ? { start: 0, end: text.length } : { start: last.start, end: last.end };
  return { code: "no-instructions", range };
}
