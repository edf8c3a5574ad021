/** Counting an instruction's arguments. */
import type { Instruction, Word } from "../syntax/syntax.js";
import type { Reading } from "./reading.js";

/** The only argument; null, and reported, when there are none or several. */
export function oneArgument(instruction: Instruction, reading: Reading): Word | null {
  const [word, second] = instruction.args;
  if (word !== undefined && second === undefined) return word;
  const { keyword, keywordRange, range } = instruction;
  if (word === undefined)
    reading.report("read", { code: "missing-argument", keyword, needs: "one" }, keywordRange);
  else reading.report("read", { code: "too-many-arguments", keyword }, range);
  return null;
}

/** Reports when there is no argument at all. */
export function hasArguments(instruction: Instruction, reading: Reading): boolean {
  // Of a line that cannot be read it has been said why.
  if (instruction.args.length > 0 || instruction.problems.length > 0) return true;
  const { keyword, keywordRange } = instruction;
  reading.report("read", { code: "missing-argument", keyword, needs: "some" }, keywordRange);
  return false;
}
