/** What a stage needs, which stages a target needs, and how the builder numbers the steps. */
import type { BuilderRules } from "../build/builderRules.js";
import { instructionKind } from "../instructions/index.js";
import type { SourceReference } from "../instructions/operation.js";
import type { Step } from "./graph.js";
import type { WalkedStage } from "./walkedStage.js";

/** What the target needs, or every stage down to it. */
export function reachableStages(
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

export interface Numbering {
  /** Of the steps that have one. */
  readonly numbers: ReadonlyMap<Step, number>;
  readonly stageTotals: readonly number[];
  readonly labels: readonly string[];
}

export function numberSteps(
  rules: BuilderRules,
  globals: readonly Step[],
  stages: readonly WalkedStage[],
  built: ReadonlySet<number>,
): Numbering {
  return rules.numbersEveryInstruction
    ? numberInOneRow(globals, stages, built)
    : numberByStage(stages);
}

/** Every instruction up to the target. Source: moby, builder/dockerfile/builder.go. */
function numberInOneRow(
  globals: readonly Step[],
  stages: readonly WalkedStage[],
  built: ReadonlySet<number>,
): Numbering {
  const numbers = new Map<Step, number>();
  let number = 0;
  const counted = stages.flatMap((stage) => (built.has(stage.index) ? stage.steps : []));
  for (const step of [...globals, ...counted]) if (!step.isTrigger) numbers.set(step, ++number);
  return { numbers, stageTotals: stages.map(() => number), labels: stages.map(() => "") };
}

/**
 * Each stage by itself: one for a FROM of an image, one for each instruction that is numbered;
 * `WORKDIR /` is counted and never printed. The stage's label is left out when the file has one
 * stage and takes nothing from elsewhere. Source: dockerfile2llb/convert.go `prefixCommand`,
 * `buildDispatchStates`.
 */
function numberByStage(stages: readonly WalkedStage[]): Numbering {
  const numbers = new Map<Step, number>();
  const hasImplicitStage = stages.some(({ steps }) =>
    steps.some(
      ({ operation }) =>
        (operation?.kind === "copy" && isImplicit(operation.from)) ||
        (operation?.kind === "run" && operation.mounts.length > 0),
    ),
  );
  const isAlone = stages.length === 1 && !hasImplicitStage;
  const stageTotals: number[] = [];
  const labels: string[] = [];
  for (const stage of stages) {
    let number = 0;
    let total = 0;
    for (const step of stage.steps) {
      const isNumbered = instructionKind(step.keyword)?.isNumbered === true;
      if (!isNumbered && !isPull(step, stage)) continue;
      total++;
      if (step.operation !== null || step.effect === "base") numbers.set(step, ++number);
    }
    stageTotals.push(total);
    labels.push(isAlone ? "" : (stage.name ?? `stage-${stage.index}`));
  }
  return { numbers, stageTotals, labels };
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
