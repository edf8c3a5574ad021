import type { InstructionProblem } from "../instructions/problem.js";
import type { Found as FoundInInstruction } from "../instructions/reading.js";
import type { SyntaxProblem } from "../syntax/problem.js";
import type { Placed } from "../text/range.js";

/** What can be wrong with the file. */
export type GraphProblem = SyntaxProblem | InstructionProblem | TargetProblem;

/** With the file as a whole, or the way that it is built. */
export type TargetProblem =
  | { readonly code: "no-stage" }
  /** `target`: the name that is asked for; `near`: the stage that it may be meant to be. */
  | { readonly code: "no-target"; readonly target: string; readonly near: string | null }
  /** The classic builder makes no image of an empty stage. */
  | { readonly code: "no-image" }
  | { readonly code: "bad-network"; readonly network: string }
  /** Some stage is for Windows, of which nothing is known here but that. */
  | { readonly code: "windows-build" }
  /** Text from which a Dockerfile is made. `mark`: where something else is to stand, as `{{`. */
  | { readonly code: "template"; readonly mark: string };

/** Something wrong, and whether it fails every build or only one that needs its stage. */
export interface Found extends Pick<FoundInInstruction, "phase"> {
  readonly problem: Placed<GraphProblem>;
}

/** True for all but what Docker only warns of, passes over, may know or does not mind. */
export function failsBuild(problem: GraphProblem): boolean {
  switch (problem.code) {
    case "blank-line-in-continuation":
    case "comment-in-string":
    case "windows-build":
    case "heredoc-dropped":
    case "heredoc-carriage-return":
    case "broken-exec-form":
    case "name-like-stage":
    case "file-too-long":
    case "too-many-triggers":
    case "directory-too-deep":
      return false;
    case "needs-buildkit":
    case "needs-frontend":
      return problem.effect === "fails";
    default:
      return true;
  }
}
