/** The instruction under the cursor, and its flag. */

import { startOf } from "../graph/graph.js";
import type { Flag } from "../syntax/syntax.js";
import type { Analysis, StepAnalysis } from "./analyse.js";

/** undefined: there is none at this offset. A trigger of a base image stands in no line. */
export function stepAt({ graph, steps }: Analysis, offset: number): StepAnalysis | undefined {
  return steps.find(({ step, place }) => {
    const inside = offset - startOf(graph, place);
    return !step.isTrigger && inside >= 0 && inside <= step.instruction.range.end;
  });
}

/** undefined: there is none at this offset. */
export function flagAt(
  { graph }: Analysis,
  { step, place }: StepAnalysis,
  offset: number,
): Flag | undefined {
  const inside = offset - startOf(graph, place);
  return step.instruction.flags.find(({ range }) => inside >= range.start && inside < range.end);
}
