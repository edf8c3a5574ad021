/** The instruction under the cursor, and its flag. */

import type { Flag, Instruction } from "../syntax/syntax.js";
import type { Analysis, StepAnalysis } from "./analyse.js";

/** undefined: there is none at this offset. A trigger of a base image stands in no line. */
export function stepAt({ steps }: Analysis, offset: number): StepAnalysis | undefined {
  return steps.find(
    ({ step, place }) =>
      !step.isTrigger &&
      offset >= place.start &&
      offset <= place.start + step.instruction.range.end,
  );
}

/** undefined: there is none at this offset, which counts from the instruction. */
export function flagAt({ flags }: Instruction, offset: number): Flag | undefined {
  return flags.find(({ range }) => offset >= range.start && offset < range.end);
}
