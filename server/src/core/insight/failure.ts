/**
 * What a build leaves behind when it fails at one step: what is kept, how to look inside, and what
 * the next build reuses. Source of the rules: real builds that failed, with both builders. BuildKit
 * keeps the results of finished steps in its build cache, and no image; the classic builder leaves
 * the image of the last good step and the container of the failed one.
 */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { stageOf, standingOf, waitsFor } from "../analysis/view.js";
import { say } from "../text/say.js";
import { count } from "../text/sizes.js";
import { stageWords } from "../words/stageWords.js";
import { lineList, lineSet } from "./lineSet.js";

export interface FailedStep {
  readonly line: number;
  readonly text: string;
}

export interface FailureReport {
  /** The step that is taken to fail. */
  readonly failed: FailedStep;
  /** Steps that have finished for certain, in the file's order. */
  readonly kept: readonly FailedStep[];
  /** Steps of stages that run at the same time: finished, or cancelled. */
  readonly possible: readonly FailedStep[];
  /** What is left, a sentence each. */
  readonly left: readonly string[];
  /** How to get a shell in what the last good step left; empty: there is nothing to look into. */
  readonly shell: { readonly intro: string; readonly commands: readonly string[] } | null;
  readonly nextBuild: readonly string[];
  readonly cleanUp: readonly string[];
}

/** How the Dockerfile is named in the commands. */
export interface FailurePlace {
  readonly dockerfile: string;
}

/** @param line from 1; null comes back where no step that can fail stands at or above it */
export function failureAt(
  analysis: Analysis,
  line: number,
  place: FailurePlace,
): FailureReport | null {
  const failed = analysis.steps.findLast(
    (analysed) => analysed.place.line <= line && canFail(analysis, analysed),
  );
  if (failed === undefined || failed.place.endLine < line) return null;
  const { builder } = analysis.graph.rules;
  return { buildkit: buildkitReport, classic: classicReport }[builder](analysis, failed, place);
}

/** Labels of the command line stand behind the last line, on which they are told, and always succeed. */
function canFail({ graph }: Analysis, { step, place, isBuilt }: StepAnalysis): boolean {
  if (!isBuilt || step.isTrigger || step.isOption || place.stage === null) return false;
  return graph.rules.commitsEveryInstruction || step.operation !== null;
}

function classicReport(
  analysis: Analysis,
  failed: StepAnalysis,
  { dockerfile }: FailurePlace,
): FailureReport {
  const kept = analysis.steps.filter(
    ({ step, place: { stage, index }, isBuilt }) =>
      isBuilt && stage !== null && index < failed.place.index && !step.isTrigger,
  );
  const last = kept.findLast(({ place: { stage } }) => stage === failed.place.stage) ?? null;
  const images = kept.filter(({ step }) => step.effect !== "base").length;
  const ran = failed.step.operation?.kind !== "copy" && failed.step.effect !== "base";
  return {
    failed: plain(failed),
    kept: kept.map(plain),
    possible: [],
    left: [
      images === 0
        ? say`No intermediate image: no step before it has run.`
        : images === 1
          ? say`One intermediate image, of the step before it. docker images hides it; docker images -a lists it.`
          : say`${count(images, "intermediate image")}, one for each step before it. docker images hides them; docker images -a lists them.`,
      ...(last === null || last.step.effect === "base"
        ? []
        : [
            say`The image of line ${last.place.line} has no name and nothing stands on it: it is dangling.`,
          ]),
      ...(ran
        ? [
            say`The container of the failed step, stopped. docker ps -a lists it. With --force-rm it is removed.`,
          ]
        : []),
    ],
    shell:
      last === null
        ? null
        : {
            intro:
              last.step.effect === "base"
                ? say`The last good step is the base image itself:`
                : say`IMAGE is the id that the build printed last behind “--->”, before line ${failed.place.line}:`,
            commands: [
              `docker run --rm -it --entrypoint sh ${baseName(analysis, last) ?? "IMAGE"}`,
              ...(ran ? ["docker logs $(docker ps -lq)", "docker diff $(docker ps -lq)"] : []),
            ],
          },
    nextBuild: [
      kept.length === 0
        ? say`The next build starts anew.`
        : say`The next build says “Using cache” for ${lineList(lineSet(linesOf(kept)))}, as long as nothing of it changes.`,
      say`Line ${failed.place.line} and everything after it in its stage runs again: a failed step leaves nothing in the cache.`,
      say`docker build -f ${dockerfile} … goes on from there.`,
    ],
    cleanUp: [
      say`docker image prune removes the dangling image, and with it the intermediate images below that nothing else stands on. The cache goes with them.`,
      ...(ran ? [say`docker container prune removes the stopped container.`] : []),
    ],
  };
}

