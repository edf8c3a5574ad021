/** The numbers of the layers: 0 is the base image, every layer above counts one up. */
import type { BuildGraph, Stage } from "./graph.js";

/** What a step does to the stack of its stage: it puts nothing on it, a layer, or lays the base. */
export const stackKinds = { nothing: 0, layer: 1, base: 2 } as const;

/**
 * The number of each step's layer in its own stage's stack, by the places of the steps in the graph. A
 * stage that continues another one goes on counting. null: the step has no layer, or is a FROM
 * without an image.
 * @param kinds of the steps, in their order: see `stackKinds`
 */
export function layerNumbers(
  { stages, steps }: BuildGraph,
  kinds: Uint8Array,
): readonly (number | null)[] {
  const numbers: (number | null)[] = new Array(steps.length).fill(null);
  const tops: number[] = [];
  for (const [index, { base, first }] of stages.entries()) {
    let top = base.kind === "stage" ? (tops[base.index] ?? 0) : 0;
    // What the command line adds stands behind all else, and puts nothing on a stack.
    const end = stages[index + 1]?.first ?? steps.length;
    for (let at = first; at < end; at++) {
      if (kinds[at] === stackKinds.base) numbers[at] = 0;
      else if (kinds[at] === stackKinds.layer) numbers[at] = ++top;
    }
    tops.push(top);
  }
  return numbers;
}

/** The stages whose layers an image of `stage` has, the lowest first. */
export function lineage(graph: BuildGraph, stage: Stage | null): readonly Stage[] {
  const stages: Stage[] = [];
  for (let next = stage; next !== null; ) {
    stages.push(next);
    next = next.base.kind === "stage" ? (graph.stages[next.base.index] ?? null) : null;
  }
  return stages.reverse();
}
