/** `--require-cached`: the steps that a build server counts on. */
import type { Analysis, StepAnalysis } from "../core/analysis/analyse.js";
import { whereBuilt } from "../core/analysis/platforms.js";
import { stageOf } from "../core/analysis/view.js";
import { printable } from "../core/text/surfaces.js";
import { UsageError } from "./usageError.js";

/**
 * The steps among them that are not cached for certain, in the order of the build.
 * @param required each a stage, a line, a pattern of instructions, or empty: all steps
 * Errors: `UsageError` for one that is of no step that is run.
 */
export function uncached(analysis: Analysis, required: readonly string[]): readonly StepAnalysis[] {
  const steps = analysis.steps.filter(
    (step) => step.isBuilt && whereBuilt(analysis, step).analysed.keyed.definition !== null,
  );
  const wanted = new Set<StepAnalysis>();
  for (const what of required) {
    const named = steps.filter((step) => isMeant(analysis, step, what));
    if (named.length === 0 && what !== "")
      throw new UsageError(`--require-cached=${what}: no step of this build is called that`);
    for (const step of named) wanted.add(step);
  }
  return steps.filter((step) => wanted.has(step) && step.prediction.kind !== "hit");
}

function isMeant(analysis: Analysis, analysed: StepAnalysis, what: string): boolean {
  if (what === "") return true;
  const { place, step } = analysed;
  if (/^\d+$/.test(what)) return place.line === Number(what);
  const stage = stageOf(analysis, analysed)?.name ?? null;
  if (stage !== null && stage.toLowerCase() === what.toLowerCase()) return true;
  return beginsAs(step.text, what);
}

/** Part for part, so that no pattern takes long. */
function beginsAs(text: string, pattern: string): boolean {
  const [first = "", ...others] = pattern.split("*");
  if (!text.startsWith(first)) return false;
  let from = first.length;
  return others.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at !== -1;
  });
}

/** So many are named, the rest are counted. */
const named = 5;

export function uncachedWords(steps: readonly StepAnalysis[]): string {
  const words = steps
    .slice(0, named)
    .map(({ place, step }) => `line ${place.line} ${printable(step.text.split("\n")[0] ?? "")}`);
  const more = steps.length - named;
  return words.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
