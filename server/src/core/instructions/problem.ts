import type { Feature } from "../build/frontend.js";
import type { ReferenceMistake } from "../image/reference.js";
import type { ExpansionMistake } from "../syntax/expand.js";
import type { Mount } from "./operation.js";

/**
 * What can be wrong with an instruction: a stable code and the values that its sentence names.
 * `core/words/problems.ts` has the sentences.
 */
export type InstructionProblem =
  | OrderProblem
  | ArgumentProblem
  | FlagProblem
  | StageProblem
  /** A variable that cannot be expanded. */
  | { readonly code: "bad-expansion"; readonly mistake: ExpansionMistake };

/** True for what another value of a variable would mend. */
export function isOfValue(problem: InstructionProblem): boolean {
  switch (problem.code) {
    case "blank-name":
    case "bad-port":
    case "bad-signal":
    case "bad-chmod":
    case "path-too-long":
    case "destination-not-folder":
      return true;
    case "bad-checksum":
      return problem.mistake === "malformed";
    case "bad-expansion":
      return problem.mistake.code === "variable-required";
    case "bad-mount":
      return mountValues.has(problem.mistake.kind);
    default:
      return false;
  }
}

const mountValues: ReadonlySet<MountMistake["kind"]> = new Set([
  ...(["no-type", "no-boolean", "no-number", "no-size", "no-sharing"] as const),
  ...(["root-as-target", "secret-unnamed"] as const),
]);

/** The instruction itself is no such thing, or not there. */
type OrderProblem =
  /** `near`: the keyword that it may be meant to be; null: none is like it. */
  | { readonly code: "unknown-instruction"; readonly keyword: string; readonly near: string | null }
  | { readonly code: "before-from"; readonly keyword: string }
  /** `keyword`: of the instruction in an ONBUILD; `isNested`: an ONBUILD as well. */
  | { readonly code: "bad-trigger"; readonly keyword: string; readonly isNested: boolean }
  /** What is above `limit` is left out here. `in`: what it is the limit of. */
  | { readonly code: "too-many-triggers"; readonly in: "stage" | "file"; readonly limit: number };

type ArgumentProblem =
  | {
      readonly code: "missing-argument";
      readonly keyword: string;
      readonly needs: "one" | "some" | "source" | "command" | "instruction" | "name";
    }
  /** Of an instruction that takes one. */
  | { readonly code: "too-many-arguments"; readonly keyword: string }
  | {
      readonly code: "blank-name";
      readonly keyword: string;
      readonly of: "argument" | "pair" | "path";
    }
  /**
   * What reaches the shell is not what stands there: the classic builder drops the body; else its lines
   * end with CR LF.
   */
  | { readonly code: "heredoc-dropped" | "heredoc-carriage-return"; readonly name: string }
  /** The destination of a COPY or ADD. */
  | { readonly code: "bad-heredoc"; readonly keyword: string }
  | { readonly code: "destination-not-folder" | "remote-source" | "not-json" }
  /** What looks like an array is taken as text of the shell, or as paths as they stand. */
  | {
      readonly code: "broken-exec-form";
      readonly keyword: string;
      readonly takenAs: "command" | "paths";
    }
  /** `lacksCommand`: behind CMD stands nothing. */
  | { readonly code: "bad-healthcheck"; readonly lacksCommand: boolean }
  | { readonly code: "bad-port"; readonly part: "port" | "protocol"; readonly text: string }
  /** Of a directory. `limit`: bytes. */
  | { readonly code: "path-too-long"; readonly limit: number }
  /** What it leaves is not followed here. `limit`: names. */
  | { readonly code: "directory-too-deep"; readonly limit: number }
  | { readonly code: "bad-signal"; readonly signal: string };

type FlagProblem =
  | { readonly code: "bad-flag"; readonly mistake: FlagMistake }
  /** `flag` null: a heredoc as a source. */
  | {
      readonly code: "needs-buildkit";
      readonly flag: string | null;
      readonly effect: "fails" | "ignores";
    }
  /**
   * The frontend does not have it, or an older one may not: `minor` is its own, `needed` the first
   * one that has it, both of Dockerfile 1.minor.
   */
  | {
      readonly code: "needs-frontend";
      readonly feature: Feature;
      readonly effect: "fails" | "ignores" | "may-fail";
      readonly needed: number;
      readonly minor: number;
    }
  | {
      readonly code: "bad-checksum";
      readonly mistake: ChecksumMistake;
      readonly checksum: string;
    }
  | { readonly code: "bad-chmod"; readonly mode: string }
  | { readonly code: "variable-in-from" }
  | { readonly code: "bad-mount"; readonly mistake: MountMistake };

export type ChecksumMistake = "several-sources" | "no-address" | "malformed";

/** `flag`: its name, without dashes. */
export type FlagMistake =
  | { readonly kind: "unknown" | "repeated" | "empty" | "no-value"; readonly flag: string }
  | { readonly kind: "no-boolean"; readonly flag: string; readonly value: string }
  | { readonly kind: "no-duration"; readonly flag: string }
  /** The retries of a HEALTHCHECK. */
  | { readonly kind: "no-number" }
  | { readonly kind: "no-mode"; readonly of: "network" | "security"; readonly value: string };

export type MountMistake =
  | { readonly kind: "open-quote" | "variable-in-from" | "root-as-target" }
  | { readonly kind: "unknown-option" | "no-value"; readonly option: string }
  | { readonly kind: "no-boolean"; readonly option: string; readonly value: string }
  | { readonly kind: "no-type" | "no-size" | "no-sharing"; readonly value: string }
  | {
      readonly kind: "no-number";
      readonly option: "mode" | "uid" | "gid";
      readonly value: string;
    }
  | { readonly kind: "not-for-type"; readonly option: string; readonly type: Mount["type"] }
  /** A secret with a `from`, without a name, or with two. */
  | { readonly kind: "secret-from" | "secret-unnamed" | "secret-named-twice" };

type StageProblem =
  | { readonly code: "bad-from" | "blank-platform" | "circular-stage" }
  | { readonly code: "bad-stage-name" | "stage-name-taken" | "later-stage"; readonly name: string }
  /** An image is taken whose name is nearly that of a stage: Docker does not mind. */
  | { readonly code: "name-like-stage"; readonly name: string; readonly stage: string }
  /** `name`: the number that is asked for. */
  | { readonly code: "no-such-stage"; readonly name: string }
  /** `written`: with its variables. */
  /** `variable`: the one to give a value; null: there is none. */
  | { readonly code: "blank-base"; readonly written: string; readonly variable: string | null }
  /** `written`: with its variables. */
  | {
      readonly code: "bad-reference";
      readonly why: ReferenceMistake;
      readonly reference: string;
      readonly written: string;
    }
  | { readonly code: "bad-platform"; readonly platform: string }
  /** Another build of the workspace makes the base image, and fails. `name`: what that is called. */
  | { readonly code: "base-build-fails"; readonly name: string };
