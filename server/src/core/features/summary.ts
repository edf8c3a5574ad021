/** One sentence for a simulated build, and the few words for a status item. */
import type { Analysis } from "../analysis/analyse.js";
import { count } from "./sizes.js";

/** `4 steps cached, 3 rebuild: requirements.txt changed (line 3), against …`. */
export function summarySentence(analysis: Analysis): string {
  const failure = analysis.problems.find(({ severity }) => severity === "error");
  if (failure !== undefined) return `The build would fail: ${failure.message}`;
  const { hit, miss, unknown } = analysis.summary;
  if (analysis.input.baseline.build === null) {
    return `${count(hit + miss + unknown, "step")} to build: no earlier build to compare with.`;
  }
  if (hit + miss + unknown === 0) return "Nothing to run: the image adds only metadata.";
  const parts = [
    ...(hit > 0 ? [`${hit} cached`] : []),
    ...(miss > 0 ? [`${miss} ${miss === 1 ? "rebuilds" : "rebuild"}`] : []),
    ...(unknown > 0 ? [`${unknown} may rebuild`] : []),
  ];
  const first = analysis.steps.find(({ prediction }) => prediction.kind === "miss");
  const cause = first?.prediction.causes[0];
  const why =
    first === undefined || cause === undefined ? "" : `: ${cause.short} (line ${first.step.line})`;
  return `${miss + unknown === 0 ? "All " : ""}${parts.join(", ")}${why}.`;
}

/** For the status item: `4 cached · 3 rebuild`. */
export function statusText(analysis: Analysis): string {
  const { hit, miss, unknown } = analysis.summary;
  if (analysis.problems.some(({ severity }) => severity === "error")) return "build would fail";
  if (analysis.input.baseline.build === null) return "not simulated yet";
  return [
    ...(hit > 0 ? [`${hit} cached`] : []),
    ...(miss > 0 ? [`${miss} rebuild`] : []),
    ...(unknown > 0 ? [`${unknown} may rebuild`] : []),
  ].join(" · ");
}
