/**
 * What the product knows of one keyword: how its instruction is read, what it does to the stage,
 * and the words that explain it. One file a keyword, gathered in `index.ts`.
 */
import type { Instruction } from "../syntax/syntax.js";
import type { Operation } from "./operation.js";
import type { StageScope } from "./scope.js";

/**
 * `base`: starts a file system; `layer`: adds a file-system diff; `metadata`: changes only the image
 * config; `none`: changes neither.
 */
export type Effect = "base" | "layer" | "metadata" | "none";

import type { Builder } from "../build/builder.js";
export interface Evaluation {
  readonly effect: Effect;
  /** What the builder runs for it; null: nothing. */
  readonly operation: Operation | null;
  /**
   * True for metadata that later keys can contain (ENV, ARG, USER, SHELL, `WORKDIR /`); false for
   * inert metadata (LABEL, EXPOSE, CMD …).
   */
  readonly shaping: boolean;
  /**
   * What an instruction without an operation says, variables expanded: the classic builder commits
   * it under these words, and equal words are an equal step.
   */
  readonly words: readonly string[];
  /** True where the classic builder commits another config than it looks for, and so never finds it. */
  readonly neverFound?: true;
}

/** Sentences about an instruction, as plain text: whoever shows them escapes them. */
export interface Explanation {
  /** What happens inside, in order. */
  readonly inside: readonly string[];
  /** Changes that one would expect to rebuild the step and that do not. */
  readonly traps: readonly string[];
}

/** What the sentences may name besides the instruction itself. */
export interface Surroundings {
  /** True before the first FROM. */
  readonly isGlobal: boolean;
  /** `stage build`, or `stage 2` for one without a name. */
  readonly stage: (index: number) => string;
  /** The stage that a FROM continues, in such words; null: it starts from an image or from nothing. */
  readonly parent: string | null;
}

export interface InstructionKind {
  readonly keyword: string;
  /**
   * Reads the instruction, reports what is wrong with it to the scope, and applies what it does to
   * the scope. Never throws; what cannot be read changes nothing.
   */
  evaluate(instruction: Instruction, scope: StageScope): Evaluation;
  explain(
    evaluation: Pick<Evaluation, "operation" | "words">,
    builder: Builder,
    around: Surroundings,
  ): Explanation;
}

export const noEffect: Evaluation = {
  effect: "none",
  operation: null,
  shaping: false,
  words: [],
};

/** Metadata that no key ever contains. */
export function inert(words: readonly string[]): Evaluation {
  return { effect: "metadata", operation: null, shaping: false, words };
}

/** Metadata that later keys can contain. */
export function shaping(words: readonly string[]): Evaluation {
  return { effect: "metadata", operation: null, shaping: true, words };
}

/** An instruction whose step is told by its operation. */
export function operates(effect: Effect, operation: Operation | null): Evaluation {
  return { effect, operation, shaping: true, words: [] };
}
