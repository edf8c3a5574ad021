/** What is wrong with the files that steps take, as problems at their sources. */
import type { KeyedStep, Keys } from "../cache/predict.js";
import type { SelectionProblem } from "../context/select.js";
import type { Problem, TextRange } from "../text/range.js";

export function contextProblems(keys: Keys): readonly Problem[] {
  return keys.steps.flatMap((keyed) => {
    const selected = keyed.context.flatMap(({ selection }) => selection.problems);
    const errors = keyed.context.flatMap(({ content }) =>
      content.kind === "unreadable" ? content.errors : [],
    );
    return [
      ...[...selected, ...keyed.stageProblems].map((problem) => ({
        code: problem.code,
        message: problem.message,
        severity: problem.severity,
        range: sourceRange(keyed, problem),
      })),
      ...errors.map(({ path, message }) => ({
        code: "file-unreadable",
        message: `${path} cannot be read: ${message}`,
        severity: "error" as const,
        range: keyed.step.instruction.range,
      })),
    ];
  });
}

/** The source in the text, where it stands there as the problem names it. */
function sourceRange({ step }: KeyedStep, problem: SelectionProblem): TextRange {
  const { instruction } = step;
  const paths = instruction.args
    .slice(0, -1)
    .filter((word) => !instruction.heredocs.some((doc) => doc.range.start === word.range.start));
  const word =
    step.operation?.kind === "copy" && !step.isTrigger ? paths[problem.index] : undefined;
  return word?.range ?? instruction.range;
}
