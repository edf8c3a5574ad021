/** What rebuilds after a step, if the step does. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { listedClauses } from "../text/lists.js";
import { say } from "../text/say.js";
import { type LineSet, lineNumbers, mostStretches, type Stretch } from "./lineSet.js";
import { type RankSet, sizeOf, stretchesWithout } from "./rankSet.js";
import { type Reaches, reachesOf } from "./reaches.js";

export interface Consequences {
  /** Lines that rebuild for certain. */
  readonly certain: LineSet;
  /** Lines that rebuild unless the files that they take come out equal. */
  readonly possible: LineSet;
}

/** See `reaches.ts`. What is asked first costs a pass over all steps, for all that follow. */
export function consequences(analysis: Analysis, { place }: StepAnalysis): Consequences {
  let known = remembered.get(analysis);
  if (known === undefined) {
    known = reachesOf(analysis);
    remembered.set(analysis, known);
  }
  const { certain, reached } = known.ofSteps[place.index] ?? { certain: null, reached: null };
  return {
    certain: linesWithout(known, certain, null),
    possible: linesWithout(known, reached, certain),
  };
}

const remembered = new WeakMap<Analysis, Reaches>();

/** @param less a part of `set` */
function linesWithout({ lines, ends }: Reaches, set: RankSet, less: RankSet): LineSet {
  const count = sizeOf(set) - sizeOf(less);
  const stretches: Stretch[] = [];
  if (count === 0) return { count, stretches };
  // Ranks may follow each other where lines do not.
  for (const [first, last] of stretchesWithout(set, less)) {
    for (let rank = first; rank <= last; ) {
      if (stretches.length === mostStretches) return { count, stretches };
      const end = Math.min(last, ends[rank] ?? rank);
      stretches.push([lines[rank] ?? 0, lines[end] ?? 0]);
      rank = end + 1;
    }
  }
  return { count, stretches };
}

/** The same in a clause: `lines 4 and 5 rebuild; line 9 may rebuild`. */
export function consequencesText({ certain, possible }: Consequences): string {
  const surely = () =>
    certain.count === 1
      ? say`line ${lineNumbers(certain)} rebuilds`
      : say`lines ${lineNumbers(certain)} rebuild`;
  const maybe = () =>
    possible.count === 1
      ? say`line ${lineNumbers(possible)} may rebuild`
      : say`lines ${lineNumbers(possible)} may rebuild`;
  const clauses = [
    ...(certain.count > 0 ? [surely()] : []),
    ...(possible.count > 0 ? [maybe()] : []),
  ];
  return clauses.length === 0 ? say`nothing else rebuilds` : listedClauses(clauses);
}
