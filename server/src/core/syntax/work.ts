/** What instructions cost whoever analyses them, in the unit of `mostWork`. */
import { keywordGrammar, usualWork } from "./keyword.js";
import type { Instruction } from "./syntax.js";

export function workOf({ keyword, args, flags, heredocs }: Instruction): number {
  const { own, word } = keywordGrammar(keyword)?.work ?? usualWork;
  return own + word * (args.length + flags.length + heredocs.length);
}

/** Of the instructions `[start, end)`. */
export function workBetween(
  instructions: readonly Instruction[],
  start: number,
  end: number,
): number {
  let sum = 0;
  for (let at = start; at < end; at++) {
    const instruction = instructions[at];
    if (instruction !== undefined) sum += workOf(instruction);
  }
  return sum;
}
