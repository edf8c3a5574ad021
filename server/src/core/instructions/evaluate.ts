import type { Instruction } from "../syntax/syntax.js";
import type { Evaluation, InstructionKind } from "./kind.js";
import { type Found, type StageFacts, startReading } from "./reading.js";
import type { Scope } from "./scope.js";

export interface Evaluated {
  readonly evaluation: Evaluation;
  /** What is wrong with the instruction. */
  readonly found: readonly Found[];
}

/** What an instruction does in a scope. Pure: equal arguments give equal answers. */
export function evaluateInstruction(
  kind: InstructionKind,
  instruction: Instruction,
  scope: Scope,
  facts: StageFacts,
): Evaluated {
  const reading = startReading(facts, scope);
  const [heredoc] = instruction.heredocs;
  if (heredoc !== undefined) reading.knows("heredoc", heredoc.range);
  return { evaluation: kind.evaluate(instruction, reading), found: reading.found };
}
