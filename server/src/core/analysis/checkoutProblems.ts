/** Steps that will miss the cache of another machine, because of the modes that files have here. */
import type { Keys } from "../cache/predict.js";
import { type Checkout, joinedModes, otherModes } from "../context/checkout.js";
import type { BuildGraph } from "../graph/graph.js";
import { type Placed, rangeAt } from "../text/range.js";
import type { Problem } from "./problem.js";

/** @param checkout null: what a fresh checkout would be is not known */
export function checkoutProblems(
  graph: BuildGraph,
  keys: Keys,
  checkout: Checkout | null,
): readonly Placed<Problem>[] {
  if (checkout === null) return [];
  return keys.taking.flatMap((at): readonly Placed<Problem>[] => {
    const keyed = keys.steps[at];
    if (keyed === undefined) return nothing;
    const { step, context } = keyed;
    const modes = joinedModes(
      context
        .filter(({ folder }) => folder === null)
        .map(({ selection }) => otherModes(checkout, selection)),
    );
    if (modes.count === 0) return nothing;
    const range = rangeAt(graph.starts[at] ?? 0, step.instruction.keywordRange);
    return [{ code: "other-mode-in-checkout", modes, range }];
  });
}

const nothing: readonly Placed<Problem>[] = [];
