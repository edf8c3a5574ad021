/**
 * The walk of one stage: what each of its instructions does in the scope that those above it leave.
 * A step depends on nothing but its instruction, that scope, and what it looks up in the facts.
 */
import { evaluateInstruction } from "../instructions/evaluate.js";
import { instructionKind } from "../instructions/index.js";
import { type Evaluation, type InstructionKind, noEffect } from "../instructions/kind.js";
import { type Found, foundWrong, type StageFacts } from "../instructions/reading.js";
import { type Scope, withPath } from "../instructions/scope.js";
import { keywords } from "../syntax/keyword.js";
import type { Instruction } from "../syntax/syntax.js";
import { keptList } from "../text/keptList.js";
import { nearest } from "../text/nearest.js";
import { type FileFacts, stageFacts } from "./fileFacts.js";
import { type FileRead, hold, watched } from "./fileReads.js";
import type { Step } from "./graph.js";
import { failsBuild } from "./problem.js";

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
  /** Of the steps below the FROM: what each depends on besides its instruction. */
  readonly walked: readonly WalkedStep[];
}

interface WalkedStep extends Taken {
  /** What it found above it. */
  readonly before: Scope;
  readonly reads: readonly FileRead[];
}

/**
 * Pure: equal arguments give equal steps, and what is given is not changed.
 * @param old of the same facts: a step of it stands where its instruction and the scope above it are
 *   the same objects, and what it looks up is as it was
 */
export function walkStage(input: StageIn, old: StageWalk | null = null): StageWalk {
  const { from, triggers, instructions, isReplaced } = input;
  const facts = stageFacts(input.file, input.index);
  const all = triggers.length === 0 ? instructions : [...triggers, ...instructions];
  const isSame =
    old !== null && old.steps[0] === from && stands(old, all, triggers.length, input.scope, facts);
  if (isSame) return old;
  const walked = walk(all, input.scope, facts, old?.walked ?? [], {
    triggers: triggers.length,
    step: isReplaced ? (scope, instruction) => passedBy(instruction, scope) : stepIn,
  });
  return wholeWalk([from], input.scope, walked);
}

/** True where the walk would be the same: each step found what the one above it left. */
function stands(
  { walked, scope }: StageWalk,
  instructions: readonly Instruction[],
  triggers: number,
  start: Scope,
  facts: StageFacts,
): boolean {
  if (walked.length !== instructions.length || (walked[0]?.before ?? scope) !== start) return false;
  for (let at = 0; at < walked.length; at++) {
    const one = walked[at];
    if (one?.step.instruction !== instructions[at]) return false;
    if (one?.step.isTrigger !== at < triggers) return false;
  }
  return walked.every(({ reads }) => reads.length === 0 || hold(reads, facts));
}

/** The walk of the lines before the first FROM. */
export function walkGlobals(
  file: FileFacts,
  instructions: readonly Instruction[],
  start: Scope,
  old: StageWalk | null = null,
): StageWalk {
  const facts = stageFacts(file, -1);
  if (old !== null && stands(old, instructions, 0, start, facts)) return old;
  const walked = walk(instructions, start, facts, old?.walked ?? [], {
    triggers: 0,
    step: globalStep,
  });
  return wholeWalk([], start, walked);
}

function wholeWalk(first: readonly Step[], start: Scope, walked: readonly WalkedStep[]): StageWalk {
  const steps = [...first, ...walked.map(({ step }) => step)];
  return { steps, scope: walked.at(-1)?.scope ?? start, walked };
}

interface Ways {
  /** How many of the instructions are triggers: the first ones. */
  readonly triggers: number;
  step(scope: Scope, instruction: Instruction, facts: StageFacts): Taken;
}

function walk(
  instructions: readonly Instruction[],
  start: Scope,
  facts: StageFacts,
  old: readonly WalkedStep[],
  { triggers, step }: Ways,
): readonly WalkedStep[] {
  const watching = watched(facts);
  const moved = old.length - instructions.length;
  const tail = sameAtEnd(instructions, old);
  const walked: WalkedStep[] = [];
  let scope = start;
  for (const [at, instruction] of instructions.entries()) {
    const isTrigger = at < triggers;
    const other = old[at < instructions.length - tail ? at : at + moved];
    const isSame =
      other?.step.instruction === instruction &&
      other.before === scope &&
      other.step.isTrigger === isTrigger &&
      hold(other.reads, facts);
    const one = isSame ? other : walkedStep(step(scope, instruction, watching.facts));
    walked.push(one);
    ({ scope } = one);
  }
  return keptList(walked);

  function walkedStep(taken: Taken): WalkedStep {
    const isTrigger = walked.length < triggers;
    const own = isTrigger ? { ...taken.step, isTrigger } : taken.step;
    return { step: own, scope: taken.scope, before: scope, reads: watching.reads() };
  }
}

/** How many of the last instructions are those of the old walk. */
function sameAtEnd(instructions: readonly Instruction[], old: readonly WalkedStep[]): number {
  const most = Math.min(instructions.length, old.length);
  let count = 0;
  while (count < most && instructions.at(-1 - count) === old.at(-1 - count)?.step.instruction)
    count++;
  return count;
}

/** What reading an instruction found. */
interface Evaluated {
  readonly found: readonly Found[];
  readonly fails: boolean;
  readonly openVariables: readonly string[];
}

/** A step without a place. */
export function stepOf(
  instruction: Instruction,
  evaluation: Evaluation,
  { found = [], fails = false, openVariables = [] }: Partial<Evaluated> = {},
): Step {
  const { effect, shaping, operation, words } = evaluation;
  const { neverFound = false, assignments = [], openPath = null } = evaluation;
  return {
    instruction,
    keyword: instruction.keyword,
    text: oneLine(instruction),
    effect,
    shaping,
    operation,
    words: keptList(words),
    isTrigger: false,
    neverFound,
    isOption: false,
    found: keptList(found),
    fails,
    assignments: keptList(assignments),
    openPath,
    openVariables: keptList(openVariables),
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
  const { evaluation, found, openVariables } = evaluateInstruction(kind, instruction, scope, facts);
  const fails = found.some(({ problem }) => failsBuild(problem));
  return {
    step: stepOf(instruction, evaluation, { found, fails, openVariables }),
    scope: evaluation.scope,
  };
}

function unknownStep(scope: Scope, instruction: Instruction): Taken {
  const { keyword, keywordRange } = instruction;
  const problem = {
    code: "unknown-instruction",
    keyword,
    near: nearest(keyword, keywords),
  } as const;
  return passedBy(instruction, scope, [foundWrong("read", problem, keywordRange)]);
}

/** One that does nothing. */
function passedBy(instruction: Instruction, scope: Scope, found: readonly Found[] = []): Taken {
  return { step: stepOf(instruction, noEffect(scope), { found }), scope };
}

/** The logical line for people: the indentation of its continued lines is folded. */
function oneLine(instruction: Instruction): string {
  return instruction.original.trim().replace(/\s{2,}|[\t\r\n]/g, " ");
}
