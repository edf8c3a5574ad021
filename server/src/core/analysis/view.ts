/** What the features show: an analysis, and whether it tells what will happen or what just did. */

import type { Stage } from "../graph/graph.js";
import { say } from "../text/say.js";
import type { Analysis, StepAnalysis } from "./analyse.js";

export interface View {
  readonly analysis: Analysis;
  /**
   * True right after a simulated build, while nothing has changed since: the answers then say what
   * that build did, against the build before it.
   */
  readonly isResult: boolean;
}

/** `stage build`, or `stage 2` for one without a name. */
export function stageWords(stage: Pick<Stage, "name" | "index">): string {
  return say`stage ${stage.name ?? stage.index}`;
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

/** What a FROM starts from, in a few words. */
export function baseWords(analysis: Analysis, stage: Stage): string {
  switch (stage.base.kind) {
    case "image":
      return say`Base image ${shortReference(stage.base.reference)}`;
    case "stage": {
      const parent = analysis.graph.stages[stage.base.index];
      return parent === undefined
        ? say`Continues an earlier stage`
        : say`Continues ${stageWords(parent)}`;
    }
    case "folder":
      return say`Starts with the build context ${stage.base.name}`;
    case "scratch":
      return say`Starts empty`;
    case "broken":
      return say`Base image unknown`;
  }
}

/** Twelve digits of a digest tell images apart. */
function shortReference(reference: string): string {
  return reference.replace(/(@\w+:[0-9a-f]{12})[0-9a-f]+$/, "$1…");
}
