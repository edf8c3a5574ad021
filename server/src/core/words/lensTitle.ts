/**
 * What a lens says of a step, for whoever shows it. Its prediction and why stand first, since a
 * narrow editor cuts the end; then the layer, and what it holds.
 */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { isRejected } from "../analysis/rejection.js";
import { isFirstBuild, isHalfTyped, stageOf, type View } from "../analysis/view.js";
import type { Stage } from "../graph/graph.js";
import { builtBase } from "../graph/images.js";
import { instructionKind } from "../instructions/index.js";
import { capitalised, say } from "../text/say.js";
import { count, filesWords } from "../text/sizes.js";
import { builtWords } from "./builtWords.js";
import { lastTimeWords, predictionWords, rowWords } from "./predictionWords.js";
import { realSizeWords } from "./shownImageWords.js";
import { baseWords, stageWords } from "./stageWords.js";

/** True of a line in a stage that the target does not need: its FROM says so once. */
export function isToldAtFrom(view: View, analysed: StepAnalysis): boolean {
  return !analysed.isBuilt && analysed.effect !== "base" && !isHalfTyped(view, analysed);
}

/** As `stepTitle`, of a line among the others: that the builder rejects the file, its first FROM says. */
export function lensTitle(view: View, analysed: StepAnalysis): string {
  return titled(view, analysed, rowWords);
}

/** What is said of a step that stands alone, as in a hover. */
export function stepTitle(view: View, analysed: StepAnalysis): string {
  return titled(view, analysed, predictionWords);
}

/** @param fate what becomes of it; empty: that is said elsewhere, or the builder runs nothing */
function titled(view: View, analysed: StepAnalysis, fate: typeof predictionWords): string {
  const { analysis } = view;
  if (isHalfTyped(view, analysed)) return say`Not complete yet`;
  if (!analysed.isBuilt) {
    const target = analysis.graph.target;
    return target === null
      ? say`Not needed for the target`
      : say`Not needed for ${stageWords(target)}`;
  }
  const effect = effectWords(view, analysed);
  if (instructionKind(analysed.step.keyword) === undefined) return effect;
  const prediction = fate(view, analysed) || baseBuildWords(view, analysed);
  const took = lastTimeWords(view, analysed);
  const content = analysed.fails ? [] : contentWords(analysed);
  const real = realSizeWords(view, analysed);
  const parts = [prediction, took, effect, ...content, real].filter((part) => part !== "");
  // Of a line that cannot be read there is nothing else to say.
  return capitalised(parts.length === 0 ? say`fails` : parts.join(" · "));
}

/** What its layer holds; of a step of which nobody knows that, what it reads of the build context. */
export function contentWords({ files, inputs }: StepAnalysis): readonly string[] {
  if (files !== null) return [filesWords(files)];
  return inputs === null ? [] : [say`reads ${filesWords(inputs)}`];
}

/** True of the stage that tells what is true of all. */
function isFirstBuilt({ graph }: Analysis, stage: Stage): boolean {
  return graph.stages.find(({ isBuilt }) => isBuilt) === stage;
}

/** Of a FROM: what becomes of the build that makes its image; empty: none does. */
function baseBuildWords({ analysis }: View, analysed: StepAnalysis): string {
  const stage = analysed.effect === "base" ? stageOf(analysis, analysed) : null;
  const built = stage === null ? null : builtBase(stage);
  return built === null ? "" : builtWords(built);
}

/** What is true of every line. */
function ofWholeBuild(view: View): readonly string[] {
  if (isRejected(view.analysis)) return [say`the build fails before its first step`];
  return isFirstBuild(view) ? [say`no earlier build to compare with`] : [];
}

function effectWords(view: View, analysed: StepAnalysis): string {
  const { analysis } = view;
  const { step, effect, stageLayer, layer } = analysed;
  const stage = stageOf(analysis, analysed);
  switch (effect) {
    case "base": {
      if (stage === null) return say`Base image`;
      const triggers = stage.steps.filter(({ isTrigger }) => isTrigger).length;
      return [
        baseWords(analysis, stage),
        ...(triggers === 0 ? [] : [say`runs ${count(triggers, "ONBUILD step")}`]),
        ...(isFirstBuilt(analysis, stage) ? ofWholeBuild(view) : []),
      ].join(" · ");
    }
    case "layer": {
      if (layer !== null || stage === null) {
        return stageLayer === null ? say`layer` : say`layer ${stageLayer}`;
      }
      return stageLayer === null
        ? say`layer of ${stageWords(stage)}`
        : say`layer ${stageLayer} of ${stageWords(stage)}`;
    }
    case "metadata":
      return say`metadata only`;
    case "none": {
      const kind = instructionKind(step.keyword);
      if (kind === undefined) return say`Not an instruction`;
      // Of one that cannot be read it is not known what it does.
      return kind.declares === undefined ? "" : say`build argument only`;
    }
  }
}
