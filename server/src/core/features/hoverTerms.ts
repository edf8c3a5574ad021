/** The words of the glossary that the hover of an instruction speaks of: few, the nearest first. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { flagAt, stepAt } from "../analysis/stepAt.js";
import { variableAt } from "../analysis/variableAt.js";
import { surroundings } from "../insight/explanation.js";
import type { GlossaryId } from "../instructions/glossaryId.js";
import { instructionKind } from "../instructions/index.js";
import { type GlossaryEntry, glossary } from "../words/glossary.js";

/** Empty where the hover is about a flag or a variable, or where there is none. */
export function hoverTerms(analysis: Analysis, offset: number): readonly GlossaryEntry[] {
  const analysed = stepAt(analysis, offset);
  if (analysed === undefined) return [];
  const isOnFlag = flagAt(analysis, analysed, offset) !== undefined;
  if (isOnFlag || variableAt(analysis, analysed.step, offset) !== null) return [];
  const entries = glossary();
  return termsOf(analysis, analysed).flatMap(
    (id) => entries.find((entry) => entry.id === id) ?? [],
  );
}

function termsOf(analysis: Analysis, analysed: StepAnalysis): readonly GlossaryId[] {
  const { step, isBuilt, effect } = analysed;
  if (!isBuilt) return ["stage", "target"];
  const { rules } = analysis.graph;
  const around = surroundings(analysis, analysed);
  return (
    instructionKind(step.keyword)?.terms?.({ ...step, effect }, rules, around) ??
    (effect === "metadata" ? ["metadata"] : [])
  );
}
