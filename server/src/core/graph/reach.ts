/** What a stage needs, which stages a target needs, and how the builder numbers the steps. */
import type { Builder } from "../build/builder.js";
import { instructionKind } from "../instructions/index.js";
import type { SourceReference } from "../instructions/operation.js";
import type { Step } from "./graph.js";
import type { OpenStage } from "./openStage.js";

/** The stages that a stage takes its base or files from, each once. */
export function needsOf(stage: OpenStage): readonly number[] {
  const needs = new Set<number>();
  if (stage.base.kind === "stage") needs.add(stage.base.index);
  for (const source of stage.steps.flatMap(sourcesOf)) {
    if (source.kind === "stage") needs.add(source.index);
  }
  return [...needs];
}

/** Where the files of a step come from, its own root file system left out. */
export function sourcesOf({ operation }: Pick<Step, "operation">): readonly SourceReference[] {
  if (operation?.kind === "copy") return [operation.from];
  if (operation?.kind !== "run") return [];
  return operation.mounts.flatMap(({ from }) => (from === null ? [] : [from]));
}

/**
 * BuildKit builds what the target needs; the classic builder every stage up to the target, in the
 * file's order.
 */
export function reachableStages(
  builder: Builder,
  target: number,
  needs: readonly (readonly number[])[],
): ReadonlySet<number> {
  if (builder === "classic") return new Set(Array.from({ length: target + 1 }, (_, i) => i));
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

/**
 * BuildKit numbers each stage by itself: one for a FROM of an image, one for every RUN, COPY, ADD
 * and WORKDIR; `WORKDIR /` is counted and never printed. The stage's label is left out when the
 * file has one stage and takes nothing from elsewhere. The classic builder numbers every
 * instruction up to the target. Source: dockerfile2llb/convert.go `prefixCommand`,
 * `buildDispatchStates`; moby, builder/dockerfile/builder.go.
 */
export function numberSteps(
  builder: Builder,
  globals: readonly Step[],
  stages: readonly OpenStage[],
  built: ReadonlySet<number>,
): Numbering {
  const numbers = new Map<Step, number>();
  const steps = stages.flatMap((stage) => stage.steps);
  if (builder === "classic") {
    let number = 0;
    const counted = stages.flatMap((stage) => (built.has(stage.index) ? stage.steps : []));
    for (const step of [...globals, ...counted]) if (!step.isTrigger) numbers.set(step, ++number);
    return { numbers, stageTotals: stages.map(() => number), labels: stages.map(() => "") };
  }
  const hasImplicitStage = steps.some(
    ({ operation }) =>
      (operation?.kind === "copy" && isImplicit(operation.from)) ||
      (operation?.kind === "run" && operation.mounts.length > 0),
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
function isPull({ effect, operation }: Step, { base, isReplaced }: OpenStage): boolean {
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
