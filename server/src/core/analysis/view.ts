/** What the features show: an analysis, and whether it tells what will happen or what just did. */

import { placeOf, type Stage } from "../graph/graph.js";
import type { Analysis, StepAnalysis } from "./analyse.js";

export interface View {
  readonly analysis: Analysis;
  /**
   * True right after a simulated build, while nothing has changed since: the answers then say what
   * that build did, against the build before it.
   */
  readonly isResult: boolean;
}

/** The stage of a step; null before the first FROM. */
export function stageOf({ graph }: Analysis, { place }: StepAnalysis): Stage | null {
  return place.stage === null ? null : (graph.stages[place.stage] ?? null);
}

/** The steps that have to be done before a step can run, by their indexes: the one below, and its sources. */
export function waitsFor(analysis: Analysis, analysed: StepAnalysis): readonly number[] {
  const { below } = analysed.keyed;
  return [...(below === null ? [] : [indexOf(analysis, below)]), ...sourceEnds(analysis, analysed)];
}

/** The last steps of the stages that a step takes files from, by their indexes. */
export function sourceEnds(analysis: Analysis, { keyed }: StepAnalysis): readonly number[] {
  return keyed.sources.flatMap((source) => {
    const last = analysis.keys.stages[source]?.last;
    return last == null ? [] : [indexOf(analysis, last)];
  });
}

/** The place of a step in `Analysis.steps`. */
export function indexOf({ graph }: Analysis, { step }: Pick<StepAnalysis, "step">): number {
  return placeOf(graph, step).index;
}

/** The steps of a stage with what is known of each. */
export function stageSteps({ graph, steps }: Analysis, stage: Stage): readonly StepAnalysis[] {
  return stage.steps.flatMap((step) => steps[placeOf(graph, step).index] ?? []);
}
