import type { StepAnalysis } from "../analysis/analyse.js";
import { isRejected } from "../analysis/rejection.js";
import { isFirstBuild, isHalfTyped, stageOf, type View } from "../analysis/view.js";
import type { KeyedStep } from "../cache/predict.js";
import { type BuildGraph, lineOf, type StepPlace, startOf } from "../graph/graph.js";
import { instructionKind } from "../instructions/index.js";
import { isSameList } from "../text/sameList.js";
import { spokenLanguage } from "../text/say.js";
import { interfaceText } from "../text/surfaces.js";
import { isToldAtFrom, lensTitle } from "../words/lensTitle.js";
import { realSizeWords } from "../words/shownImageWords.js";

/** `inlay`: all, at the end of the lines. */
export type LensDetail = "all" | "layers" | "inlay" | "off";

export interface Lens {
  /** Offset of the instruction. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  readonly title: string;
}

/** More than so many words at once are longer on their way than they take to make. */
const mostTitles = 4_000;

/** A lens longer than this pushes the rest off the screen. */
const maxTitle = 110;

export function codeLenses(view: View, detail: LensDetail): readonly Lens[] {
  return shownSteps(view, detail).map((analysed) => lensOf(view, analysed));
}

/** A lens without its offset, which is another one for every lens below a letter that is typed. */
export interface PlacedLens {
  readonly place: StepPlace;
  /** null: it is asked for when the lens comes into view. */
  readonly title: string | null;
}

/** All that the lenses of a document turn on besides what is known of each step. */
interface Told {
  readonly view: View;
  readonly detail: LensDetail;
  readonly language: string;
}

/**
 * The lenses of one document, kept from one answer to the next: one that is the same stays the same
 * object, and so does the list of them.
 */
export class KeptLenses {
  #told: Told | null = null;
  /** By the indexes of the steps; null: a step shows none. */
  #all: readonly (PlacedLens | null)[] = [];
  #shown: readonly PlacedLens[] = [];
  #hasTitles = true;
  #arrangement = 0;

  /** Another number as soon as another step has a lens, or one of them stands in another place. */
  get arrangement(): number {
    return this.#arrangement;
  }

  /** As `codeLenses`; of a file with very many, `titleAt` tells the words of each. */
  of(view: View, detail: LensDetail): readonly PlacedLens[] {
    const old = this.#told;
    const now = { view, detail, language: spokenLanguage() };
    const isSameKind = old !== null && isAlike(old, now);
    if (isSameKind && old.view.analysis === view.analysis) return this.#shown;
    const { steps } = view.analysis;
    const changed = isSameKind
      ? withNext(differing(steps, old.view.analysis.steps))
      : [...steps.keys()];
    const all = isSameKind ? [...this.#all] : new Array<PlacedLens | null>(steps.length).fill(null);
    const shown = isSameKind ? this.#shown.length : 0;
    const count = changed.reduce((sum, at) => {
      const wasShown = all[at] != null;
      return sum + Number(isShown(view, at, detail)) - Number(wasShown);
    }, shown);
    const hasTitles = count <= mostTitles;
    // More or fewer than before, and all of them are told in the other way.
    const renewed = hasTitles === this.#hasTitles ? changed : steps.keys();
    for (const at of renewed) {
      const step = steps[at];
      if (step === undefined) continue;
      all[at] = isShown(view, at, detail) ? this.#lens(view, step, hasTitles) : null;
    }
    this.#told = now;
    this.#hasTitles = hasTitles;
    this.#keep(all);
    return this.#shown;
  }

  /** The one before, where it says the same. */
  #lens(view: View, step: StepAnalysis, hasTitle: boolean): PlacedLens {
    const { place } = step;
    const title = hasTitle ? titleOf(view, step) : null;
    const old = this.#all[place.index];
    return old?.place === place && old.title === title ? old : { place, title };
  }

