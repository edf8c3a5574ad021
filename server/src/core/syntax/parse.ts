/**
 * The parser of a Dockerfile, exact to BuildKit's own: the same instructions, flags, arguments and
 * heredocs, and a problem for every file that BuildKit refuses. It never throws and needs time in
 * proportion to the text.
 * Source of the rules: BuildKit, frontend/dockerfile/parser/parser.go.
 */
import type { Placed, TextRange } from "../text/range.js";
import { skipSpaces } from "./characters.js";
import { type DirectiveBlock, readDirectives } from "./directives.js";
import { type ClosingSearch, createClosingSearch, readHeredocBodies } from "./heredocBodies.js";
import { findHeredocs } from "./heredocs.js";
import { placeInstruction, readLine, takesHeredocs } from "./instruction.js";
import { longestText, mostInstructions, mostWords, mostWork } from "./limits.js";
import { inStrings, joinParts, type LinePart, sourceRange } from "./logicalLine.js";
import type { SyntaxProblem } from "./problem.js";
import { joined, type OldTree, oldTree, type ReadPart, sameFrom } from "./reparse.js";
import {
  commentText,
  continuationAt,
  isBlankLine,
  isCommentLine,
  isTooLong,
  LONGEST_LINE,
  type SourceLine,
  SourceLines,
} from "./sourceLines.js";
import type { Comment, Dockerfile, EscapeCharacter, Instruction } from "./syntax.js";
import { workOf } from "./work.js";

/**
 * Parses any text. What cannot be read stands in `problems`, the rest in the tree all the same.
 * @param before the tree of the text before an edit: what that did not touch stays the same objects,
 *   and is not read again
 */
export function parseDockerfile(text: string, before: Dockerfile | null = null): Dockerfile {
  if (text.length > longestText) return unread(text, "characters", longestText);
  const read = parseWhole(text, before === null || isUnread(before) ? null : before);
  if (read.instructions.length > mostInstructions)
    return unread(text, "instructions", mostInstructions);
  const long = read.problems.find(({ code }) => code === "file-too-long");
  if (long !== undefined) return unread(text, "words", mostWords, long.range);
  if (read.work <= mostWork) return read;
  return unread(text, "work", mostWork, keywordAt(read, firstBeyond(read.instructions, mostWork)));
}

/** The place of the instruction with which the work of all is more than that. */
function firstBeyond(instructions: readonly Instruction[], most: number): number {
  let sum = 0;
  return instructions.findIndex((instruction) => {
    sum += workOf(instruction);
    return sum > most;
  });
}

function keywordAt(
  { instructions, starts }: Pick<Dockerfile, "instructions" | "starts">,
  at: number,
): TextRange {
  const start = starts[at] ?? 0;
  return { start, end: start + (instructions[at]?.keywordText.length ?? 0) };
}

function parseWhole(text: string, before: Dockerfile | null): Dockerfile {
  const old = before === null ? null : oldTree(before, text);
  if (old === null || old.kept === 0) return parseFromTop(text, old);
  const { tree, kept } = old;
  const above = (tree.lines[kept - 1] ?? 1) + (tree.instructions[kept - 1]?.lineCount ?? 1) - 1;
  const file = openFile(new SourceLines(text, old.start, above), tree.escape);
  const end = readOn(file, 0, null, old);
  return joined(text, old, readPart(file, end, { ...tree, problems: [] }));
}

type TooLong = Extract<SyntaxProblem, { code: "file-too-long" }>["of"];

/** Of a text that is too long to be read. */
function unread(
  text: string,
  of: TooLong,
  limit: number,
  range: TextRange | null = { start: 0, end: 0 },
): Dockerfile {
  return { ...noTree.tree, text, problems: [tooLong(of, limit, range)] };
}

function tooLong(of: TooLong, limit: number, range: TextRange | null): Placed<SyntaxProblem> {
  return { code: "file-too-long", of, limit, range };
}

