/** What the product knows of a step's instruction, in words for this very file. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { stageOf } from "../analysis/view.js";
import { instructionKind } from "../instructions/index.js";
import type { Explanation, Surroundings } from "../instructions/kind.js";
import { listedAll } from "../text/lists.js";
import { say } from "../text/say.js";
import { stageWords } from "../words/stageWords.js";

/** null: Docker does not know the instruction. */
export function explanation(analysis: Analysis, analysed: StepAnalysis): Explanation | null {
  const { step } = analysed;
  const { rules } = analysis.graph;
  const around = surroundings(analysis, analysed);
  if (stageOf(analysis, analysed)?.isForWindows === true)
    return { inside: [say`It is for Windows: what happens inside is not told.`], traps: [] };
  const explained = instructionKind(step.keyword)?.explain(step, rules, around) ?? null;
  const { openVariables } = step;
  if (explained === null || openVariables.length === 0) return explained;
  const open = say`Only the base image can tell what ${listedAll(openVariables)} is here.`;
  return { ...explained, inside: [...explained.inside, open] };
}

/** What the sentences about a step may name besides its instruction. */
export function surroundings(analysis: Analysis, analysed: StepAnalysis): Surroundings {
  const { step } = analysed;
  const words = (index: number): string => {
    const stage = analysis.graph.stages[index];
    return stage === undefined ? say`stage ${index}` : stageWords(stage);
  };
  const base = step.effect === "base" ? stageOf(analysis, analysed)?.base : undefined;
  return {
    isGlobal: analysed.place.stage === null,
    stage: words,
    parent: base?.kind === "stage" ? words(base.index) : null,
  };
}
