/** What the cache will do with a step, or did, in a few words. */
import type { StepAnalysis } from "../analysis/analyse.js";
import { isRejected } from "../analysis/rejection.js";
import { urgency } from "../analysis/stepAnalysis.js";
import type { View } from "../analysis/view.js";
import type { PredictionKind } from "../cache/prediction.js";
import { isKnown } from "../cache/records.js";
import { lineOf } from "../graph/graph.js";
import { listedAll } from "../text/lists.js";
import { say } from "../text/say.js";
import { saySeconds } from "../text/times.js";
import { causeWords, isOfEveryStep } from "./causeWords.js";

/**
 * `cached`, `rebuilds: app.py changed`, …; empty where the builder runs nothing. Of several platforms
 * that differ what is worst first: `rebuilds: app.py changed (linux/arm64) · cached (linux/amd64)`.
 */
export function predictionWords(view: View, analysed: StepAnalysis): string {
  const verdicts = platformVerdicts(view, analysed);
  const [first] = verdicts;
  if (first === undefined) return ownWords(view, analysed);
  if (verdicts.length === 1) return first.words;
  return verdicts.map(({ words, platforms }) => `${words} (${listedAll(platforms)})`).join(" · ");
}

/** What becomes of a step on some of several platforms. */
export interface PlatformVerdict {
  readonly words: string;
  readonly platforms: readonly string[];
  /** On the first of them. */
  readonly analysed: StepAnalysis;
}

/** Platforms of which the same is said stand together, the worst first; empty: there is one verdict. */
export function platformVerdicts(
  view: View,
  { byPlatform }: StepAnalysis,
): readonly PlatformVerdict[] {
  const found = new Map<string, PlatformVerdict & { readonly platforms: string[] }>();
  for (const { platform, analysed } of byPlatform) {
    const words = ownWords(view, analysed) || platformVerdict(analysed);
    const known = found.get(words) ?? { words, platforms: [], analysed };
    known.platforms.push(platform);
    found.set(words, known);
  }
  return [...found.values()].sort((a, b) => urgency(b.analysed) - urgency(a.analysed));
}

function ownWords(
  { analysis: { graph, input }, isResult }: View,
  { prediction, keyed, isBuilt, fails }: StepAnalysis,
): string {
  const [cause] = prediction.causes;
  if (fails) return say`fails`;
  switch (prediction.kind) {
    case null:
      return isBuilt && keyed.definition !== null && isKnown(input.baseline)
        ? say`not reached`
        : "";
    case "hit":
      return say`cached`;
    case "miss":
      if (cause === undefined) return isResult ? say`had to rebuild` : say`rebuilds`;
      if (cause.code === "never-built") {
        if (isResult) return say`built`;
        // The lens of the first FROM says it for all of them.
        return isOfEveryStep(cause) ? "" : say`not built yet`;
      }
      if (cause.code === "earlier-step") {
        const line = lineOf(graph, cause.at) ?? 0;
        return isResult ? say`had to rebuild: line ${line} did` : say`rebuilds: line ${line} does`;
      }
      if (cause.code === "base-rebuilds")
        return isResult
          ? say`rebuilt, because ${causeWords(cause, graph)}`
          : say`rebuilds, because ${causeWords(cause, graph)}`;
      return isResult
        ? say`had to rebuild: ${causeWords(cause, graph)}`
        : say`rebuilds: ${causeWords(cause, graph)}`;
    case "unknown":
      if (cause === undefined) return say`may rebuild`;
      if (cause.code === "files-pending") return say`reading files…`;
      return cause.code === "base-rebuilds"
        ? say`may rebuild, because ${causeWords(cause, graph)}`
        : say`may rebuild: ${causeWords(cause, graph)}`;
  }
}

/** The same of a step among others: what becomes of all of them where the builder rejects the file is said once. */
export function rowWords(view: View, analysed: StepAnalysis): string {
  const isTold = isRejected(view.analysis) && !analysed.fails;
  return isTold ? "" : predictionWords(view, analysed);
}

/** `about 41 s last time`, of a step that will or may run again; empty: nothing is known, or it is quick. */
export function lastTimeWords({ isResult }: View, { prediction, lastRun }: StepAnalysis): string {
  if (isResult) return "";
  const seconds = lastRun?.seconds ?? 0;
  const mayRun = prediction.kind === "miss" || prediction.kind === "unknown";
  return mayRun && seconds >= leastSeconds ? say`about ${saySeconds(seconds)} last time` : "";
}

/** Nobody waits for less. */
const leastSeconds = 1;

/** One word for what the cache will do. */
export function verdict({ prediction, isBuilt, fails }: StepAnalysis): string {
  if (!isBuilt) return say`not needed`;
  if (fails) return say`fails`;
  switch (prediction.kind) {
    case "hit":
      return say`cached`;
    case "miss":
      return prediction.causes[0]?.code === "never-built" ? say`builds` : say`rebuilds`;
    case "unknown":
      return say`may rebuild`;
    case null:
      return "";
  }
}

/** The same of one of several platforms, of which something has to be said. */
export function platformVerdict(analysed: StepAnalysis): string {
  const { keyed } = analysed;
  return verdict(analysed) || (keyed.definition === null ? say`needed` : say`not reached`);
}

/** What was never built is no news: it gets no colour. */
export function shownPrediction({ prediction }: StepAnalysis): PredictionKind | null {
  return prediction.causes[0]?.code === "never-built" ? null : prediction.kind;
}
