/**
 * What the product knows of one keyword: how its instruction is read, what it does to the stage,
 * and the words that explain it. One file a keyword, gathered in `index.ts`.
 */
import type { BuilderRules } from "../build/builderRules.js";
import type { Instruction, Word } from "../syntax/syntax.js";
import type { FlagKind } from "./flags.js";
import type { GlossaryId } from "./glossaryId.js";
import type { Operation } from "./operation.js";
import type { Reading } from "./reading.js";
import type { Scope } from "./scope.js";

/**
 * `base`: starts a file system; `layer`: adds a file-system diff; `metadata`: changes only the image
 * config; `none`: changes neither.
 */
export type Effect = "base" | "layer" | "metadata" | "none";

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
  /** What an ENV or ARG sets, variables expanded. */
  readonly assignments?: readonly Assignment[];
  /**
   * The directory of a RUN or WORKDIR or the destination of a COPY as far as it can be told, where the
   * base image has a share in it: see `Unknowns.directory`. Absent: the operation has it.
   */
  readonly openPath?: string | null;
  /** What the next instruction finds: the same object where nothing has changed. */
  readonly scope: Scope;
}

export interface Assignment {
  readonly name: string;
  readonly value: string;
  /** The value as it is typed, where only the base image can tell a variable in it. */
  readonly written?: string;
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

/** A setting of a stage that is in the keys of later steps. */
export type Setting = "directory" | "user" | "shell" | "platform";

/** What a later step does, as far as it matters to what is set above it: RUN in a form, or WORKDIR. */
export type KeyedWork = "shell form" | "exec form" | "directory";

/** A build argument as it is declared: nothing is expanded. */
export interface DeclaredBuildArg {
  readonly name: Word;
  /** null: no `=`. */
  readonly value: Word | null;
}

/** The facts of a keyword. A fact that is absent does not hold of it. */
export interface InstructionKind {
  /** True for what begins a stage. */
  readonly opensStage?: true;
  /** True for what may stand before the first stage. */
  readonly mayPrecedeStages?: true;
  /** True where BuildKit gives each a number of its stage: dockerfile2llb/convert.go `prefixCommand`. */
  readonly isNumbered?: true;
  /** True where a stage keeps only what its last one says. */
  readonly lastOneCounts?: true;
  /** The half of the image's command that it sets. */
  readonly commandPart?: "entrypoint" | "cmd";
  /** Whoever replaces variables in its arguments, with the values that stand above. */
  readonly expandedBy?: "builder" | "shell";
  /** What it sets for the steps below. */
  readonly setting?: Setting;
  /**
   * The later steps that have what it sets in their keys in BuildKit, whatever they say; absent: none.
   * The value of a variable is also in those of the steps that name it.
   */
  readonly reaches?: readonly KeyedWork[];
  /** True where, though every instruction is committed, what it sets is for RUN alone. */
  readonly isForRunsAlone?: true;
  /** The build arguments that it declares: only of these `--build-arg` takes the place. */
  declares?(instruction: Instruction): readonly DeclaredBuildArg[];
  /** By name. A flag that is not here is a mistake. */
  readonly flags?: Readonly<Record<string, FlagKind>>;
  /** The words of the field that its explanation stands on, the nearest first; absent: those of its effect. */
  terms?(
    evaluation: Pick<Evaluation, "effect" | "operation">,
    rules: BuilderRules,
    around: Surroundings,
  ): readonly GlossaryId[];
  /**
   * Reads the instruction in its scope, reports what is wrong with it, and gives the scope that it
   * leaves. Never throws; what cannot be read changes nothing.
   */
  evaluate(instruction: Instruction, reading: Reading): Evaluation;
  explain(
    evaluation: Pick<Evaluation, "operation" | "words" | "openPath">,
    rules: BuilderRules,
    around: Surroundings,
  ): Explanation;
}

export function noEffect(scope: Scope): Evaluation {
  return { effect: "none", operation: null, shaping: false, words: [], scope };
}

/** Metadata that no key ever contains. */
export function inert(words: readonly string[], scope: Scope): Evaluation {
  return { effect: "metadata", operation: null, shaping: false, words, scope };
}

/** Metadata that later keys can contain. */
export function shaping(words: readonly string[], scope: Scope): Evaluation {
  return { effect: "metadata", operation: null, shaping: true, words, scope };
}

/** An instruction whose step is told by its operation. */
export function operates(effect: Effect, operation: Operation | null, scope: Scope): Evaluation {
  return { effect, operation, shaping: true, words: [], scope };
}
