/** The numbers of the layers: 0 is the base image, every layer above counts one up. */
import type { BuildGraph, Stage, Step } from "./graph.js";

/**
 * The number of each step's layer in its own stage's stack. A stage that continues
 * another one goes on counting. Steps without a layer, and a FROM without an image, have none.
 */
export function layerNumbers(
  graph: BuildGraph,
  addsLayer: (step: Step) => boolean,
): ReadonlyMap<Step, number> {
  const numbers = new Map<Step, number>();
  const tops: number[] = [];
  for (const stage of graph.stages) {
    let top = stage.base.kind === "stage" ? (tops[stage.base.index] ?? 0) : 0;
    for (const step of stage.steps) {
      const isFolder = step.effect === "base" && stage.base.kind === "folder";
      if (step.operation?.kind === "pull" || isFolder) numbers.set(step, 0);
      else if (step.effect === "layer" && addsLayer(step)) numbers.set(step, ++top);
    }
    tops.push(top);
  }
  return numbers;
}

/** The stages whose layers an image of `stage` has, the lowest first. */
export function lineage(graph: BuildGraph, stage: Stage | null): readonly Stage[] {
  const stages: Stage[] = [];
  for (let next = stage; next !== null; ) {
    stages.unshift(next);
    next = next.base.kind === "stage" ? (graph.stages[next.base.index] ?? null) : null;
  }
  return stages;
}
