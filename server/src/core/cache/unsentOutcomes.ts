/** What comes of steps that take something from a build context which the client does not send. */
import type { BuilderRules } from "../build/builderRules.js";
import { needsOthers, unsentSources } from "../context/sentPaths.js";
import { hasOpenSources, sendsWholeContext } from "../files/requests.js";
import type { StageOutcome, StepOutcome } from "./outcome.js";

type Outcomes = readonly (Pick<StageOutcome, "steps" | "taking"> | null)[];

/**
 * The outcomes that are otherwise for it: these steps fail. What one step takes is sent for all, so
 * that it turns on the build as a whole.
 * @param taking the stages of those that take files of a context
 */
export function unsentOutcomes(
  outcomes: Outcomes,
  taking: readonly number[],
  { sendsEverything }: BuilderRules,
): ReadonlyMap<StepOutcome, StepOutcome> {
  const found = new Map<StepOutcome, StepOutcome>();
  if (sendsEverything) return found;
  const all = taking.flatMap((stage) => takersOf(outcomes[stage] ?? null));
  let isWhole: boolean | null = null;
  for (const outcome of all) {
    const problems = outcome.context.flatMap(({ selection, folder }) => {
      if (!selection.sources.some(needsOthers)) return [];
      // Hardly ever does one need others, so that all steps are gone through.
      if (folder === null) {
        isWhole ??= mayBeWhole(outcomes);
        if (isWhole) return [];
      }
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

function takersOf(outcome: Outcomes[number]) {
  return outcome === null ? [] : outcome.taking.flatMap((nth) => outcome.steps[nth] ?? []);
}

/** True where all of the main context is sent, or nobody knows what. */
function mayBeWhole(outcomes: Outcomes): boolean {
  return outcomes.some((outcome) =>
    outcome?.steps.some(({ step }) => sendsWholeContext(step) || hasOpenSources(step)),
  );
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
