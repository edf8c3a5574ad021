/**
 * What a failing build has done for certain. BuildKit runs at once whatever need not wait for each
 * other, and looks for the files of a COPY or a mount while the steps below it still run: the first
 * failure cancels all that is under way. Source: BuildKit, solver/edge.go and solver/scheduler.go.
 */
import type { BuilderRules } from "../build/builderRules.js";
import { failsStep } from "../context/selection.js";
import { type KeyedStep, type Keys, keyedAt } from "./predict.js";
import type { FailureRecord } from "./records.js";

/** True for the steps that have finished when the build ends, however soon it fails. */
export function finishedSteps(
  keys: Keys,
  { worksInOrder }: BuilderRules,
): (keyed: KeyedStep) => boolean {
  const [failed, another] = keys.steps.filter(({ fails }) => fails);
  if (failed === undefined || worksInOrder) return () => true;
  // Which of several failures comes first, nobody knows.
  const finished = another === undefined ? finishedBefore(failed, keys) : new Set<KeyedStep>();
  return (keyed) => keyed.prediction === "hit" || finished.has(keyed);
}

/** The steps that the one that fails had to wait for. */
function finishedBefore(failed: KeyedStep, keys: Keys): ReadonlySet<KeyedStep> {
  const finished = new Set<KeyedStep>();
  const open = [...awaited(failed, keys)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (finished.has(next)) continue;
    finished.add(next);
    open.push(...standsOn(next, keys));
  }
  return finished;
}

function awaited(failed: KeyedStep, keys: Keys): readonly KeyedStep[] {
  const { context, stageProblems } = failed;
  if (context.some(({ selection }) => selection.problems.some(failsStep))) return [];
  const isMissing = stageProblems.some((problem) => "index" in problem && failsStep(problem));
  if (!isMissing) return standsOn(failed, keys);
  // Of several stages it is not known which one lacks the file.
  return failed.sources.length === 1 ? takenFrom(failed, keys) : [];
}

function standsOn(step: KeyedStep, keys: Keys): readonly KeyedStep[] {
  const below = keyedAt(keys, step.below);
  return [...(below === null ? [] : [below]), ...takenFrom(step, keys)];
}

function takenFrom({ sources }: KeyedStep, { stages }: Keys): readonly KeyedStep[] {
  return sources.flatMap((source) => stages[source]?.last ?? []);
}

/** What a step looked for in a build context and did not find. */
export function missingPaths({ context }: KeyedStep): FailureRecord["missing"] {
  return context.flatMap(({ selection, folder }) =>
    selection.problems.filter(failsStep).map(({ path }) => ({ folder, path })),
  );
}
