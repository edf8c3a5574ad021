/** What the features show: an analysis, and whether it tells what will happen or what just did. */

import { isFirst, isKnown } from "../cache/records.js";
import { placeAt, placeOf, type Stage, startOf } from "../graph/graph.js";
import type { TextRange } from "../text/range.js";
import type { Analysis, StepAnalysis } from "./analyse.js";
import type { ShownImage } from "./imageComparison.js";

export interface View {
  readonly analysis: Analysis;
  /**
   * True right after a simulated build, while nothing has changed since: the answers then say what
   * that build did, against the build before it.
   */
  readonly isResult: boolean;
  /**
   * What stands here cannot be read yet, since somebody types in it: of these instructions the analysis
   * is of what stood there before. Absent: there is no such place.
   */
  readonly typed?: TextRange;
  /** The built image beside which it is shown; absent: none. */
  readonly built?: ShownImage;
}

/** True of an instruction that is half typed. */
export function isHalfTyped({ typed, analysis }: View, { place, step }: StepAnalysis): boolean {
  if (typed === undefined || step.isTrigger) return false;
  const start = startOf(analysis.graph, place);
  return start >= typed.start && start <= typed.end;
}

/** True where there is no earlier build to compare with: no step could say more than that. */
export function isFirstBuild({ analysis: { input }, isResult }: View): boolean {
  return !isResult && isKnown(input.baseline) && isFirst(input.baseline);
}

/** The stage of a step; null before the first FROM. */
export function stageOf({ graph }: Analysis, { place }: StepAnalysis): Stage | null {
  return place.stage === null ? null : (graph.stages[place.stage] ?? null);
}

/** The steps that have to be done before a step can run, by their indexes: the one below, and its sources. */
export function waitsFor(analysis: Analysis, { place }: StepAnalysis): readonly number[] {
  const { below, sources } = standingOf(analysis)[place.index] ?? alone;
  return [...(below === null ? [] : [below]), ...sources];
}

/** What a step stands on, by indexes in `Analysis.steps`. */
export interface Standing {
  readonly below: number | null;
  /** The last steps of the stages that it takes files from. */
  readonly sources: readonly number[];
}

const alone: Standing = { below: null, sources: [] };

const standings = new WeakMap<Analysis, readonly Standing[]>();

/** Of all steps, in their order: who asks for one step often asks for each. */
export function standingOf(analysis: Analysis): readonly Standing[] {
  let standing = standings.get(analysis);
  if (standing === undefined) {
    standing = analysis.steps.map(({ keyed }) => ({
      below: keyed.below && (placeAt(analysis.graph, keyed.below)?.index ?? null),
      sources: keyed.sources.flatMap((source) => {
        const last = analysis.keys.stages[source]?.last;
        return last == null ? [] : [indexOf(analysis, last)];
      }),
    }));
    standings.set(analysis, standing);
  }
  return standing;
}

/** The place of a step in `Analysis.steps`. */
export function indexOf({ graph }: Analysis, { step }: Pick<StepAnalysis, "step">): number {
  return placeOf(graph, step).index;
}

/** The steps of a stage with what is known of each. */
export function stageSteps({ graph, steps }: Analysis, stage: Stage): readonly StepAnalysis[] {
  return stage.steps.flatMap((step) => steps[placeOf(graph, step).index] ?? []);
}
