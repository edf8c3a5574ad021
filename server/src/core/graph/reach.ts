/** What a stage needs, which stages a target needs, and how the builder numbers the steps. */
import type { BuilderRules } from "../build/builderRules.js";
import { instructionKind } from "../instructions/index.js";
import type { SourceReference } from "../instructions/operation.js";
import { stretchOf } from "../text/stretch.js";
import type { Step } from "./graph.js";
import type { WalkedStage } from "./walkedStage.js";

/** What the target needs, or every stage down to it. */
function reachableStages(
  rules: BuilderRules,
  target: number,
  needs: readonly (readonly number[])[],
): ReadonlySet<number> {
  if (rules.buildsEveryStageAbove) return new Set(Array.from({ length: target + 1 }, (_, i) => i));
  const reached = new Set<number>();
  const open = target < 0 ? [] : [target];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...(needs[next] ?? []));
  }
  return reached;
}

/** Which stages the target needs, and which need each of them. */
export interface Reach {
  readonly built: ReadonlySet<number>;
  /** Of each stage those that need it, built or not. */
  readonly neededBy: readonly (readonly number[])[];
}

export function reachOf(
  rules: BuilderRules,
  target: number,
  needs: readonly (readonly number[])[],
): Reach {
  const neededBy = needs.map((): number[] => []);
  for (const [stage, others] of needs.entries())
    for (const other of others) neededBy[other]?.push(stage);
  return { built: reachableStages(rules, target, needs), neededBy };
}

export interface Numbering {
  /** Of the steps before the first FROM, and of those of each stage; null: the builder prints none. */
  readonly globals: readonly (number | null)[];
  readonly stages: readonly (readonly (number | null)[])[];
  readonly stageTotals: readonly number[];
  readonly labels: readonly string[];
}

/** What is numbered. */
interface Numbered {
  readonly rules: BuilderRules;
  readonly globals: readonly Step[];
  readonly stages: readonly WalkedStage[];
  /** The stages that the target needs. */
  readonly built: ReadonlySet<number>;
}

/** The same of the text before an edit, and its numbers. */
interface OldNumbered extends Pick<Numbered, "rules" | "stages" | "built"> {
  readonly numbering: Numbering;
}

/** @param before where each step has the number that it had, the numbering is the same object */
export function numberSteps(now: Numbered, before: OldNumbered | null): Numbering {
  if (before !== null && isNumberedAlike(now, before)) return before.numbering;
  const { rules, globals, stages, built } = now;
  return rules.numbersEveryInstruction
    ? numberInOneRow(globals, stages, built)
    : numberByStage(globals, stages, before?.stages ?? []);
}

function isNumberedAlike(
  { rules, globals, stages, built }: Numbered,
  before: OldNumbered,
): boolean {
  const { numbering } = before;
  const { start, end, oldEnd } = stretchOf(stages, before.stages);
  if (end !== oldEnd || before.rules !== rules || numbering.globals.length !== globals.length)
    return false;
  const inOneRow = rules.numbersEveryInstruction;
  // Whether a stage that stands alone has a label turns on what it takes.
  if (inOneRow ? built !== before.built : stages.length === 1 && start < end) return false;
  return stages.slice(start, end).every((stage) => {
    const old = before.stages[stage.index];
    if (old === undefined || old.name !== stage.name) return false;
    if (inOneRow) return stage.triggers === old.triggers && stage.steps.length === old.steps.length;
    const { numbers, total } = numbersIn(stage, old);
    const { stages: rows, stageTotals } = numbering;
    return numbers === rows[stage.index] && total === stageTotals[stage.index];
  });
}

