/** The bodies of heredocs, in the lines after the instruction that announces them. */
import { addTo } from "../text/grouped.js";
import type { Placed } from "../text/range.js";
import type { HeredocInLine } from "./heredocs.js";
import { keywordGrammar } from "./keyword.js";
import { sourceRange } from "./logicalLine.js";
import type { SyntaxProblem } from "./problem.js";
import type { SourceLine, SourceLines } from "./sourceLines.js";
import type { Heredoc, LogicalLine } from "./syntax.js";

/** Looks for closing lines in one file, without reading its lines again for every heredoc. */
export interface ClosingSearch {
  readonly lines: SourceLines;
  /** Where each line's text stands, as it is and without leading tabs; built when first needed. */
  plain: LinesByText | null;
  chomped: LinesByText | null;
}

/** A search over the lines of a text. */
export function createClosingSearch(lines: SourceLines): ClosingSearch {
  return { lines, plain: null, chomped: null };
}

export interface HeredocBodies {
  readonly heredocs: readonly Heredoc[];
  /** The line after the last one that belongs to a body, counted from 0. */
  readonly next: number;
  readonly problems: readonly Placed<SyntaxProblem>[];
}

/**
 * Reads the bodies of `announced`, one after the other, from line `first` on. A body without its
 * closing line is an error; for us it ends before the next line that looks like an instruction, so
 * that the rest of the file can be read while somebody is typing.
 * @param origin where the instruction starts: all ranges count from there
 */
export function readHeredocBodies(
  search: ClosingSearch,
  first: number,
  line: LogicalLine,
  announced: readonly HeredocInLine[],
  origin: number,
): HeredocBodies {
  const { lines } = search;
  const { text } = lines;
  const heredocs: Heredoc[] = [];
  const problems: Placed<SyntaxProblem>[] = [];
  let next = first;
  for (const { range, ...word } of announced) {
    const isOpen = problems.length > 0;
    const closing = isOpen ? -1 : findClosing(search, next, word);
    const end = closing >= 0 ? closing : isOpen ? next : recoveryLine(lines, next);
    const wordRange = sourceRange(line, range.start, range.end);
    const bodyRange = {
      start: (lines.at(next)?.start ?? text.length) - origin,
      end: (lines.at(end)?.start ?? text.length) - origin,
    };
    const closingLine = closing < 0 ? undefined : lines.at(closing);
    heredocs.push({
      content: text.slice(origin + bodyRange.start, origin + bodyRange.end),
      range: wordRange,
      bodyRange,
      closingRange:
        closingLine === undefined
          ? null
          : { start: closingLine.start - origin, end: closingLine.end - origin },
      ...word,
    });
    if (closing < 0 && !isOpen) {
      problems.push({ code: "heredoc-unclosed", name: word.name, range: wordRange });
    }
    next = closing < 0 ? end : closing + 1;
  }
  return { heredocs, next, problems };
}

type LinesByText = ReadonlyMap<string, readonly number[]>;

/** How many lines are read one by one before the index over all of them pays. */
const SCANNED_LINES = 200;

/** The first line from `from` on that closes the heredoc, -1 when there is none. */
function findClosing(
  search: ClosingSearch,
  from: number,
  { name, chomp }: { readonly name: string; readonly chomp: boolean },
): number {
  const { lines } = search;
  const { text } = lines;
  for (let index = from; index < from + SCANNED_LINES; index++) {
    const line = lines.at(index);
    if (line === undefined) return -1;
    const start = contentStart(text, line, chomp);
    if (line.end - start === name.length && text.startsWith(name, start)) return index;
  }
  if (chomp) search.chomped ??= indexLines(lines, true);
  else search.plain ??= indexLines(lines, false);
  const places = (chomp ? search.chomped : search.plain)?.get(name) ?? [];
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return places[low] ?? -1;
}

function indexLines(lines: SourceLines, chomp: boolean): LinesByText {
  const { text } = lines;
  const byText = new Map<string, number[]>();
  for (let index = 0, line = lines.at(0); line !== undefined; line = lines.at(++index)) {
    const key = text.slice(contentStart(text, line, chomp), line.end);
    addTo(byText, key, index);
  }
  return byText;
}

/** Where the part of a line begins that is compared with a heredoc's name. */
function contentStart(text: string, line: SourceLine, chomp: boolean): number {
  let start = line.start;
  if (chomp) while (start < line.end && text[start] === "\t") start++;
  return start;
}

/**
 * Where an unclosed body ends for us: before a line that starts with a keyword in upper case, which
 * the text of a script or a configuration file hardly ever does.
 */
function recoveryLine(lines: SourceLines, from: number): number {
  let index = from;
  for (let line = lines.at(index); line !== undefined; line = lines.at(++index)) {
    const word = /^\s*([A-Z]+)\s/.exec(lines.text.slice(line.start, line.end))?.[1];
    if (word !== undefined && keywordGrammar(word) !== undefined) break;
  }
  return index;
}
