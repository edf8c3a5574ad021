/** What is wrong with the files that steps take, as problems at their sources. */
import { contextFolder, isGuess } from "../build/definition.js";
import type { KeyedStep, Keys } from "../cache/predict.js";
import type { BuildGraph } from "../graph/graph.js";
import { type Placed, placedAt, type TextRange } from "../text/range.js";
import type { Problem } from "./problem.js";

export function contextProblems(graph: BuildGraph, keys: Keys): readonly Placed<Problem>[] {
  const problems: Placed<Problem>[] = [];
  const guessed = isGuess(graph.definition) ? contextFolder(graph.definition) : null;
  for (const at of keys.taking) {
    const keyed = keys.steps[at];
    const start = graph.starts[at] ?? 0;
    for (const problem of keyed === undefined ? [] : problemsOf(keyed, guessed))
      problems.push(placedAt(start, problem));
  }
  return problems;
}

/** @param guessed the folder of the main context where it is but a guess; else null */
function problemsOf(keyed: KeyedStep, guessed: string | null): readonly Placed<Problem>[] {
  const { step, context, stageProblems } = keyed;
  const selected = context
    .flatMap(({ selection }) => selection.problems)
    .filter(({ index }) => !stageProblems.some((other) => isUnsent(other, index)))
    .map((problem) =>
      guessed !== null && problem.place === undefined
        ? { ...problem, place: { kind: "guess", name: guessed } as const }
        : problem,
    );
  const errors = context.flatMap(({ content }) =>
    content.kind === "unreadable" ? content.errors : [],
  );
  const { range } = step.instruction;
  return [
    ...[...selected, ...stageProblems].map((problem) => ({
      ...problem,
      range: "index" in problem ? sourceRange(keyed, problem.index) : range,
    })),
    ...errors.map((error) => ({ code: "file-unreadable" as const, error, range })),
  ];
}

/** True for what takes the place of whatever else is to be said of that source. */
function isUnsent(problem: KeyedStep["stageProblems"][number], index: number): boolean {
  return problem.code === "source-not-sent" && problem.index === index;
}

/** The source in the text, where it stands there as the problem names it. */
function sourceRange({ step }: KeyedStep, index: number): TextRange {
  const { instruction } = step;
  const paths = instruction.args
    .slice(0, -1)
    .filter((word) => !instruction.heredocs.some((doc) => doc.range.start === word.range.start));
  const word = step.operation?.kind === "copy" && !step.isTrigger ? paths[index] : undefined;
  return word?.range ?? instruction.range;
}
