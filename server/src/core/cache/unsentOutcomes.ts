/** What comes of steps that take something from a build context which the client does not send. */
import type { BuilderRules } from "../build/builderRules.js";
import { needsOthers, unsentSources } from "../context/sentPaths.js";
import type { StageOutcome, StepOutcome } from "./outcome.js";

/**
 * The outcomes that are otherwise for it: these steps fail. What one step takes is sent for all, so
 * that it turns on the build as a whole.
 * @param stages those that take files of a context
 */
export function unsentOutcomes(
  stages: readonly Pick<StageOutcome, "steps" | "taking">[],
  { sendsEverything }: BuilderRules,
): ReadonlyMap<StepOutcome, StepOutcome> {
  const found = new Map<StepOutcome, StepOutcome>();
  if (sendsEverything) return found;
  const all = stages.flatMap(takersOf);
  for (const outcome of all) {
    const problems = outcome.context.flatMap(({ selection, folder }) => {
      if (!selection.sources.some(needsOthers)) return [];
      const taken = all.flatMap((other) =>
        other.context.flatMap((input) => (input.folder === folder ? input.selection : [])),
      );
      // A copy that is found is not made; what is a pattern is looked for before that.
      return unsentSources(selection, taken, outcome.found === "miss");
    });
    if (problems.length > 0) found.set(outcome, failing(outcome, problems));
  }
  return found;
}

function takersOf({ steps, taking }: Pick<StageOutcome, "steps" | "taking">) {
  return taking.flatMap((nth) => steps[nth] ?? []);
}

const failed = new WeakMap<StepOutcome, StepOutcome>();

/** One object for one outcome and these problems: what is kept of it goes by that. */
function failing(outcome: StepOutcome, problems: StepOutcome["stageProblems"]): StepOutcome {
  const stageProblems = [...outcome.stageProblems, ...problems];
  const last = failed.get(outcome);
  if (JSON.stringify(last?.stageProblems) === JSON.stringify(stageProblems) && last !== undefined)
    return last;
  const other = { ...outcome, stageProblems, fails: true };
  failed.set(outcome, other);
  return other;
}