/** Every instruction up to the target. Source: moby, builder/dockerfile/builder.go. */
function numberInOneRow(
  globals: readonly Step[],
  stages: readonly WalkedStage[],
  built: ReadonlySet<number>,
): Numbering {
  let number = 0;
  const next = ({ isTrigger }: Step): number | null => (isTrigger ? null : ++number);
  return {
    globals: globals.map(next),
    stages: stages.map(({ index, steps }) => (built.has(index) ? steps.map(next) : [])),
    stageTotals: stages.map(() => number),
    labels: stages.map(() => ""),
  };
}

/**
 * Each stage by itself: one for a FROM of an image, one for each instruction that is numbered;
 * `WORKDIR /` is counted and never printed. The stage's label is left out when the file has one
 * stage and takes nothing from elsewhere. Source: dockerfile2llb/convert.go `prefixCommand`,
 * `buildDispatchStates`.
 */
function numberByStage(
  globals: readonly Step[],
  stages: readonly WalkedStage[],
  before: readonly WalkedStage[],
): Numbering {
  const isAlone = stages.length === 1 && !stages.some(hasImplicitStage);
  const numbered = stages.map((stage, at) => numbersIn(stage, before[at]));
  return {
    globals: globals.map(() => null),
    stages: numbered.map(({ numbers }) => numbers),
    stageTotals: numbered.map(({ total }) => total),
    labels: stages.map(({ name, index }) => (isAlone ? "" : (name ?? `stage-${index}`))),
  };
}

interface NumberedStage {
  readonly numbers: readonly (number | null)[];
  readonly total: number;
}

const numberedStages = new WeakMap<WalkedStage, NumberedStage>();

/**
 * A function of the stage alone.
 * @param before the stage before an edit
 */
function numbersIn(stage: WalkedStage, before: WalkedStage | undefined): NumberedStage {
  const known = numberedStages.get(stage);
  if (known !== undefined) return known;
  const old = before === undefined ? undefined : numberedStages.get(before);
  const isSame = old !== undefined && before !== undefined && countsAlike(stage, before);
  const numbered = isSame ? old : numberedAnew(stage);
  numberedStages.set(stage, numbered);
  return numbered;
}

function numberedAnew(stage: WalkedStage): NumberedStage {
  let number = 0;
  let total = 0;
  const numbers = stage.steps.map((step) => {
    const counted = countedAs(step, stage);
    if (counted !== "not") total++;
    return counted === "printed" ? ++number : null;
  });
  return { numbers, total };
}

/** `unprinted`: it is counted, and its number is never seen. */
function countedAs(step: Step, stage: WalkedStage): "not" | "unprinted" | "printed" {
  const isNumbered = instructionKind(step.keyword)?.isNumbered === true;
  if (!isNumbered && !isPull(step, stage)) return "not";
  return step.operation !== null || step.effect === "base" ? "printed" : "unprinted";
}

function countsAlike(stage: WalkedStage, before: WalkedStage): boolean {
  const { start, end, oldEnd } = stretchOf(stage.steps, before.steps);
  const isAlike = (step: Step, at: number): boolean => {
    const old = before.steps[start + at];
    return old !== undefined && countedAs(step, stage) === countedAs(old, before);
  };
  return (
    end === oldEnd &&
    stage.opening === before.opening &&
    stage.steps.slice(start, end).every(isAlike)
  );
}

function hasImplicitStage({ walked, marks }: WalkedStage): boolean {
  return marks.takers.some((at) => {
    const operation = walked[at]?.step.operation;
    return operation?.kind === "run" || (operation?.kind === "copy" && isImplicit(operation.from));
  });
}

/** A folder is numbered like an image that is pulled. */
function isPull({ effect, operation }: Step, { base, isReplaced }: WalkedStage): boolean {
  if (isReplaced) return false;
  return (
    operation?.kind === "pull" ||
    (effect === "base" && (base.kind === "folder" || base.kind === "elsewhere"))
  );
}

function isImplicit(source: SourceReference): boolean {
  const isFolder = source.kind === "context" && source.folder !== undefined;
  return source.kind === "image" || source.kind === "scratch" || isFolder;
}
