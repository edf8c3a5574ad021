/** What the features show: an analysis, and whether it tells what will happen or what just did. */

import type { Stage } from "../graph/graph.js";
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
export function stageOf(analysis: Analysis, { step }: StepAnalysis): Stage | null {
  return step.stage === null ? null : (analysis.graph.stages[step.stage] ?? null);
}

/** The steps that have to be done before a step can run, by their indexes: the one below, and its sources. */
export function waitsFor(analysis: Analysis, analysed: StepAnalysis): readonly number[] {
  const { below } = analysed.keyed;
  return [...(below === null ? [] : [below.step.index]), ...sourceEnds(analysis, analysed)];
}

/** The last steps of the stages that a step takes files from, by their indexes. */
export function sourceEnds({ keys }: Analysis, { keyed }: StepAnalysis): readonly number[] {
  return keyed.sources.flatMap((source) => keys.stages[source]?.last?.step.index ?? []);
}
