/** Counting an instruction's arguments, with one sentence for each mistake. */
import type { Instruction, Word } from "../syntax/syntax.js";
import { say } from "../text/say.js";
import type { StageScope } from "./scope.js";

/** The only argument; null, and reported, when there are none or several. */
export function oneArgument(instruction: Instruction, scope: StageScope): Word | null {
  const [word, second] = instruction.args;
  if (word !== undefined && second === undefined) return word;
  scope.report(
    "read",
    word === undefined ? "missing-argument" : "too-many-arguments",
    say`${instruction.keyword} takes exactly one argument.`,
    word === undefined ? instruction.keywordRange : instruction.range,
  );
  return null;
}

/** Reports when there is no argument at all. */
export function hasArguments(instruction: Instruction, scope: StageScope): boolean {
  if (instruction.args.length > 0) return true;
  scope.report(
    "read",
    "missing-argument",
    say`${instruction.keyword} needs at least one argument.`,
    instruction.keywordRange,
  );
  return false;
}
