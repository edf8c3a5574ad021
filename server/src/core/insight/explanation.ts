/** What the product knows of a step's instruction, in words for this very file. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { stageOf } from "../analysis/view.js";
import { instructionKind } from "../instructions/index.js";
import type { Explanation } from "../instructions/kind.js";
import { say } from "../text/say.js";
import { stageWords } from "../words/stageWords.js";

/** null: Docker does not know the instruction. */
export function explanation(analysis: Analysis, analysed: StepAnalysis): Explanation | null {
  const { graph } = analysis;
  const { step } = analysed;
  const words = (index: number): string => {
    const stage = graph.stages[index];
    return stage === undefined ? say`stage ${index}` : stageWords(stage);
  };
  const base = step.keyword === "FROM" ? stageOf(analysis, analysed)?.base : undefined;
  return (
    instructionKind(step.keyword)?.explain(step, graph.options.builder, {
      isGlobal: step.stage === null,
      stage: words,
      parent: base?.kind === "stage" ? words(base.index) : null,
    }) ?? null
  );
}