  #keep(all: readonly (PlacedLens | null)[]): void {
    if (isSameList(all, this.#all)) return;
    const shown = all.filter((lens) => lens !== null);
    const isArrangedAlike =
      shown.length === this.#shown.length &&
      shown.every(({ place }, at) => place === this.#shown[at]?.place);
    if (!isArrangedAlike) this.#arrangement++;
    this.#all = all;
    this.#shown = shown;
  }

  /**
   * The words of one of the lenses that were shown last.
   * @param at its place among them
   */
  titleAt(at: number): string | null {
    const lens = this.#shown[at];
    if (this.#told === null || lens === undefined) return null;
    const { view } = this.#told;
    const step = view.analysis.steps[lens.place.index];
    return lens.title ?? (step === undefined ? null : titleOf(view, step));
  }
}

/** True where the lens of a step that is the same object is the same. */
function isAlike(one: Told, other: Told): boolean {
  const [a, b] = [one.view, other.view];
  if (one.detail !== other.detail || one.language !== other.language) return false;
  if (a.isResult !== b.isResult || isFirstBuild(a) !== isFirstBuild(b)) return false;
  if (a.built !== b.built || isRejected(a.analysis) !== isRejected(b.analysis)) return false;
  if (a.typed?.start !== b.typed?.start || a.typed?.end !== b.typed?.end) return false;
  const [graph, then] = [b.analysis.graph, a.analysis.graph];
  if (a.analysis.steps.length !== b.analysis.steps.length) return false;
  return graph === then || (graph.places === then.places && areNamedAlike(graph, then));
}

/** True where stages are called, based and needed as they were, with as many triggers: a FROM tells of them. */
function areNamedAlike(graph: BuildGraph, then: BuildGraph): boolean {
  return (
    graph.target?.index === then.target?.index &&
    graph.stages.length === then.stages.length &&
    graph.stages.every((stage, at) => {
      const old = then.stages[at];
      if (stage === old) return true;
      return (
        stage.name === old?.name &&
        stage.base === old.base &&
        stage.isBuilt === old.isBuilt &&
        stage.steps.length === old.steps.length
      );
    })
  );
}

/** The places where two lists of one length differ. */
function differing(one: readonly unknown[], other: readonly unknown[]): readonly number[] {
  const places: number[] = [];
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) places.push(at);
  return places;
}

/** And those below them: of lines that say the same only the first has a lens. */
function withNext(places: readonly number[]): readonly number[] {
  return [...new Set(places.flatMap((at) => [at, at + 1]))];
}

function shownSteps(view: View, detail: LensDetail): readonly StepAnalysis[] {
  return view.analysis.steps.filter((_one, at) => isShown(view, at, detail));
}

function isShown(view: View, at: number, detail: LensDetail): boolean {
  const { steps } = view.analysis;
  const one = steps[at];
  // An ONBUILD that runs here has no text of its own: its FROM tells of it.
  if (one === undefined || detail === "off" || detail === "inlay" || one.step.isTrigger)
    return false;
  if (isToldAtFrom(view, one)) return false;
  if (one.effect === "layer" || one.effect === "base") return true;
  return detail === "all" && (isHalfTyped(view, one) || !isSaidAbove(steps[at - 1], one));
}

/** True of metadata and of build arguments below others, of which there is nothing more to say. */
function isSaidAbove(above: StepAnalysis | undefined, one: StepAnalysis): boolean {
  return (
    above !== undefined &&
    above.effect === one.effect &&
    above.place.stage === one.place.stage &&
    isQuiet(above) &&
    isQuiet(one)
  );
}

/** Neither the cache nor the builder does anything about it that could be told. */
function isQuiet({ step, effect, isBuilt, keyed, fails, prediction }: StepAnalysis): boolean {
  return (
    isBuilt &&
    prediction.kind === null &&
    keyed.definition === null &&
    !fails &&
    !step.isTrigger &&
    (effect === "metadata" || instructionKind(step.keyword)?.declares !== undefined)
  );
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

function titleTurnsOn(view: View, analysed: StepAnalysis): readonly unknown[] {
  const { analysis, isResult } = view;
  const { prediction, isBuilt, effect, stageLayer, layer, fails, byPlatform } = analysed;
  const { graph } = analysis;
  const stage = isBuilt ? stageOf(analysis, analysed) : graph.target;
  const [cause] = prediction.causes;
  const line = cause === undefined ? null : lineOf(graph, cause.at);
  const real = view.built === undefined ? "" : realSizeWords(view, analysed);
  // biome-ignore format: one row of what is compared, in a list of just its length
  return [spokenLanguage(), isResult, isRejected(analysis), isHalfTyped(view, analysed), isBuilt, effect, stageLayer, layer, fails, prediction, byPlatform, stage?.index, stage?.name, line, real];
}

function madeTitle(view: View, analysed: StepAnalysis): string {
  const title = interfaceText(lensTitle(view, analysed));
  return title.length > maxTitle ? `${title.slice(0, maxTitle - 1)}…` : title;
}
