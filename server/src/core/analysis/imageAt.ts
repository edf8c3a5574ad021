/** The image that a FROM in the text is about. */
import { baseOf, type NamedImage } from "../graph/images.js";
import type { Analysis, StepAnalysis } from "./analyse.js";
import { stepAt } from "./stepAt.js";
import { stageOf } from "./view.js";

/** null: there is no FROM at this place, or it starts from something else. */
export function imageAt(analysis: Analysis, offset: number): NamedImage | null {
  const analysed = stepAt(analysis, offset);
  return analysed === undefined ? null : imageOf(analysis, analysed);
}

/** The same of a step. */
export function imageOf(analysis: Analysis, analysed: StepAnalysis): NamedImage | null {
  const stage = analysed.step.effect === "base" ? stageOf(analysis, analysed) : null;
  return stage === null ? null : baseOf(stage);
}
