/** What is wrong with the files that steps take, as problems at their sources. */
import type { KeyedStep, Keys } from "../cache/predict.js";
import type { SelectionProblem } from "../context/selection.js";
import { type BuildGraph, placeOf } from "../graph/graph.js";
import type { HostError } from "../host.js";
import { type Problem, problemAt, type TextRange } from "../text/range.js";
import { say } from "../text/say.js";

export function contextProblems(graph: BuildGraph, keys: Keys): readonly Problem[] {
  return keys.steps.flatMap((keyed) => {
    const selected = keyed.context.flatMap(({ selection }) => selection.problems);
    const errors = keyed.context.flatMap(({ content }) =>
      content.kind === "unreadable" ? content.errors : [],
    );
    const { start } = placeOf(graph, keyed.step);
    const found: readonly Problem[] = [
      ...[...selected, ...keyed.stageProblems].map((problem) => ({
        code: problem.code,
        message: problem.message,
        severity: problem.severity,
        range: sourceRange(keyed, problem),
      })),
      ...errors.map((error) => ({
        code: "file-unreadable",
        message: unreadable(error),
        severity: "error" as const,
        range: keyed.step.instruction.range,
      })),
    ];
    return found.map((problem) => problemAt(start, problem));
  });
}

/** What the system says of a rare error stands as it says it. */
function unreadable({ code, path, message }: HostError): string {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return say`"${path}" cannot be read: permission denied.`;
    case "EBUSY":
      return say`"${path}" is being written and could not be read in one state.`;
    case "EINVAL":
      return say`"${path}" is no longer a regular file.`;
    default:
      return say`"${path}" cannot be read: ${message}`;
  }
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
