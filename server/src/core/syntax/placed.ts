/** What instructions say of themselves, at its place in the text. */
import { type Placed, placedAt } from "../text/range.js";
import type { SyntaxProblem } from "./problem.js";
import type { Dockerfile } from "./syntax.js";

/** All that is wrong with the text, in its order; ranges are offsets into it. */
export function syntaxProblems({
  problems,
  instructions,
  starts,
}: Dockerfile): readonly Placed<SyntaxProblem>[] {
  const own: Placed<SyntaxProblem>[] = [];
  for (const [at, instruction] of instructions.entries()) {
    for (const problem of instruction.problems) own.push(placedAt(starts[at] ?? 0, problem));
  }
  return [...problems, ...own].sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0));
}
