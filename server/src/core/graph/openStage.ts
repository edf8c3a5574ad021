import type { Instruction } from "../syntax/syntax.js";
import type { StageBase, Step } from "./graph.js";
import type { Found, WalkScope } from "./scopes.js";

/** A stage while it is walked. */
export interface OpenStage {
  readonly index: number;
  readonly name: string | null;
  readonly instruction: Instruction;
  readonly base: StageBase;
  readonly scope: WalkScope;
  readonly steps: Step[];
  readonly isReplaced: boolean;
  /** `read`: fails every build; `build`: only a build that needs the stage. */
  readonly found: Found[];
}
