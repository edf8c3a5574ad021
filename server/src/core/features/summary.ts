/** One sentence for a simulated build, and the few words for a status item. */
import type { Analysis } from "../analysis/analyse.js";
import { causeWords } from "./causeWords.js";
import { count } from "./sizes.js";
import type { View } from "./view.js";

/** `4 steps cached, 3 rebuild: requirements.txt changed (line 3), against …`. */
export function summarySentence(analysis: Analysis): string {
  const failure = analysis.problems.find(({ severity }) => severity === "error");
  if (failure !== undefined) return `The build would fail: ${failure.message}`;
  const { hit, miss, unknown } = analysis.summary;
  if (hit + miss + unknown === 0) return "Nothing to run: the image adds only metadata.";
  if (analysis.input.baseline.build === null) {
    return `${count(hit + miss + unknown, "step")} to build: no earlier build to compare with.`;
  }
  if (hit === 1 && miss + unknown === 0) return "The only step is cached.";
  const parts = [
    ...(hit > 0 ? [`${hit} cached`] : []),
    ...(miss > 0 ? [`${miss} ${miss === 1 ? "rebuilds" : "rebuild"}`] : []),
    ...(unknown > 0 ? [`${unknown} may rebuild`] : []),
  ];
  const first = analysis.steps.find(({ prediction }) => prediction.kind === "miss");
  const cause = first?.prediction.causes[0];
  const why =
    first === undefined || cause === undefined
      ? ""
      : `: ${causeWords(cause)} (line ${first.step.line})`;
  return `${miss + unknown === 0 ? "All " : ""}${parts.join(", ")}${why}.`;
}

/** For the status item: `4 cached · 3 rebuild`. */
export function statusText({ analysis, isResult }: View): string {
  const { hit, miss, unknown } = analysis.summary;
  if (analysis.problems.some(({ severity }) => severity === "error")) return "build would fail";
  const isFirst = analysis.input.baseline.build === null;
  if (isFirst && !isResult) return "not simulated yet";
  if (hit + miss + unknown === 0) return "nothing to run";
  const rebuilds = !isResult
    ? miss === 1
      ? "rebuilds"
      : "rebuild"
    : isFirst
      ? "built"
      : "rebuilt";
  return [
    ...(hit > 0 ? [`${hit} cached`] : []),
    ...(miss > 0 ? [`${miss} ${rebuilds}`] : []),
    ...(unknown > 0 ? [`${unknown} may rebuild`] : []),
  ].join(" · ");
}

/** The status in one short sentence: there is no room for two. */
export function statusDetail(view: View): string {
  return baselineMessage(view);
}

/** What the shown predictions stand against. */
export function baselineMessage({ analysis, isResult }: View): string {
  const { build, label } = analysis.input.baseline;
  if (build === null) {
    return isResult
      ? "The first simulated build: there was none to compare with."
      : "No simulated build yet: run Simulate Build to compare with later.";
  }
  return isResult
    ? `The simulated build, compared with the one before.`
    : `Compared with ${label}.`;
}