/** At the keyword of the first instruction that has more than are read. */
function tooManyWords(file: OpenFile): readonly Placed<SyntaxProblem>[] {
  const at = file.instructions.findIndex(({ args, flags, trigger }) => {
    const triggered = trigger === null ? 0 : trigger.args.length + trigger.flags.length;
    return args.length + flags.length + triggered > mostWords;
  });
  return at < 0 ? [] : [tooLong("words", mostWords, keywordAt(file, at))];
}

function isUnread({ problems }: Dockerfile): boolean {
  return problems[0]?.code === "file-too-long";
}

/** The same where the first instruction is touched, or what stands above it. */
function parseFromTop(text: string, old: OldTree | null): Dockerfile {
  const lines = new SourceLines(text);
  const block = readDirectives(lines);
  const file = openFile(lines, block.escape);
  file.comments.push(...block.repeated);
  // BuildKit takes a directive for a comment first and drops it then, which leaves an empty list.
  const comments = block.lineCount > 0 ? [] : null;
  const isAlike = old?.tree.escape === block.escape;
  const end = readOn(file, block.lineCount, comments, isAlike ? old : null);
  const read = readPart(file, end, block);
  const whole = joined(text, old ?? noTree, read);
  const hasNone = whole.instructions.length === 0;
  return hasNone ? { ...whole, problems: [...whole.problems, noInstructions(text, lines)] } : whole;
}

const noTree = oldTree(
  {
    text: "",
    escape: "\\",
    directives: [],
    instructions: [],
    starts: [],
    lines: [],
    comments: [],
    problems: [],
    work: 0,
  },
  "",
);

function readPart(
  file: OpenFile,
  { line, next }: EndOfReading,
  block: Pick<DirectiveBlock, "escape" | "directives" | "problems">,
): ReadPart {
  const { instructions, starts, firstLines, comments, lines } = file;
  return {
    escape: block.escape,
    directives: block.directives,
    instructions,
    starts,
    lines: firstLines,
    comments,
    problems: [...tooManyWords(file), ...block.problems, ...findLongLines(lines, line)],
    next: next === null ? null : { at: next, line: lines.before + line + 1 },
  };
}

/** What the parser has read, from the line that it began at. */
interface OpenFile {
  readonly text: string;
  readonly lines: SourceLines;
  readonly escapeCharacter: EscapeCharacter;
  readonly closings: ClosingSearch;
  readonly instructions: Instruction[];
  readonly starts: number[];
  readonly firstLines: number[];
  readonly comments: Comment[];
}

function openFile(lines: SourceLines, escapeCharacter: EscapeCharacter): OpenFile {
  return {
    text: lines.text,
    lines,
    escapeCharacter,
    closings: createClosingSearch(lines),
    instructions: [],
    starts: [],
    firstLines: [],
    comments: [],
  };
}

/**
 * Reads instructions from a line on (counted from the first one of `file.lines`), to the end or to
 * one from which all is as it was.
 * @param comments the comment lines right before it
 */
function readOn(
  file: OpenFile,
  first: number,
  comments: readonly string[] | null,
  old: OldTree | null,
): EndOfReading {
  const { text, lines } = file;
  let pending = comments === null ? null : [...comments];
  let index = first;
  for (let line = lines.at(index); line !== undefined; line = lines.at(index)) {
    if (isCommentLine(text, line)) {
      const comment = addComment(file, line, index);
      if (comment === "") pending = null;
      else {
        pending ??= [];
        pending.push(comment);
      }
      index++;
    } else if (isBlankLine(text, line)) index++;
    else {
      const same =
        old === null ? null : sameFrom(old, skipSpaces(text, line.start, line.end), pending);
      if (same !== null) return { line: index, next: same };
      index = addInstruction(file, index, pending);
      pending = null;
    }
  }
  return { line: index, next: null };
}

interface EndOfReading {
  /** The line after the last one that was read, as `first` is counted. */
  readonly line: number;
  /** The instruction of the old tree that stands there, with all below it as they were; null: the end. */
  readonly next: number | null;
}

