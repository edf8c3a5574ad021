/** What stages and their bases are called. */
import type { Analysis } from "../analysis/analyse.js";
import { formatPlatform } from "../build/platform.js";
import type { BuildGraph, Stage } from "../graph/graph.js";
import { addTo } from "../text/grouped.js";
import { listedAll } from "../text/lists.js";
import { say } from "../text/say.js";

/** `stage build`, or `stage 2` for one without a name. */
export function stageWords(stage: Pick<Stage, "name" | "index">): string {
  return say`stage ${stage.name ?? stage.index}`;
}

/** The stage that a build ends with, where there are others to tell it from; null: there are none. */
export function targetWords({ stages, target }: BuildGraph): string | null {
  return target === null || (stages.length === 1 && target.name === null)
    ? null
    : stageWords(target);
}

/** What a FROM starts from, in a few words; where it is another one on some platforms, with their names. */
export function baseWords(analysis: Analysis, stage: Stage): string {
  const told = new Map<string, string[]>();
  for (const own of analysis.platforms) {
    const its = own.graph.stages[stage.index];
    if (its !== undefined) addTo(told, ownBaseWords(own, its), formatPlatform(own.graph.platform));
  }
  if (told.size < 2) return ownBaseWords(analysis, stage);
  return [...told].map(([words, on]) => `${words} (${listedAll(on)})`).join(" · ");
}

function ownBaseWords(analysis: Analysis, stage: Stage): string {
  switch (stage.base.kind) {
    case "image": {
      const built = stage.base.image?.built;
      return built === undefined
        ? say`Base image ${shortReference(stage.base.reference)}`
        : say`Base image ${shortReference(stage.base.reference)}, built by ${built.build}`;
    }
    case "stage": {
      const parent = analysis.graph.stages[stage.base.index];
      return parent === undefined
        ? say`Continues an earlier stage`
        : say`Continues ${stageWords(parent)}`;
    }
    case "folder":
    case "elsewhere":
      return say`Starts with the build context ${stage.base.name}`;
    case "scratch":
      return say`Starts empty`;
    case "broken":
      return say`Base image unknown`;
  }
}

/** Twelve digits of a digest tell images apart. */
export function shortReference(reference: string): string {
  return reference.replace(/(@\w+:[0-9a-f]{12})[0-9a-f]+$/, "$1…");
}
