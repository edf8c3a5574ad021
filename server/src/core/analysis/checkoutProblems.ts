/** Steps that will miss the cache of another machine, because of the modes that files have here. */
import type { Keys } from "../cache/predict.js";
import { type Checkout, type OtherMode, otherModes } from "../context/checkout.js";
import { type BuildGraph, placeOf } from "../graph/graph.js";
import { listedSome } from "../text/lists.js";
import { type Problem, rangeAt } from "../text/range.js";
import { say } from "../text/say.js";

/** So many paths are named. */
const named = 3;

/** @param checkout null: what a fresh checkout would be is not known */
export function checkoutProblems(
  graph: BuildGraph,
  keys: Keys,
  checkout: Checkout | null,
): readonly Problem[] {
  if (checkout === null) return [];
  return keys.steps.flatMap(({ step, context }) => {
    const found = context
      .filter(({ folder }) => folder === null)
      .flatMap(({ selection }) => otherModes(checkout, selection));
    if (found.length === 0) return [];
    const modes = listedSome(found.slice(0, named).map(modeWords), found.length - named);
    return [
      {
        code: "other-mode-in-checkout",
        message: say`Will miss the cache on another machine: ${modes}. Modes are part of the cache key, and git does not keep them.`,
        severity: "information" as const,
        range: rangeAt(placeOf(graph, step).start, step.instruction.keywordRange),
      },
    ];
  });
}

function modeWords({ path, mode, inCheckout }: OtherMode): string {
  return say`${path} has mode ${octal(mode)} here and ${octal(inCheckout)} in a fresh checkout`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, "0");
}
