/** What the cache will do with a step, or did, in a few words. */
import type { StepAnalysis } from "../analysis/analyse.js";
import { causeWords } from "./causeWords.js";

/** `cached`, `rebuilds: app.py changed`, …; empty where the builder runs nothing. */
export function predictionWords(
  { prediction, keyed, isBuilt }: StepAnalysis,
  isResult: boolean,
): string {
  const [cause] = prediction.causes;
  if (keyed.fails) return "fails";
  switch (prediction.kind) {
    case null:
      return isBuilt && keyed.key !== null ? "not reached" : "";
    case "hit":
      return "cached";
    case "miss":
      if (cause === undefined) return isResult ? "rebuilt" : "rebuilds";
      if (cause.code === "never-built") return isResult ? "built" : "not built yet";
      if (cause.code === "earlier-step") {
        return `${isResult ? "rebuilt" : "rebuilds"}: line ${cause.line} ${isResult ? "was" : "does"}`;
      }
      return `${isResult ? "rebuilt" : "rebuilds"}: ${causeWords(cause)}`;
    case "unknown":
      if (cause === undefined) return "may rebuild";
      if (cause.code === "files-pending") return "reading files…";
      return `may rebuild: ${causeWords(cause)}`;
  }
}
