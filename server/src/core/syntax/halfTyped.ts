/**
 * A text as it was before the instructions that are being typed in, laid over the text of now: what
 * an editor shows of all others while those cannot be read.
 */
import { firstIndex } from "../text/firstIndex.js";
import type { TextRange } from "../text/range.js";
import { editOf, type TextEdit } from "./reparse.js";
import type { Dockerfile } from "./syntax.js";

/** What an edit made another one, by whole instructions. */
export interface EditedPart {
  /** Of the text after the edit; empty: nothing that is an instruction. */
  readonly range: TextRange;
  /** Its first and last line, from 1. */
  readonly lines: { readonly first: number; readonly last: number };
  /** True where instructions that were not touched are none any more, such as under a continuation. */
  readonly swallows: boolean;
  readonly edit: TextEdit;
  /** The first instruction of the text before that stands below the edit. */
  readonly below: number;
}

/** What is edited in a text, as if by one edit. With another escape character all is another text. */
export function editedPart(before: Dockerfile, now: Dockerfile): EditedPart {
  const edit = editOf(before.text, now.text);
  const end = edit.end + edit.shift;
  // What stands at the end of an edit was not touched where the edit ends with its line.
  const isWholeLine = end === 0 || now.text[end - 1] === "\n";
  const below = firstIndex(before.starts, (start) => start > edit.end - Number(isWholeLine));
  const count = before.starts.length - below;
  const to = now.starts.length - count;
  const swallows =
    count > 0 && (to < 0 || now.starts[to] !== (before.starts[below] ?? 0) + edit.shift);
  const last = swallows ? firstIndex(now.starts, (start) => start > end) : to;
  return {
    swallows,
    edit,
    below,
    ...stretch(now, firstEdited(before, now, edit.start), last),
  };
}

/** The instructions of the text before, each where it stands in the text of now. */
export function laidOver(
  before: Dockerfile,
  now: Dockerfile,
  { edit, below }: EditedPart,
): Dockerfile {
  const end = edit.end + edit.shift;
  const lineShift =
    lineFeeds(now.text, edit.start, end) - lineFeeds(before.text, edit.start, edit.end);
  const lastLine = lineFeeds(now.text, 0, end) + 1;
  return {
    ...before,
    text: now.text,
    // What was edited keeps its place, within what is edited now.
    starts: before.starts.map((start, at) =>
      at < below ? Math.min(start, end) : start + edit.shift,
    ),
    lines: before.lines.map((line, at) =>
      at < below ? Math.min(line, lastLine) : line + lineShift,
    ),
  };
}

/** The index of the first instruction that an edit has to do with: above it each is as it was. */
function firstEdited(before: Dockerfile, now: Dockerfile, editStart: number): number {
  const [old, own] = [before, now].map(({ starts }) =>
    Math.max(0, firstIndex(starts, (start) => start > editStart) - 1),
  );
  const at = Math.min(old ?? 0, own ?? 0);
  const [was, is] = [before.instructions[at], now.instructions[at]];
  const isAbove = (now.starts[at] ?? editStart) < editStart;
  const isSame = isAbove && was?.original === is?.original && was?.range.end === is?.range.end;
  return isSame && (is?.heredocs.length ?? 0) === 0 ? at + 1 : at;
}

/** Of the instructions `[first, to)`. */
function stretch(
  { instructions, starts, lines }: Dockerfile,
  first: number,
  to: number,
): Pick<EditedPart, "range" | "lines"> {
  const last = to - 1;
  const end = instructions[last];
  if (first > last || end === undefined)
    return { range: { start: 0, end: 0 }, lines: { first: 0, last: 0 } };
  return {
    range: { start: starts[first] ?? 0, end: (starts[last] ?? 0) + end.range.end },
    lines: { first: lines[first] ?? 0, last: (lines[last] ?? 0) + end.lineCount - 1 },
  };
}

function lineFeeds(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", start); at >= 0 && at < end; at = text.indexOf("\n", at + 1))
    count++;
  return count;
}
