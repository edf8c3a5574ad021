/** Which files of which stages a prediction has to follow. */
import type { BuildGraph } from "../graph/graph.js";
import { sourcesOf } from "../graph/sources.js";

/**
 * For the stages whose files something else takes: the place of their first step that leaves files
 * which can be known. After a RUN nothing above it can; the files of other stages, such as the last
 * one, need not be followed, unless they start empty.
 */
export function visibleFrom({ stages }: BuildGraph): ReadonlyMap<number, number> {
  const taken = new Set<number>();
  const startsEmpty = new Set<number>();
  for (const stage of stages) {
    const { index, base } = stage;
    if (base.kind === "scratch" || (base.kind === "stage" && startsEmpty.has(base.index))) {
      startsEmpty.add(index);
    }
    if (!stage.isBuilt) continue;
    for (const step of stage.steps) {
      for (const source of sourcesOf(step)) if (source.kind === "stage") taken.add(source.index);
    }
  }
  const visible = new Map<number, number>();
  for (const stage of [...stages].reverse()) {
    // In a stage that starts empty all files are known, and so is what is in the way of others.
    if (!taken.has(stage.index) && !(stage.isBuilt && startsEmpty.has(stage.index))) continue;
    const lastRun = stage.steps.findLastIndex(({ operation }) => operation?.kind === "run");
    visible.set(stage.index, Math.max(0, lastRun));
    if (lastRun < 0 && stage.base.kind === "stage") taken.add(stage.base.index);
  }
  return visible;
}
