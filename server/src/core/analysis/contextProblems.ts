/** What is wrong with the files that steps take, as problems at their sources. */
import type { KeyedStep, Keys } from "../cache/predict.js";
import { type BuildGraph, placeOf } from "../graph/graph.js";
import { type Placed, placedAt, type TextRange } from "../text/range.js";
import type { Problem } from "./problem.js";

export function contextProblems(graph: BuildGraph, keys: Keys): readonly Placed<Problem>[] {
  return keys.steps.flatMap((keyed) => {
    const { step, context, stageProblems } = keyed;
    const selected = context.flatMap(({ selection }) => selection.problems);
    const errors = context.flatMap(({ content }) =>
      content.kind === "unreadable" ? content.errors : [],
    );
    const { start } = placeOf(graph, step);
    const { range } = step.instruction;
    const found: readonly Placed<Problem>[] = [
      ...[...selected, ...stageProblems].map((problem) => ({
        ...problem,
        range: "index" in problem ? sourceRange(keyed, problem.index) : range,
      })),
      ...errors.map((error) => ({ code: "file-unreadable" as const, error, range })),
    ];
    return found.map((problem) => placedAt(start, problem));
  });
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
