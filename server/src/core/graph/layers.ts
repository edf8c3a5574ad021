/** The numbers of the layers: 0 is the base image, every layer above counts one up. */
import type { BuildGraph, Stage } from "./graph.js";

/**
 * The number of each step's layer in its own stage's stack, by the places of the steps in the graph. A
 * stage that continues another one goes on counting. null: the step has no layer, or is a FROM
 * without an image.
 * @param addsLayer whether the step at a place leaves one
 */
export function layerNumbers(
  { globals, stages, steps }: BuildGraph,
  addsLayer: (at: number) => boolean,
): readonly (number | null)[] {
  const numbers: (number | null)[] = new Array(steps.length).fill(null);
  const tops: number[] = [];
  // What the command line adds stands behind all else, and leaves no layer.
  let at = globals.length;
  for (const stage of stages) {
    let top = stage.base.kind === "stage" ? (tops[stage.base.index] ?? 0) : 0;
    for (const step of stage.steps) {
      if (step.isOption) continue;
      const isFolder = step.effect === "base" && stage.base.kind === "folder";
      if (step.operation?.kind === "pull" || isFolder) numbers[at] = 0;
      else if (step.effect === "layer" && addsLayer(at)) numbers[at] = ++top;
      at++;
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
