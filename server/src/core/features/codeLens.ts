/** One short lens over every instruction: layer or metadata, and what the cache will do. */
import type { StepAnalysis } from "../analysis/analyse.js";
import { baseWords, stageOf, stageWords, type View } from "../analysis/view.js";
import { instructionKind } from "../instructions/index.js";
import { printable } from "../text/printable.js";
import { say } from "../text/say.js";
import { count, filesWords } from "../text/sizes.js";
import { predictionWords } from "../words/predictionWords.js";

export type LensDetail = "all" | "layers" | "off";

export interface Lens {
  /** Offset of the instruction. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  readonly title: string;
}

/** A lens longer than this pushes the rest off the screen. */
const maxTitle = 110;

export function codeLenses(view: View, detail: LensDetail): readonly Lens[] {
  if (detail === "off") return [];
  return view.analysis.steps.flatMap((analysed): readonly Lens[] => {
    const { step, effect } = analysed;
    // An ONBUILD that runs here has no text of its own: its FROM tells of it.
    if (step.isTrigger) return [];
    if (detail === "layers" && effect !== "layer" && effect !== "base") return [];
    const title = printable(lensTitle(view, analysed));
    return [
      {
        offset: step.instruction.range.start,
        line: step.line,
        title: title.length > maxTitle ? `${title.slice(0, maxTitle - 1)}…` : title,
      },
    ];
  });
}

export function lensTitle(view: View, analysed: StepAnalysis): string {
  const { analysis, isResult } = view;
  if (!analysed.isBuilt) {
    const target = analysis.graph.target;
    return target === null
      ? say`Not needed for the target`
      : say`Not needed for ${stageWords(target)}`;
  }
  const parts = [effectWords(view, analysed)];
  if (analysed.files !== null && !analysed.keyed.fails) parts.push(filesWords(analysed.files));
  if (instructionKind(analysed.step.keyword) === undefined) return parts.join(" · ");
  const prediction = predictionWords(analysed, isResult);
  if (prediction !== "") parts.push(prediction);
  return parts.join(" · ");
}

function effectWords({ analysis }: View, analysed: StepAnalysis): string {
  const { step, effect, stageLayer, layer } = analysed;
  const stage = stageOf(analysis, analysed);
  switch (effect) {
    case "base": {
      if (stage === null) return say`Base image`;
      const triggers = stage.steps.filter(({ isTrigger }) => isTrigger).length;
      const base = baseWords(analysis, stage);
      return triggers === 0 ? base : `${base} · ${say`runs ${count(triggers, "ONBUILD step")}`}`;
    }
    case "layer": {
      if (layer !== null || stage === null) {
        return stageLayer === null ? say`Layer` : say`Layer ${stageLayer}`;
      }
      return stageLayer === null
        ? say`Layer of ${stageWords(stage)}`
        : say`Layer ${stageLayer} of ${stageWords(stage)}`;
    }
    case "metadata":
      return say`Metadata only`;
    case "none":
      return step.keyword === "ARG" ? say`Build argument only` : say`Not an instruction`;
  }
}