function buildkitReport(
  analysis: Analysis,
  failed: StepAnalysis,
  { dockerfile }: FailurePlace,
): FailureReport {
  const certain = new Set<number>();
  // The files of a COPY or a mount are looked for at once: one that is missing ends the build while
  // the steps below still run. Its other stages have to be finished first.
  const { keyed: own } = failed;
  const takesFiles =
    failed.step.operation?.kind === "copy" || own.context.length > 0 || own.sources.length > 0;
  const standing = standingOf(analysis)[failed.place.index];
  const open = [failed];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const isOwn = next === failed && takesFiles;
    for (const index of isOwn ? (standing?.sources ?? []) : waitsFor(analysis, next)) {
      const step = analysis.steps[index];
      if (step === undefined || certain.has(step.place.index)) continue;
      certain.add(step.place.index);
      open.push(step);
    }
  }
  const runs = analysis.steps.filter(
    ({ step, isBuilt }) => isBuilt && step.operation !== null && step.operation.kind !== "pull",
  );
  const kept = runs.filter(({ place: { index } }) => certain.has(index));
  const after = dependents(analysis, failed);
  const possible = runs.filter(
    (step) => !certain.has(step.place.index) && !after.has(step.place.index) && step !== failed,
  );
  const stage = stageOf(analysis, failed);
  const isFrom = failed.step.effect === "base";
  return {
    failed: plain(failed),
    kept: kept.map(plain),
    possible: possible.map(plain),
    left: [
      say`No image and no container: BuildKit makes an image only at the end of a good build.`,
      kept.length === 0
        ? say`Nothing is added to the build cache: no step had to finish before it.`
        : say`The results of ${lineList(lineSet(linesOf(kept)))} are in the build cache.`,
      ...(possible.length === 0
        ? []
        : [
            say`Steps that it need not wait for run at the same time: ${lineList(lineSet(linesOf(possible)))} may have finished, and are then in the cache too, or were cancelled.`,
          ]),
    ],
    shell:
      isFrom || stage === null
        ? null
        : {
            intro:
              analysis.graph.stages.length === 1
                ? say`Build the Dockerfile up to the line before: every step of it is cached.`
                : say`Build the Dockerfile up to the line before: its last stage is then ${stageWords(stage)}, and every step of it is cached.`,
            commands: [
              `head -n ${failed.place.line - 1} ${dockerfile} | docker build -t last-good -f - CONTEXT`,
              "docker run --rm -it --entrypoint sh last-good",
            ],
          },
    nextBuild: [
      kept.length === 0
        ? possible.length === 0
          ? say`The next build starts with this step.`
          : say`The next build says CACHED for those of them that have finished.`
        : say`The next build says CACHED for ${lineList(lineSet(linesOf(kept)))}, as long as nothing of it changes.`,
      say`Line ${failed.place.line} runs again, and what stands on it: a failed step leaves nothing in the cache.`,
    ],
    cleanUp: [
      say`docker builder prune empties the build cache; docker builder du shows how much is in it. Nothing else is left.`,
    ],
  };
}

/** The steps that would run only after the failed one. */
function dependents(analysis: Analysis, failed: StepAnalysis): ReadonlySet<number> {
  const after = new Set<number>([failed.place.index]);
  for (const analysed of analysis.steps) {
    const { stage, index } = analysed.place;
    const isStacked =
      failed.step.effect === "base" && stage === failed.place.stage && analysed !== failed;
    if (isStacked || waitsFor(analysis, analysed).some((other) => after.has(other))) {
      after.add(index);
    }
  }
  return after;
}

function baseName(analysis: Analysis, analysed: StepAnalysis): string | null {
  const base = stageOf(analysis, analysed)?.base;
  return analysed.step.effect === "base" && base?.kind === "image" ? base.reference : null;
}

function plain({ step, place }: StepAnalysis): FailedStep {
  return { line: place.line, text: step.text };
}

function linesOf(steps: readonly StepAnalysis[]): readonly number[] {
  return [...new Set(steps.map(({ place }) => place.line))];
}
