/** The lines of a Dockerfile that an editor marks: what rebuilds, may rebuild or fails. */
import type { StepAnalysis } from "../analysis/analyse.js";
import { isHalfTyped, type View } from "../analysis/view.js";
import { shownPrediction } from "../words/predictionWords.js";

export type StepMark = "rebuilds" | "mayRebuild" | "fails";

export interface MarkedLine {
  /** Of the instruction, from 1. */
  readonly line: number;
  readonly mark: StepMark;
}

/** In the order of the lines. What was never built, as what is cached, has no mark. */
export function stepMarks(view: View): readonly MarkedLine[] {
  return view.analysis.steps.flatMap((step) => {
    const mark = step.step.isTrigger || isHalfTyped(view, step) ? null : markOf(step);
    return mark === null ? [] : [{ line: step.place.line, mark }];
  });
}

function markOf(step: StepAnalysis): StepMark | null {
  if (!step.isBuilt) return null;
  if (step.fails) return "fails";
  const [cause] = step.prediction.causes;
  // Of a file that is still being read there is something to say in a moment.
  if (cause?.code === "files-pending") return null;
  switch (shownPrediction(step)) {
    case "miss":
      return "rebuilds";
    case "unknown":
      return "mayRebuild";
    default:
      return null;
  }
}
