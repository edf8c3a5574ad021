import type { StepAnalysis } from "../analysis/analyse.js";
import { stageOf, type View } from "../analysis/view.js";
import type { KeyedStep } from "../cache/predict.js";
import { lineOf, startOf } from "../graph/graph.js";
import { spokenLanguage } from "../text/say.js";
import { interfaceText } from "../text/surfaces.js";
import { lensTitle } from "../words/lensTitle.js";

export type LensDetail = "all" | "layers" | "off";

export interface Lens {
  /** Offset of the instruction. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  readonly title: string;
}

/** A lens whose words are asked for when it comes into view. */
export type OpenLens = Omit<Lens, "title">;

/** More than so many words at once are longer on their way than they take to make. */
const mostTitles = 4_000;

/** A lens longer than this pushes the rest off the screen. */
const maxTitle = 110;

export function codeLenses(view: View, detail: LensDetail): readonly Lens[] {
  return shownSteps(view, detail).map((analysed) => lensOf(view, analysed));
}

/** As `codeLenses`; of a file with very many, `codeLensAt` tells the words of each. */
export function codeLensesToShow(view: View, detail: LensDetail): readonly (Lens | OpenLens)[] {
  const steps = shownSteps(view, detail);
  if (steps.length <= mostTitles) return steps.map((analysed) => lensOf(view, analysed));
  return steps.map(({ place }) => ({
    offset: startOf(view.analysis.graph, place),
    line: place.line,
  }));
}

/**
 * The lens of one instruction. null: none is there, or no more.
 * @param line from 1
 */
export function codeLensAt(view: View, detail: LensDetail, line: number): Lens | null {
  const analysed = view.analysis.steps.find(
    (one) => one.place.line === line && isShown(one, detail),
  );
  return analysed === undefined ? null : lensOf(view, analysed);
}

function shownSteps(view: View, detail: LensDetail): readonly StepAnalysis[] {
  return view.analysis.steps.filter((one) => isShown(one, detail));
}

function isShown({ step, effect }: StepAnalysis, detail: LensDetail): boolean {
  // An ONBUILD that runs here has no text of its own: its FROM tells of it.
  if (detail === "off" || step.isTrigger) return false;
  return detail === "all" || effect === "layer" || effect === "base";
}

function lensOf(view: View, analysed: StepAnalysis): Lens {
  const { place } = analysed;
  const offset = startOf(view.analysis.graph, place);
  return { offset, line: place.line, title: titleOf(view, analysed) };
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
  // biome-ignore format: one row of what is compared, in a list of just its length
  return [spokenLanguage(), isResult, isBuilt, effect, stageLayer, layer, keyed.fails, prediction, stage?.index, stage?.name, line];
}

function madeTitle(view: View, analysed: StepAnalysis): string {
  const title = interfaceText(lensTitle(view, analysed));
  return title.length > maxTitle ? `${title.slice(0, maxTitle - 1)}…` : title;
}
