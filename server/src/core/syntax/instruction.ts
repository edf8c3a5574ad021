/** One logical line read as an instruction: keyword, flags, arguments, and what an ONBUILD holds. */
import type { Problem, TextRange } from "../text/range.js";
import { skipSpaces, skipSpacesBack, toLower, upperAscii } from "./characters.js";
import { readFlags, textAfterFlags } from "./flags.js";
import { KEYWORDS, type Rest, readArguments } from "./lineParsers.js";
import { sliceLine, sourceRange } from "./logicalLine.js";
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
  readonly problems: readonly Problem[];
}

/** What the file knows about an instruction. */
export interface Placement {
  readonly range: TextRange;
  readonly line: number;
  readonly endLine: number;
  readonly comments: readonly string[] | null;
  readonly heredocs: readonly Heredoc[];
  readonly broken: boolean;
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
  const lower = toLower(keywordText);
  const flagsAndRest = readFlags(trimmed, blanks?.end ?? keywordEnd, escapeCharacter);
  const rest = trimRest(
    trimmed,
    textAfterFlags(trimmed, flagsAndRest),
    flagsAndRest.rest - flagsAndRest.brokenBytes,
  );
  const shared = {
    line,
    keyword: KEYWORDS.has(lower) ? lower.toUpperCase() : upperAscii(keywordText),
    keywordText,
    keywordRange: sourceRange(trimmed, 0, keywordEnd),
    flags: flagsAndRest.flags,
  };
  if (lower !== "onbuild") {
    return { ...shared, ...readArguments(lower, rest, escapeCharacter), trigger: null };
  }
  if (rest.text === "" || depth >= DEEPEST) {
    return { ...shared, args: [], json: false, trigger: null, problems: [] };
  }
  const inner = sliceLine(trimmed, rest.start, rest.start + rest.text.length);
  const trigger = readLine({ ...inner, text: rest.text }, escapeCharacter, depth + 1);
  return { ...shared, args: [], json: false, trigger, problems: trigger.problems };
}

/** The instruction whose heredocs follow the line, if it may have some: RUN, COPY or ADD. */
export function takesHeredocs(syntax: LineSyntax): boolean {
  const holder = syntax.keyword === "ONBUILD" ? (syntax.trigger ?? syntax) : syntax;
  return !holder.json && ["ADD", "COPY", "RUN"].includes(holder.keyword);
}

/** The finished instruction. */
export function placeInstruction(syntax: LineSyntax, placement: Placement): Instruction {
  const { line, trigger, problems: _, ...shared } = syntax;
  return {
    ...shared,
    ...placement,
    original: line.text,
    logicalLine: line,
    trigger:
      trigger === null
        ? null
        : placeInstruction(trigger, {
            ...placement,
            range: { start: trigger.keywordRange.start, end: placement.range.end },
            comments: null,
          }),
  };
}

/** Docker refuses an ONBUILD in an ONBUILD anyway; this only keeps the tree from growing too deep. */
const DEEPEST = 50;

function trimRest(line: LogicalLine, text: string, start: number): Rest {
  const from = skipSpaces(text, 0, text.length);
  return {
    text: text.slice(from, skipSpacesBack(text, from, text.length)),
    start: start + from,
    line,
  };
}
