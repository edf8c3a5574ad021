/**
 * Comments that say which problems are not to be reported: `# stratacast ignore=CODE,CODE` in the lines
 * right before an instruction, `# stratacast global ignore=CODE` anywhere for the whole file.
 */
import type { Problem } from "../analysis/problem.js";
import type { Dockerfile } from "../syntax/syntax.js";
import type { Placed } from "../text/range.js";

/** The comment that hides a problem of the instruction below it. */
export function ignoreComment(code: Problem["code"]): string {
  return `# stratacast ignore=${code}`;
}

/** Says of a problem whether a comment hides it. */
export function ignoredProblems(
  dockerfile: Dockerfile,
): (problem: Placed<Pick<Problem, "code">>) => boolean {
  const { text, comments, instructions, starts } = dockerfile;
  if (!text.includes("stratacast")) return () => false;
  const everywhere = new Set(
    comments.flatMap(({ range }) => codesIn(text.slice(range.start + 1, range.end), wholeFile)),
  );
  return ({ code, range }) => {
    if (everywhere.has(code)) return true;
    if (range === null) return false;
    const at = starts.findLastIndex((start) => start <= range.start);
    const above = instructions[at]?.comments ?? [];
    return above.some((comment) => codesIn(comment, below).includes(code));
  };
}

const below = /^\s*stratacast\s+ignore=(.*)$/;
const wholeFile = /^\s*stratacast\s+global\s+ignore=(.*)$/;

function codesIn(comment: string, form: RegExp): readonly string[] {
  const codes = form.exec(comment)?.[1] ?? "";
  return codes.split(/[\s,]+/).filter((code) => code !== "");
}
