import type { Instruction } from "../syntax/syntax.js";
import type { Evaluation, InstructionKind } from "./kind.js";
import { type Found, type StageFacts, startReading } from "./reading.js";
import { changed, type Scope } from "./scope.js";

export interface Evaluated {
  readonly evaluation: Evaluation;
  /** What is wrong with the instruction. */
  readonly found: readonly Found[];
  /** The variables that it reads and only the base image can tell. */
  readonly openVariables: readonly string[];
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
  const read = kind.evaluate(instruction, reading);
  const expanded = read.scope.expanded + reading.expanded;
  const next = changed(read.scope, { expanded });
  const evaluation = next === read.scope ? read : { ...read, scope: next };
  return { evaluation, found: reading.found, openVariables: [...reading.openVariables] };
}
