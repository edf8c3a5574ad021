/** Where steps take files from. */
import type { SourceReference } from "../instructions/operation.js";
import type { StageBase, Step } from "./graph.js";

/** The stages that a stage takes its base or files from, each once. */
export function needsOf(base: StageBase, steps: readonly Step[]): readonly number[] {
  const needs = new Set<number>();
  if (base.kind === "stage") needs.add(base.index);
  for (const step of steps) {
    if (step.operation === null) continue;
    for (const source of sourcesOf(step)) if (source.kind === "stage") needs.add(source.index);
  }
  return [...needs];
}

/** Where the files of a step come from, its own root file system left out. */
export function sourcesOf({ operation }: Pick<Step, "operation">): readonly SourceReference[] {
  if (operation?.kind === "copy") return [operation.from];
  if (operation?.kind !== "run") return [];
  return operation.mounts.flatMap(({ from }) => (from === null ? [] : [from]));
}
