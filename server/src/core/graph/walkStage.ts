/**
 * The walk of one stage: what each of its instructions does in the scope that those above it leave.
 * A step depends on nothing but its instruction, that scope, and what it looks up in the facts.
 */
import { evaluateInstruction } from "../instructions/evaluate.js";
import { instructionKind } from "../instructions/index.js";
import { type Evaluation, type InstructionKind, noEffect } from "../instructions/kind.js";
import { type Found, foundWrong, type StageFacts } from "../instructions/reading.js";
import { type Scope, withPath } from "../instructions/scope.js";
import type { Instruction } from "../syntax/syntax.js";
import { type FileFacts, stageFacts } from "./fileFacts.js";
import type { Step } from "./graph.js";

/** All that the steps of a stage depend on. */
export interface StageIn {
  readonly file: FileFacts;
  readonly index: number;
  /** The step of its FROM. */
  readonly from: Step;
  /** What runs right after the FROM: ONBUILD triggers of the parent stage or of the base image. */
  readonly triggers: readonly Instruction[];
  /** Those below the FROM. */
  readonly instructions: readonly Instruction[];
  /** What the first of them finds. */
  readonly scope: Scope;
  /** See `Stage.isReplaced`. */
  readonly isReplaced: boolean;
}

export interface StageWalk {
  /** The FROM first, then the triggers. */
  readonly steps: readonly Step[];
  /** What the last of them leaves. */
  readonly scope: Scope;
}

/** Pure: equal arguments give equal steps, and what is given is not changed. */
export function walkStage(input: StageIn): StageWalk {
  const { triggers, instructions, isReplaced } = input;
  const facts = stageFacts(input.file, input.index);
  const steps = [input.from];
  let { scope } = input;
  for (const [at, instruction] of [...triggers, ...instructions].entries()) {
    const taken = isReplaced ? passedBy(instruction, scope) : stepIn(scope, instruction, facts);
    steps.push(at < triggers.length ? { ...taken.step, isTrigger: true } : taken.step);
    scope = taken.scope;
  }
  return { steps, scope };
}

/** The walk of the lines before the first FROM. */
export function walkGlobals(
  file: FileFacts,
  instructions: readonly Instruction[],
  start: Scope,
): StageWalk {
  const facts = stageFacts(file, -1);
  const steps: Step[] = [];
  let scope = start;
  for (const instruction of instructions) {
    const taken = globalStep(scope, instruction, facts);
    steps.push(taken.step);
    scope = taken.scope;
  }
  return { steps, scope };
}

/** A step without a place. */
export function stepOf(
  instruction: Instruction,
  evaluation: Evaluation,
  found: readonly Found[] = [],
  fails = false,
): Step {
  const { effect, shaping, operation, words, neverFound = false, assignments = [] } = evaluation;
  return {
    instruction,
    keyword: instruction.keyword,
    text: oneLine(instruction),
    effect,
    shaping,
    operation,
    words,
    isTrigger: false,
    neverFound,
    isOption: false,
    found,
    fails,
    assignments,
  };
}

/** A step, and the scope below it. */
interface Taken {
  readonly step: Step;
  readonly scope: Scope;
}

function stepIn(scope: Scope, instruction: Instruction, facts: StageFacts): Taken {
  const kind = instructionKind(instruction.keyword);
  return kind === undefined
    ? unknownStep(scope, instruction)
    : evaluatedStep(withPath(scope), instruction, kind, facts);
}

function globalStep(scope: Scope, instruction: Instruction, facts: StageFacts): Taken {
  const kind = instructionKind(instruction.keyword);
  if (kind === undefined) return unknownStep(scope, instruction);
  if (kind.mayPrecedeStages === true) return evaluatedStep(scope, instruction, kind, facts);
  const { keyword, keywordRange } = instruction;
  const problem = { code: "before-from", keyword } as const;
  return passedBy(instruction, scope, [foundWrong("read", problem, keywordRange)]);
}

function evaluatedStep(
  scope: Scope,
  instruction: Instruction,
  kind: InstructionKind,
  facts: StageFacts,
): Taken {
  const { evaluation, found } = evaluateInstruction(kind, instruction, scope, facts);
  const fails = found.length > 0;
  return { step: stepOf(instruction, evaluation, found, fails), scope: evaluation.scope };
}

function unknownStep(scope: Scope, instruction: Instruction): Taken {
  const { keyword, keywordRange } = instruction;
  const problem = { code: "unknown-instruction", keyword } as const;
  return passedBy(instruction, scope, [foundWrong("read", problem, keywordRange)]);
}

/** One that does nothing. */
function passedBy(instruction: Instruction, scope: Scope, found: readonly Found[] = []): Taken {
  return { step: stepOf(instruction, noEffect(scope), found), scope };
}

/** The logical line for people: the indentation of its continued lines is folded. */
function oneLine(instruction: Instruction): string {
  return instruction.original.trim().replace(/\s{2,}|[\t\r\n]/g, " ");
}
