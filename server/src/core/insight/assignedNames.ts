/** The variables that the ENVs and ARGs above a step set: all of them are in the key of a RUN. */
import type { BuildGraph, Stage, Step } from "../graph/graph.js";
import { OrderedSet } from "../image/orderedMap.js";

export interface AssignedNames {
  /** Of the step's own stage, then of the stage that it continues; at most `mostNamed`. */
  readonly first: readonly string[];
  readonly count: number;
}

/** How many names are kept for each step. */
export const mostNamed = 4;

/** The same for all that ask about one graph: one pass over its stages. */
export function assignedAbove(graph: BuildGraph, step: Step): AssignedNames {
  let known = remembered.get(graph);
  if (known === undefined) {
    known = namesOf(graph);
    remembered.set(graph, known);
  }
  return known.get(step) ?? none;
}

const remembered = new WeakMap<BuildGraph, ReadonlyMap<Step, AssignedNames>>();

const none: AssignedNames = { first: [], count: 0 };

interface StageEnd {
  readonly all: OrderedSet;
  readonly names: AssignedNames;
}

const start: StageEnd = { all: OrderedSet.of([]), names: none };

function namesOf({ stages }: BuildGraph): ReadonlyMap<Step, AssignedNames> {
  const above = new Map<Step, AssignedNames>();
  const ends: StageEnd[] = [];
  for (const stage of stages) {
    const parent = stage.base.kind === "stage" ? ends[stage.base.index] : undefined;
    ends.push(goThrough(stage, parent ?? start, above));
  }
  return above;
}

/** @param above gets an entry for each step */
function goThrough(stage: Stage, parent: StageEnd, above: Map<Step, AssignedNames>): StageEnd {
  let { all, names } = parent;
  const own: string[] = [];
  for (const step of stage.steps) {
    above.set(step, names);
    if (step.assignments.length === 0) continue;
    for (const { name } of step.assignments) {
      all = all.with(name);
      if (own.length < mostNamed && !own.includes(name)) own.push(name);
    }
    const others = parent.names.first.filter((name) => !own.includes(name));
    names = { first: [...own, ...others].slice(0, mostNamed), count: all.size };
  }
  return { all, names };
}
