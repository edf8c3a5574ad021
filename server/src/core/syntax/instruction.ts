/** One logical line read as an instruction: keyword, flags, arguments, and what an ONBUILD holds. */

import { keptList } from "../text/keptList.js";
import type { Placed, TextRange } from "../text/range.js";
import { skipSpaces, skipSpacesBack, toLower, upperAscii } from "./characters.js";
import { readFlags, textAfterFlags } from "./flags.js";
import { keywordGrammar, keywordOf } from "./keyword.js";
import { type Rest, readArguments } from "./lineParsers.js";
import { sliceLine, sourceRange } from "./logicalLine.js";
import type { SyntaxProblem } from "./problem.js";
import type { EscapeCharacter, Flag, Heredoc, Instruction, LogicalLine, Word } from "./syntax.js";
import { firstBlanks } from "./words.js";

/** What a logical line says by itself; the file adds its place, comments and heredocs. */
export interface LineSyntax {
  readonly line: LogicalLine;
  readonly keyword: string;
  readonly keywordText: string;
  readonly keywordRange: TextRange;
  readonly flags: readonly Flag[];
  readonly args: readonly Word[];
  readonly json: boolean;
  readonly trigger: LineSyntax | null;
  readonly problems: readonly Placed<SyntaxProblem>[];
}

/** What the lines around it say about an instruction. */
export interface Placement {
  readonly range: TextRange;
  readonly lineCount: number;
  readonly comments: readonly string[] | null;
  readonly heredocs: readonly Heredoc[];
  readonly broken: boolean;
  readonly problems: readonly Placed<SyntaxProblem>[];
}

/** Reads a logical line. Any text is an instruction, an empty one has an empty keyword. */
export function readLine(
  line: LogicalLine,
  escapeCharacter: EscapeCharacter,
  depth = 0,
): LineSyntax {
  const { text } = line;
  const start = skipSpaces(text, 0, text.length);
  const end = skipSpacesBack(text, start, text.length);
  const trimmed = sliceLine(line, start, end);
  const blanks = firstBlanks(trimmed.text);
  const keywordEnd = blanks?.start ?? trimmed.text.length;
  const keywordText = trimmed.text.slice(0, keywordEnd);
  const flagsAndRest = readFlags(trimmed, blanks?.end ?? keywordEnd, escapeCharacter);
  const rest = trimRest(
    trimmed,
    textAfterFlags(trimmed, flagsAndRest),
    flagsAndRest.rest - flagsAndRest.brokenBytes,
  );
  const keyword = keywordOf(toLower(keywordText)) ?? upperAscii(keywordText);
  const grammar = keywordGrammar(keyword);
  const keywordRange = sourceRange(trimmed, 0, keywordEnd);
  const { flags } = flagsAndRest;
  if (grammar?.form !== "instruction") {
    const { args, json, problems } = readArguments(keyword, grammar?.form, rest, escapeCharacter);
    return { line, keyword, keywordText, keywordRange, flags, args, json, trigger: null, problems };
  }
  const trigger = depth < DEEPEST ? readTrigger(trimmed, rest, escapeCharacter, depth) : null;
  const problems = trigger?.problems ?? [];
  const args: readonly Word[] = [];
  return { line, keyword, keywordText, keywordRange, flags, args, json: false, trigger, problems };
}

/** True where the bodies of heredocs follow the line, or that of the instruction in it. */
export function takesHeredocs(syntax: LineSyntax): boolean {
  const holder = syntax.trigger ?? syntax;
  return !holder.json && keywordGrammar(holder.keyword)?.takesHeredocs === true;
}

/** The finished instruction. Every field by name: copying with a spread costs ten times the parsing. */
export function placeInstruction(syntax: LineSyntax, placement: Placement): Instruction {
  return {
    keyword: syntax.keyword,
    keywordText: syntax.keywordText,
    keywordRange: syntax.keywordRange,
    range: placement.range,
    lineCount: placement.lineCount,
    flags: keptList(syntax.flags),
    args: keptList(syntax.args),
    json: syntax.json,
    heredocs: keptList(placement.heredocs),
    original: syntax.line.text,
    logicalLine: syntax.line,
    comments: placement.comments,
    trigger: syntax.trigger === null ? null : placeTrigger(syntax.trigger, placement),
    broken: placement.broken,
    problems: keptList(placement.problems),
  };
}

/** Docker refuses an ONBUILD in an ONBUILD anyway; this only keeps the tree from growing too deep. */
const DEEPEST = 50;

function readTrigger(
  line: LogicalLine,
  rest: Rest,
  escapeCharacter: EscapeCharacter,
  depth: number,
): LineSyntax | null {
  if (rest.text === "") return null;
  const { start, table } = sliceLine(line, rest.start);
  return readLine({ text: rest.text, start, table }, escapeCharacter, depth + 1);
}

function placeTrigger(trigger: LineSyntax, placement: Placement): Instruction {
  return placeInstruction(trigger, {
    ...placement,
    range: { start: trigger.keywordRange.start, end: placement.range.end },
    comments: null,
  });
}

function trimRest(line: LogicalLine, text: string, start: number): Rest {
  const from = skipSpaces(text, 0, text.length);
  return {
    text: text.slice(from, skipSpacesBack(text, from, text.length)),
    start: start + from,
    line,
  };
}
