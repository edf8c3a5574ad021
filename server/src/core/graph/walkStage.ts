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
import { movedPlaces, spliced, stretchOf } from "../text/stretch.js";
import { type FileFacts, stageFacts } from "./fileFacts.js";
import { type FileRead, hold, turnsOnImage, watched } from "./fileReads.js";
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
  /** How many of the instructions below the FROM are triggers: the first ones. */
  readonly triggers: number;
  /** Those below the FROM. */
  readonly instructions: readonly Instruction[];
  /** Of their steps: what each depends on besides its instruction. */
  readonly walked: readonly WalkedStep[];
  readonly marks: Marks;
}

interface WalkedStep extends Taken {
  /** What it found above it. */
  readonly before: Scope;
  readonly reads: readonly FileRead[];
}

/** Places in `StageWalk.walked`: of the few steps that somebody asks for at every key. */
interface Marks {
  /** Those that looked something up in the file. */
  readonly readers: readonly number[];
  /** Those of them that looked up an image. */
  readonly imageReaders: readonly number[];
  /** Those that take files from somewhere, or mount something. */
  readonly takers: readonly number[];
  /** Those with something wrong. */
  readonly faulty: readonly number[];
}

const marksOf: { readonly [M in keyof Marks]: (one: WalkedStep) => boolean } = {
  readers: ({ reads }) => reads.length > 0,
  imageReaders: ({ reads }) => reads.some(turnsOnImage),
  takers: ({ step: { operation } }) =>
    operation?.kind === "copy" || (operation?.kind === "run" && operation.mounts.length > 0),
  faulty: ({ step }) => step.found.length > 0,
};

/**
 * The walk of a text before an edit, with the same facts.
 * @param isNamedAlike true where all that is looked up in the file but images is as it was
 */
export interface OldWalk {
  readonly walk: StageWalk;
  readonly isNamedAlike: boolean;
}

/**
 * Pure: equal arguments give equal steps, and what is given is not changed.
 * @param old a step of it stands where its instruction and the scope above it are the same objects,
 *   and what it looks up is as it was
 */
export function walkStage(input: StageIn, old: OldWalk | null = null): StageWalk {
  const { from, triggers, instructions, isReplaced } = input;
  const all = triggers.length === 0 ? instructions : [...triggers, ...instructions];
  let made: StageFacts | null = null;
  const facts = (): StageFacts => {
    made ??= stageFacts(input.file, input.index);
    return made;
  };
  const own = old?.walk.triggers === triggers.length ? old : null;
  return walk([from], all, input.scope, own, {
    triggers: triggers.length,
    facts,
    step: isReplaced ? (scope, instruction) => passedBy(instruction, scope) : stepIn,
  });
}

/** The walk of the lines before the first FROM. */
export function walkGlobals(
  file: FileFacts,
  instructions: readonly Instruction[],
  start: Scope,
  old: OldWalk | null = null,
): StageWalk {
  const facts = stageFacts(file, -1);
  return walk([], instructions, start, old, { triggers: 0, facts: () => facts, step: globalStep });
}

interface Ways {
  /** How many of the instructions are triggers: the first ones. */
  readonly triggers: number;
  readonly facts: () => StageFacts;
  step(scope: Scope, instruction: Instruction, facts: StageFacts): Taken;
}

function walk(
  first: readonly Step[],
  instructions: readonly Instruction[],
  start: Scope,
  old: OldWalk | null,
  ways: Ways,
): StageWalk {
  const before = old?.walk ?? null;
  const oldWalked = before?.walked ?? [];
  const stretch = stretchOf(instructions, before?.instructions ?? []);
  const standing = standingSteps(old, ways.facts);
  const isSameStart = before !== null && (oldWalked[0]?.before ?? before.scope) === start;
  const kept = isSameStart ? standing(0, stretch.start) : 0;
  const isWhole = isSameStart && kept === instructions.length && kept === oldWalked.length;
  if (isWhole && first.every((step, at) => step === before.steps[at])) return before;
  const walked: WalkedStep[] = oldWalked.slice(0, kept);
  const watching = watched(ways.facts());
  let scope = walked.at(-1)?.scope ?? start;
  for (let at = kept; at < instructions.length; at = walked.length) {
    const isBelow = at >= stretch.end;
    const oldAt = isBelow ? at - stretch.end + stretch.oldEnd : at;
    const other = isBelow || at < stretch.start ? oldWalked[oldAt] : undefined;
    // Where the scope is what it was, all below stand as long as what they look up is as it was.
    const oldEnd = isBelow ? oldWalked.length : stretch.start;
    const end = other?.before === scope ? standing(oldAt, oldEnd) : oldAt;
    for (const one of oldWalked.slice(oldAt, end)) walked.push(one);
    const instruction = instructions[at];
    if (end === oldAt && instruction !== undefined) {
      const taken = ways.step(scope, instruction, watching.facts);
      const step = at < ways.triggers ? { ...taken.step, isTrigger: true } : taken.step;
      walked.push({ step, scope: taken.scope, before: scope, reads: watching.reads() });
    }
    scope = walked.at(-1)?.scope ?? scope;
  }
  return wholeWalk({ first, instructions, start, triggers: ways.triggers }, walked, before);
}

/**
 * How far old steps stand from one place on, at most to another: what they look up is as it was. Ask
 * in their order.
 */
function standingSteps(
  old: OldWalk | null,
  facts: () => StageFacts,
): (from: number, to: number) => number {
  if (old === null) return (from) => from;
  const { walked, marks } = old.walk;
  const readers = old.isNamedAlike ? marks.imageReaders : marks.readers;
  let next = 0;
  return (from, to) => {
    for (let at = readers[next]; at !== undefined && at < to; at = readers[++next])
      if (at >= from && !hold(walked[at]?.reads ?? [], facts())) return at;
    return to;
  };
}

type Lines = Pick<StageWalk, "instructions" | "triggers"> & {
  readonly first: readonly Step[];
  readonly start: Scope;
};

function wholeWalk(
  { first, instructions, start, triggers }: Lines,
  made: readonly WalkedStep[],
  before: StageWalk | null,
): StageWalk {
  const walked = keptList(made);
  const stretch = stretchOf(walked, before?.walked ?? []);
  const places = (mark: keyof Marks) =>
    movedPlaces(walked, stretch, before?.marks[mark] ?? [], marksOf[mark]);
  const between = walked.slice(stretch.start, stretch.end).map(({ step }) => step);
  const old = before?.steps.slice(before.steps.length - before.walked.length) ?? [];
  return {
    steps: [...first, ...spliced(old, stretch, between)],
    scope: walked.at(-1)?.scope ?? start,
    triggers,
    instructions,
    walked,
    marks: {
      readers: places("readers"),
      imageReaders: places("imageReaders"),
      takers: places("takers"),
      faulty: places("faulty"),
    },
  };
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
