/** Counting an instruction's arguments, with one sentence for each mistake. */
import type { Instruction, Word } from "../syntax/syntax.js";
import { say } from "../text/say.js";
import type { Reading } from "./reading.js";

/** The only argument; null, and reported, when there are none or several. */
export function oneArgument(instruction: Instruction, reading: Reading): Word | null {
  const [word, second] = instruction.args;
  if (word !== undefined && second === undefined) return word;
  reading.report(
    "read",
    word === undefined ? "missing-argument" : "too-many-arguments",
    say`${instruction.keyword} takes exactly one argument.`,
    word === undefined ? instruction.keywordRange : instruction.range,
  );
  return null;
}

/** Reports when there is no argument at all. */
export function hasArguments(instruction: Instruction, reading: Reading): boolean {
  if (instruction.args.length > 0) return true;
  reading.report(
    "read",
    "missing-argument",
    say`${instruction.keyword} needs at least one argument.`,
    instruction.keywordRange,
  );
  return false;
}
