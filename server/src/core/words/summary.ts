/** One sentence for a simulated build, and the few words for a status item. */

import type { Analysis } from "../analysis/analyse.js";
import { isRejected } from "../analysis/rejection.js";
import type { View } from "../analysis/view.js";
import { formatPlatform } from "../build/platform.js";
import type { PredictionKind } from "../cache/prediction.js";
import { type Baseline, isFirst, isKnown } from "../cache/records.js";
import { listed, listedAll } from "../text/lists.js";
import { say } from "../text/say.js";
import { count } from "../text/sizes.js";
import { sayMoment, saySeconds } from "../text/times.js";
import { causeWords } from "./causeWords.js";
import { failsBuild, problemWords } from "./problems.js";

/** `4 cached, 3 rebuild: requirements.txt changed (line 3).` */
export function summarySentence(analysis: Analysis): string {
  const failure = analysis.problems.find(failsBuild);
  if (failure !== undefined) return say`The build would fail: ${problemWords(failure)}`;
  const { hit, miss, unknown } = analysis.summary;
  if (hit + miss + unknown === 0) return say`Nothing to run: the image adds only metadata.`;
  if (isFirst(analysis.input.baseline)) {
    return say`${count(hit + miss + unknown, "step")} to build: no earlier build to compare with.`;
  }
  if (miss + unknown === 0) {
    return hit === 1 ? say`The only step is cached.` : say`All ${hit} cached.`;
  }
  const numbers = listed([
    ...(hit > 0 ? [say`${hit} cached`] : []),
    ...(miss > 0 ? [rebuildWords(miss)] : []),
    ...(unknown > 0 ? [openWords(unknown)] : []),
  ]);
  const first = analysis.steps.find(({ prediction }) => prediction.kind === "miss");
  const cause = first?.prediction.causes[0];
  const sentence =
    first === undefined || cause === undefined
      ? say`${numbers}.`
      : say`${numbers}: ${causeWords(cause, analysis.graph)} (line ${first.place.line}).`;
  const on = rebuildingOn(analysis);
  const told = on.length === 0 ? sentence : say`${sentence} This concerns ${listedAll(on)} alone.`;
  const seconds = secondsOf(analysis, "miss");
  return seconds < 1 ? told : say`${told} What rebuilds took ${saySeconds(seconds)} last time.`;
}

/** The platforms on which something rebuilds, or may; empty: all of them, or none. */
function rebuildingOn({ platforms }: Analysis): readonly string[] {
  const rebuilding = platforms.filter(({ summary: { miss, unknown } }) => miss + unknown > 0);
  return rebuilding.length === platforms.length
    ? []
    : rebuilding.map(({ graph }) => formatPlatform(graph.platform));
}

/** As the last real builds tell it; a step that they do not tell of counts nothing. */
function secondsOf({ steps }: Analysis, kind: PredictionKind): number {
  return steps.reduce(
    (sum, { prediction, lastRun }) =>
      sum + (prediction.kind === kind ? (lastRun?.seconds ?? 0) : 0),
    0,
  );
}

/** For the status item: `4 cached · 3 rebuild`. */
export function statusText({ analysis, isResult }: View): string {
  const { hit, miss, unknown } = analysis.summary;
  if (analysis.problems.some(failsBuild)) return say`build would fail`;
  const { baseline } = analysis.input;
  if (!isKnown(baseline)) return "";
  const isNew = isFirst(baseline);
  if (isNew && !isResult) return say`not simulated yet`;
  if (hit + miss + unknown === 0) return say`nothing to run`;
  const on = rebuildingOn(analysis);
  const result = isNew ? () => say`${miss} built` : () => say`${miss} rebuilt`;
  return [
    ...(hit > 0 ? [say`${hit} cached`] : []),
    ...(miss > 0 ? [isResult ? result() : rebuildWords(miss)] : []),
    ...(unknown > 0 ? [openWords(unknown)] : []),
    ...(on.length === 0 ? [] : [listed(on)]),
  ].join(" · ");
}

/** `3 rebuild` */
export function rebuildWords(miss: number): string {
  return miss === 1 ? say`1 step rebuilds` : say`${miss} rebuild`;
}

/** `3 may rebuild` */
export function openWords(unknown: number): string {
  return unknown === 1 ? say`1 may rebuild` : say`${unknown} may rebuild`;
}

/** The status in one short sentence: there is no room for two. */
export function statusDetail(view: View): string {
  return baselineMessage(view);
}

/** What the shown predictions stand against. */
export function baselineMessage({ analysis, isResult }: View): string {
  if (isRejected(analysis))
    return say`The build fails before its first step: the problems of the file say why.`;
  const { baseline } = analysis.input;
  if (baseline.kind === "pending") return "";
  if (baseline.kind === "unknown") return say`Not compared: ${baseline.label}.`;
  if (baseline.kind === "export") return baselineSentence(baseline, baseline.label);
  if (baseline.kind === "git") {
    return isResult
      ? say`The first simulated build, compared with the commit ${baseline.label}.`
      : say`Compared with the commit ${baseline.label}, which counts as built.`;
  }
  if (baseline.build === null) {
    if (baseline.kind === "recorded") return say`No build has been recorded yet.`;
    return isResult
      ? say`The first simulated build: there was none to compare with.`
      : baseline.isUnlike === true
        ? say`Not compared: of the base images another part was known when the last build was simulated. Run Simulate Build.`
        : say`No simulated build yet: run Simulate Build.`;
  }
  if (!isResult) return baselineSentence(baseline, baseline.label);
  return baseline.kind === "recorded"
    ? say`The simulated build, compared with the real one of ${sayMoment(baseline.build.at)}.`
    : say`The simulated build, compared with the one before.`;
}

/**
 * The same of a build that is still to come.
 * @param label the baseline's own, as it is shown
 */
export function baselineSentence({ kind, build }: Baseline, label: string): string {
  if (kind === "git") return say`Compared with the commit ${label}.`;
  if (kind === "export")
    return build === null
      ? say`Compared with the cache that was exported: ${label}.`
      : say`Compared with the cache that was exported, ${label}, and the last build here.`;
  return kind === "recorded" && build !== null
    ? say`Compared with the build of ${sayMoment(build.at)}.`
    : say`Compared with the last simulated build.`;
}
