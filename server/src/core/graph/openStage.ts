import type { Instruction } from "../syntax/syntax.js";
import type { Found, StageBase, Step } from "./graph.js";
import type { WalkScope } from "./scopes.js";

/** A stage while it is walked. */
export interface OpenStage {
  readonly index: number;
  readonly name: string | null;
  readonly instruction: Instruction;
  /** The place of its FROM among the instructions of the file. */
  readonly position: number;
  readonly base: StageBase;
  readonly scope: WalkScope;
  readonly steps: Step[];
  readonly isReplaced: boolean;
  readonly found: Found[];
}
