/** The longest chain of steps that wait for each other: what bounds the time of a build. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { indexOf, waitsFor } from "../analysis/view.js";

export interface CriticalPath {
  /** The steps of the chain, in order. */
  readonly steps: readonly StepAnalysis[];
  /** How many of them run; when none does, the chain is the longest one of all. */
  readonly running: number;
}

/**
 * A step waits for the step below it and for the stages that it takes files from. Steps that are
 * cached take no time, so the chain with the most running steps counts; no step's own time is known.
 */
export function criticalPath(analysis: Analysis): CriticalPath {
  const chains = new Map<number, Chain>();
  for (const analysed of analysis.steps) {
    const { place, keyed, isBuilt, prediction } = analysed;
    if (!isBuilt || keyed.definition === null) continue;
    const before = waitsFor(analysis, analysed)
      .flatMap((index) => chains.get(index) ?? [])
      .reduce<Chain | null>((best, one) => longer(best, one), null);
    chains.set(place.index, {
      running: (before?.running ?? 0) + (prediction.kind === "hit" ? 0 : 1),
      length: (before?.length ?? 0) + 1,
      last: analysed,
      before,
    });
  }
  const last = analysis.keys.stages[analysis.graph.target?.index ?? -1]?.last;
  const steps: StepAnalysis[] = [];
  const whole = last == null ? undefined : chains.get(indexOf(analysis, last));
  for (let chain = whole ?? null; chain !== null; chain = chain.before) steps.push(chain.last);
  return { steps: steps.reverse(), running: whole?.running ?? 0 };
}

interface Chain {
  readonly running: number;
  readonly length: number;
  readonly last: StepAnalysis;
  readonly before: Chain | null;
}

function longer(a: Chain | null, b: Chain): Chain {
  if (a === null) return b;
  const difference = b.running - a.running || b.length - a.length;
  return difference > 0 ? b : a;
}
