/**
 * What an edit leaves of a tree as it was. An instruction depends on its own text, on the escape
 * character and on the comments right before it; so all but those around the edit stay the same
 * objects. Only a heredoc that is not closed depends on everything below it.
 */
import { type Placed, placedAt } from "../text/range.js";
import { isSameList } from "../text/sameList.js";
import type { Dockerfile } from "./syntax.js";
import { workBetween } from "./work.js";

/** The stretch `[start, end)` of the old text that is another one now, and how far what follows moved. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly shift: number;
}

/** The tree of a text before an edit. */
export interface OldTree {
  readonly tree: Dockerfile;
  readonly edit: TextEdit;
  /** How many of the first instructions stay as they are. */
  readonly kept: number;
  /** Where the line below those starts. */
  readonly start: number;
}

/** One edit that makes `after` of a tree's text; several count as one that holds all of them. */
export function oldTree(tree: Dockerfile, after: string): OldTree {
  const edit = editOf(tree.text, after);
  const open = tree.instructions.findIndex(({ heredocs }) =>
    heredocs.some(({ closingRange }) => closingRange === null),
  );
  let kept = lastBelow(tree.starts, edit.start) + 1;
  if (open >= 0) kept = Math.min(kept, open);
  // The last of them may go on where the edit is, or where the text ended.
  const below = lineBelow(tree, kept);
  if (kept > 0 && (below > edit.start || below >= tree.text.length)) kept--;
  return { tree, edit, kept, start: lineBelow(tree, kept) };
}

/** Where the line below the first instructions starts; behind the text where that ends with them. */
function lineBelow({ text, instructions, starts }: Dockerfile, count: number): number {
  if (count === 0) return 0;
  const end = (starts[count - 1] ?? 0) + (instructions[count - 1]?.range.end ?? 0);
  const feed = text.indexOf("\n", end);
  return feed < 0 ? text.length + 1 : feed + 1;
}

/**
 * The old instruction that stands at `start` of the new text, with all below it as they were; null:
 * none does.
 * @param comments those right before it now
 */
export function sameFrom(
  { tree, edit }: OldTree,
  start: number,
  comments: readonly string[] | null,
): number | null {
  if (start < edit.end + edit.shift) return null;
  const at = lastBelow(tree.starts, start - edit.shift + 1);
  if (at < 0 || tree.starts[at] !== start - edit.shift) return null;
  const before = tree.instructions[at]?.comments ?? null;
  const isSame =
    before === null || comments === null ? before === comments : isSameList(before, comments);
  return isSame ? at : null;
}

/** What was read of a text: between the instructions that were kept and those from `next` on. */
export type ReadPart = Pick<
  Dockerfile,
  "escape" | "directives" | "instructions" | "starts" | "lines" | "comments" | "problems"
> & {
  /** The old instruction from which all is as it was, and its line now; null: all was read. */
  readonly next: { readonly at: number; readonly line: number } | null;
};

/** The whole tree. */
export function joined(text: string, old: OldTree, read: ReadPart): Dockerfile {
  const { tree, edit, kept } = old;
  const { next } = read;
  const from = next?.at ?? tree.instructions.length;
  const lineShift = next === null ? 0 : next.line - (tree.lines[next.at] ?? 0);
  const oldEnd = next === null ? Number.POSITIVE_INFINITY : (tree.starts[next.at] ?? 0);
  const isAbove = ({ range }: Placed<object>): boolean => range !== null && range.end < old.start;
  const isBelow = ({ range }: Placed<object>): boolean => range !== null && range.end > oldEnd;
  const below = tree.comments.filter(isBelow);
  return {
    text,
    escape: read.escape,
    directives: read.directives,
    instructions: [
      ...tree.instructions.slice(0, kept),
      ...read.instructions,
      ...tree.instructions.slice(from),
    ],
    starts: [
      ...tree.starts.slice(0, kept),
      ...read.starts,
      ...tree.starts.slice(from).map((start) => start + edit.shift),
    ],
    lines: [
      ...tree.lines.slice(0, kept),
      ...read.lines,
      ...tree.lines.slice(from).map((line) => line + lineShift),
    ],
    comments: [
      ...tree.comments.filter(isAbove),
      ...read.comments,
      ...below.map(({ range, line }) => ({
        range: { start: range.start + edit.shift, end: range.end + edit.shift },
        line: line + lineShift,
      })),
    ],
    problems: [
      ...tree.problems.filter(isAbove),
      ...read.problems,
      ...tree.problems.filter(isBelow).map((problem) => placedAt(edit.shift, problem)),
    ],
    work:
      tree.work -
      workBetween(tree.instructions, kept, from) +
      workBetween(read.instructions, 0, read.instructions.length),
  };
}

/** So many characters are compared at once. */
const stretch = 4096;

/**
 * One edit that makes one text of another. What is equal at the end counts first, so that a line that
 * was put in is that line.
 */
export function editOf(before: string, after: string): TextEdit {
  const shift = after.length - before.length;
  const first = Math.max(0, -shift);
  let end = before.length;
  while (
    end - stretch >= first &&
    before.slice(end - stretch, end) === after.slice(end - stretch + shift, end + shift)
  )
    end -= stretch;
  while (end > first && before.charCodeAt(end - 1) === after.charCodeAt(end - 1 + shift)) end--;
  const most = Math.min(end, end + shift);
  let start = 0;
  while (
    start + stretch <= most &&
    before.slice(start, start + stretch) === after.slice(start, start + stretch)
  )
    start += stretch;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  return { start, end, shift };
}

/** The index of the last number below `limit`, -1 when there is none; they are in order. */
function lastBelow(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? limit) < limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
