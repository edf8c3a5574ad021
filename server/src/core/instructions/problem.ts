import type { ExpansionMistake } from "../syntax/expand.js";

/**
 * What can be wrong with an instruction: a stable code and the values that its sentence names.
 * `core/words/problems.ts` has the sentences.
 */
export type InstructionProblem =
  | SaidProblem
  /** A variable that cannot be expanded. */
  | { readonly code: "bad-expansion"; readonly mistake: ExpansionMistake };

/** FIXME: The instructions still say it themselves. */
export interface SaidProblem {
  readonly code:
    | "bad-checksum"
    | "bad-chmod"
    | "bad-flag"
    | "bad-from"
    | "bad-healthcheck"
    | "bad-heredoc"
    | "bad-mount"
    | "bad-platform"
    | "bad-port"
    | "bad-signal"
    | "bad-stage-name"
    | "bad-trigger"
    | "before-from"
    | "blank-base"
    | "blank-name"
    | "blank-platform"
    | "circular-stage"
    | "destination-not-folder"
    | "later-stage"
    | "missing-argument"
    | "needs-buildkit"
    | "no-such-stage"
    | "not-json"
    | "remote-source"
    | "stage-name-taken"
    | "too-many-arguments"
    | "unknown-instruction"
    | "variable-in-from";
  readonly message: string;
}
