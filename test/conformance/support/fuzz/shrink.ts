/** Makes a scenario smaller as long as the disagreement stays. */
import type { Scenario, State } from "./scenario.js";
import { withFile } from "./state.js";

/**
 * @param disagrees asks the engine; called at most `budget` times
 */
export async function shrink(
  scenario: Scenario,
  disagrees: (scenario: Scenario) => Promise<boolean>,
  budget: number,
): Promise<Scenario> {
  let best = scenario;
  let left = budget;
  const attempt = async (smaller: Scenario): Promise<boolean> => {
    if (left <= 0) return false;
    left--;
    if (!(await disagrees(smaller))) return false;
    best = smaller;
    return true;
  };
  for (let progress = true; progress && left > 0; ) {
    progress = false;
    // The largest pieces first: whole edits, whole stages, then instructions and files.
    for (let i = best.states.length - 1; i >= 0 && best.states.length > 1; i--) {
      if (await attempt(withoutState(best, i))) progress = true;
    }
    for (const pieces of [stagesOf, blocksOf, filesOf, argsOf, askedFor]) {
      for (const remove of pieces(best)) {
        if (await attempt(remove(best))) progress = true;
      }
    }
  }
  return best;
}

type Removal = (scenario: Scenario) => Scenario;

function withoutState(scenario: Scenario, index: number): Scenario {
  return { ...scenario, states: scenario.states.toSpliced(index, 1) };
}

function stagesOf({ states }: Scenario): readonly Removal[] {
  const stages = new Set(states.flatMap(({ blocks }) => blocks.map(({ stage }) => stage)));
  return [...stages].map((stage) =>
    everywhere((state) => ({ ...state, blocks: state.blocks.filter((b) => b.stage !== stage) })),
  );
}

function blocksOf({ states }: Scenario): readonly Removal[] {
  const ids = new Set(states.flatMap(({ blocks }) => blocks.map(({ id }) => id)));
  return [...ids]
    .reverse()
    .map((id) =>
      everywhere((state) => ({ ...state, blocks: state.blocks.filter((b) => b.id !== id) })),
    );
}

function filesOf({ states }: Scenario): readonly Removal[] {
  const names = new Set(states.flatMap(({ files }) => [...files.keys()]));
  return [...names].map((name) =>
    everywhere((state) => ({
      ...withFile(state, name, null),
      touched: state.touched.filter((other) => other !== name),
      sameTime: state.sameTime.filter((other) => other !== name),
    })),
  );
}

function argsOf({ states }: Scenario): readonly Removal[] {
  const names = new Set(states.flatMap(({ buildArgs }) => Object.keys(buildArgs)));
  return [...names].map((name) =>
    everywhere((state) => {
      const { [name]: _, ...buildArgs } = state.buildArgs;
      return { ...state, buildArgs };
    }),
  );
}

/** How the builds are asked for, and on what base. */
function askedFor({ states }: Scenario): readonly Removal[] {
  const plain: readonly Partial<State>[] = [
    { noCache: false },
    { label: null },
    { base: "" },
    { crlf: false },
    { context: "" },
  ];
  return plain
    .filter((less) =>
      states.some((state) => JSON.stringify({ ...state, ...less }) !== JSON.stringify(state)),
    )
    .map((less) => everywhere((state) => ({ ...state, ...less })));
}

function everywhere(change: (state: State) => State): Removal {
  return (scenario) => ({ ...scenario, states: scenario.states.map(change) });
}
