import type { StepAnalysis } from "../analysis/analyse.js";
import { stageOf, type View } from "../analysis/view.js";
import type { KeyedStep } from "../cache/predict.js";
import { lineOf } from "../graph/graph.js";
import { printable } from "../text/printable.js";
import { spokenLanguage } from "../text/say.js";
import { lensTitle } from "../words/lensTitle.js";

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
  const lenses: Lens[] = [];
  for (const analysed of view.analysis.steps) {
    const { step, place, effect } = analysed;
    // An ONBUILD that runs here has no text of its own: its FROM tells of it.
    if (step.isTrigger) continue;
    if (detail === "layers" && effect !== "layer" && effect !== "base") continue;
    lenses.push({ offset: place.start, line: place.line, title: titleOf(view, analysed) });
  }
  return lenses;
}

interface Titled {
  /** All that the title says besides what the outcome of its step does. */
  readonly of: readonly unknown[];
  readonly title: string;
}

const titles = new WeakMap<KeyedStep["outcome"], Titled>();

/** Kept from one edit to the next, for thousands of lenses that an edit does not change. */
function titleOf(view: View, analysed: StepAnalysis): string {
  // A FROM tells of its whole stage.
  if (analysed.effect === "base") return madeTitle(view, analysed);
  const { outcome } = analysed.keyed;
  const of = titleTurnsOn(view, analysed);
  const known = titles.get(outcome);
  if (known?.of.every((value, at) => value === of[at]) === true) return known.title;
  const title = madeTitle(view, analysed);
  titles.set(outcome, { of, title });
  return title;
}

function titleTurnsOn({ analysis, isResult }: View, analysed: StepAnalysis): readonly unknown[] {
  const { keyed, prediction, isBuilt, effect, stageLayer, layer } = analysed;
  const { graph } = analysis;
  const stage = isBuilt ? stageOf(analysis, analysed) : graph.target;
  const [cause] = prediction.causes;
  const line = cause === undefined ? null : lineOf(graph, cause.at);
  return [
    ...[spokenLanguage(), isResult, isBuilt, effect, stageLayer, layer, keyed.fails, prediction],
    ...[stage?.index, stage?.name, line],
  ];
}

function madeTitle(view: View, analysed: StepAnalysis): string {
  const title = printable(lensTitle(view, analysed));
  return title.length > maxTitle ? `${title.slice(0, maxTitle - 1)}…` : title;
}
