/** The instruction under the cursor, and its flag. */

import type { Flag } from "../syntax/syntax.js";
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

/** undefined: there is none at this offset. */
export function flagAt({ step, place }: StepAnalysis, offset: number): Flag | undefined {
  const inside = offset - place.start;
  return step.instruction.flags.find(({ range }) => inside >= range.start && inside < range.end);
}