/** Reads the instruction that starts on line `first` and gives the line after it. */
function addInstruction(file: OpenFile, first: number, comments: readonly string[] | null): number {
  const { text, lines } = file;
  const firstLine = lines.at(first);
  const start = skipSpaces(text, firstLine?.start ?? 0, firstLine?.end ?? 0);
  const { parts, next, firstBlankLine, dropped } = collectParts(file, first, start);
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
  const last = lines.at(bodies.next - 1);
  const broken = problems.length > 0;
  if (firstBlankLine !== null) problems.push(blankContinuation(firstBlankLine, start));
  const places = dropped.map(({ at }) => at);
  for (const [nth, isInString] of inStrings(line.text, places, file.escapeCharacter).entries()) {
    const range = dropped[nth]?.range ?? null;
    if (isInString) problems.push({ code: "comment-in-string", range });
  }
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
  file.firstLines.push(lines.before + first + 1);
  return bodies.next;
}

interface PartsOfLine {
  readonly parts: readonly LinePart[];
  /** The line after the last one that belongs to them. */
  readonly next: number;
  readonly firstBlankLine: SourceLine | null;
  /** The comments between them, from `origin`, and how much of the logical line stands before each. */
  readonly dropped: readonly { readonly range: TextRange; readonly at: number }[];
}

/**
 * The stretches of an instruction's lines, continuation characters, comments and blank lines out.
 * @param origin where the instruction starts
 */
function collectParts(file: OpenFile, first: number, origin: number): PartsOfLine {
  const { text, lines } = file;
  const parts: LinePart[] = [];
  const dropped: { readonly range: TextRange; readonly at: number }[] = [];
  let length = 0;
  let firstBlankLine: SourceLine | null = null;
  let index = first;
  for (let line = lines.at(index); line !== undefined; line = lines.at(++index)) {
    if (index > first && isCommentLine(text, line)) {
      addComment(file, line, index);
      const from = skipSpaces(text, line.start, line.end);
      dropped.push({ range: { start: from - origin, end: line.end - origin }, at: length });
      continue;
    }
    if (index > first && isBlankLine(text, line)) {
      firstBlankLine ??= line;
      continue;
    }
    const start = index === first ? origin : line.start;
    const cut = continuationAt(text, start, line.end, file.escapeCharacter);
    const end = cut < 0 ? line.end : cut;
    parts.push({ text: text.slice(start, end), source: start - origin });
    length += end - start;
    if (cut < 0) return { parts, next: index + 1, firstBlankLine, dropped };
  }
  return { parts, next: index, firstBlankLine, dropped };
}

function addComment(file: OpenFile, line: SourceLine, index: number): string {
  const start = skipSpaces(file.text, line.start, line.end);
  file.comments.push({ range: { start, end: line.end }, line: file.lines.before + index + 1 });
  return commentText(file.text, line);
}

const NO_HEREDOCS = { words: [], invalid: null } as const;

function findLongLines(lines: SourceLines, end: number): Placed<SyntaxProblem>[] {
  const found: Placed<SyntaxProblem>[] = [];
  for (let index = 0; index < end; index++) {
    const line = lines.at(index);
    if (line === undefined || !isTooLong(lines.text, line)) continue;
    const range = { start: line.start, end: line.end };
    found.push({ code: "line-too-long", limit: LONGEST_LINE, range });
  }
  return found;
}

function noInstructions(text: string, lines: SourceLines): Placed<SyntaxProblem> {
  const last = lines.at(lines.length - 1);
  const range: TextRange =
    last === undefined ? { start: 0, end: text.length } : { start: last.start, end: last.end };
  return { code: "no-instructions", range };
}

function blankContinuation(line: SourceLine, origin: number): Placed<SyntaxProblem> {
  return {
    code: "blank-line-in-continuation",
    range: { start: line.start - origin, end: line.next - origin },
  };
}
