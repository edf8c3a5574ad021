/**
 * The log of a simulated build, in the manner of the chosen builder: lines that Docker prints stay
 * in Docker's English, what we remark on them is said in the language of the editor.
 */

import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { eachPlatform } from "../analysis/platforms.js";
import { isRejected } from "../analysis/rejection.js";
import { stageOf } from "../analysis/view.js";
import { formatPlatform } from "../build/platform.js";
import { keyOf } from "../cache/predict.js";
import { lineOf, type Stage } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import { largest } from "../text/longLists.js";
import { say } from "../text/say.js";
import { filesWords, formatBytes } from "../text/sizes.js";
import { printable } from "../text/surfaces.js";
import { causeSentence } from "../words/causeWords.js";
import { failsBuild, problemWords } from "../words/problems.js";

/** The lines, without line ends. A line that gives a cause starts with three blanks and an arrow. */
export function simulationLog(analysis: Analysis): readonly string[] {
  const { graph } = analysis;
  const errors = analysis.problems.filter(failsBuild);
  const body = { buildkit: buildkitLog, classic: classicLog }[graph.rules.builder](analysis);
  return [
    ...body,
    ...(body.length > 0 && errors.length > 0 ? [""] : []),
    ...errors.map((error) => `ERROR: ${problemWords(error)}`),
    "",
    say`Nothing was run: this is a simulation.`,
  ].map(printable);
}

function buildkitLog(analysis: Analysis): readonly string[] {
  const each = eachPlatform(analysis);
  const lines = ["#0 building with stratacast (simulated BuildKit)", ""];
  let number = 1;
  const vertex = (name: string, ...rest: readonly string[]): void => {
    lines.push(
      `#${number} ${name}`,
      ...rest.map((text) => (text.startsWith(" ") ? text : `#${number} ${text}`)),
      "",
    );
    number++;
  };
  vertex("[internal] load build definition", "DONE");
  if (isRejected(analysis)) return lines.slice(0, -1);
  const seen = new Set<string>();
  const longest = largest(
    each.map(({ steps }) => steps.length),
    0,
  );
  const images = each
    .flatMap((one) => one.graph.stages)
    .flatMap(({ isBuilt, base }) => (isBuilt && base.kind === "image" ? [base.reference] : []));
  for (const image of new Set(images)) vertex(`[internal] load metadata for ${image}`, "DONE");
  const context = contextSize(analysis);
  if (context !== null) {
    vertex("[internal] load build context", filesWords(context), "DONE");
  }
  const logged = (one: Analysis, analysed: StepAnalysis): void => {
    const { step, keyed, prediction } = analysed;
    const { number: stepNumber } = analysed.place;
    const stage = stageOf(one, analysed);
    if (stage === null || !analysed.isBuilt || stepNumber === null) return;
    // The same step in two stages is one vertex: the builder lists and runs it once.
    const key = keyOf(one.keys, keyed);
    if (key !== null && seen.has(key)) return;
    if (key !== null) seen.add(key);
    const width = String(stage.total).length;
    const number = `${String(stepNumber).padStart(width)}/${stage.total}`;
    const platform = formatPlatform(stage.platform);
    const label = [...(each.length > 1 ? [runsFor(stage, one)] : []), stage.label, number]
      .filter((part) => part !== "")
      .join(" ");
    const { operation } = step;
    // Stages that start from one image share its vertex.
    const from = operation?.kind === "pull" ? `FROM ${operation.reference}` : null;
    if (from !== null && seen.has(`${from} ${platform}`)) return;
    if (from !== null) seen.add(`${from} ${platform}`);
    const name = `[${label}] ${step.isTrigger ? "ONBUILD " : ""}${from ?? step.text}`;
    if (keyed.fails) vertex(name, "ERROR");
    else if (from !== null) vertex(name, "DONE");
    else if (prediction.kind === "hit") vertex(name, "CACHED");
    else if (prediction.kind !== null) vertex(name, "DONE", ...causeLines(one, analysed));
  };
  for (let at = 0; at < longest; at++)
    for (const one of each) {
      const analysed = one.steps[at];
      if (analysed !== undefined) logged(one, analysed);
    }
  if (!analysis.problems.some(failsBuild)) {
    vertex("exporting to image", "DONE");
  }
  lines.pop();
  return lines;
}

/** `linux/amd64`, or `linux/amd64->arm64` on the way to another one: BuildKit, dockerfile2llb `formatTargetPlatform`. */
function runsFor({ platform }: Stage, { graph }: Analysis): string {
  const [own, to] = [platform, graph.platform];
  const target = formatPlatform(to);
  if (formatPlatform(own) === target) return target;
  return `${formatPlatform(own)}->${own.os === to.os ? target.slice(to.os.length + 1) : target}`;
}

function classicLog(analysis: Analysis): readonly string[] {
  const { graph } = analysis;
  const lines: string[] = [];
  if (isRejected(analysis)) return lines;
  const context = contextSize(analysis);
  if (context !== null) lines.push(`Sending build context: ${formatBytes(context.bytes)} used`);
  for (const analysed of analysis.steps) {
    const { step, keyed, prediction } = analysed;
    if (!analysed.isBuilt) continue;
    const stage = stageOf(analysis, analysed);
    const total = graph.stages[0]?.total ?? 0;
    if (step.isTrigger) lines.push(`# Executing ONBUILD ${step.text}`);
    else lines.push(`Step ${analysed.place.number ?? "?"}/${total} : ${step.text}`);
    if (keyed.fails) break;
    const image = keyOf(analysis.keys, keyed)?.slice(0, 12) ?? null;
    if (step.effect === "base") {
      lines.push(` ---> ${stage === null ? "" : baseImage(analysis, stage)}`.trimEnd());
    } else if (prediction.kind === "hit" && image !== null) {
      lines.push(" ---> Using cache", ` ---> ${image}`);
    } else if (image !== null) {
      const container = image.split("").reverse().join("");
      const hasContainer = step.operation?.kind !== "copy";
      lines.push(
        ...causeLines(analysis, analysed),
        ...(hasContainer ? [` ---> Running in ${container}`] : []),
        ...(hasContainer ? [` ---> Removed intermediate container ${container}`] : []),
        ` ---> ${image}`,
      );
    }
  }
  const built = lastKey(analysis, graph.target?.index ?? -1);
  const isGood = !analysis.problems.some(failsBuild);
  if (built !== null && isGood) lines.push(`Successfully built ${built.slice(0, 12)}`);
  const kept = isGood ? keptImages(analysis) : leftImages(analysis);
  return kept.length === 0 ? lines : [...lines, "", ...kept];
}

/** What a good build leaves beside its image. */
function keptImages(analysis: Analysis): readonly string[] {
  const { target } = analysis.graph;
  const own = new Set(lineage(analysis.graph, target).map(({ index }) => index));
  const below = imagesOf(analysis, ({ place: { stage } }) => stage !== null && own.has(stage));
  // The last of them is the image itself.
  const intermediate = below.size - 1;
  const others = imagesOf(analysis, ({ place: { stage } }) => stage !== null && !own.has(stage));
  for (const image of below) others.delete(image);
  return [
    ...(intermediate > 0 ? [goodImages(intermediate)] : []),
    ...(others.size > 0 ? [otherImages(others.size)] : []),
  ];
}

/** The images of the steps that are run, by their keys. */
function imagesOf(analysis: Analysis, isOf: (step: StepAnalysis) => boolean): Set<string> {
  const images = new Set<string>();
  for (const analysed of analysis.steps) {
    const { step, keyed, isBuilt } = analysed;
    if (keyed.fails) break;
    const key = keyOf(analysis.keys, keyed);
    if (isBuilt && key !== null && step.effect !== "base" && isOf(analysed)) images.add(key);
  }
  return images;
}

function goodImages(images: number): string {
  return images === 1
    ? say`1 intermediate image kept as cache: docker images -a lists it, and the last image that stands on it takes it along when it is removed.`
    : say`${images} intermediate images kept as cache: docker images -a lists them, and the last image that stands on them takes them along when it is removed.`;
}

/** Of stages that the image is not made of. */
function otherImages(images: number): string {
  return images === 1
    ? say`1 image of another stage kept as cache: docker image prune removes it.`
    : say`${images} images of other stages kept as cache: docker image prune removes them.`;
}

/** What a build that fails leaves. */
function leftImages(analysis: Analysis): readonly string[] {
  const images = imagesOf(analysis, () => true).size;
  if (images === 0) return [];
  return [
    images === 1
      ? say`1 intermediate image kept as cache: docker images -a lists it. Nothing stands on it: docker image prune removes it.`
      : say`${images} intermediate images kept as cache: docker images -a lists them. Nothing stands on the last one: docker image prune removes it, and those below.`,
  ];
}

function causeLines({ graph }: Analysis, { prediction }: StepAnalysis): readonly string[] {
  const [first] = prediction.causes;
  // Of a first build every step would say the same.
  if (first === undefined || first.code === "never-built") return [];
  if (first.code === "earlier-step") {
    return [`   ↳ ${say`rebuilds: line ${lineOf(graph, first.at) ?? 0} does.`}`];
  }
  // A file's name keeps its case; a sentence goes on, in English with a small letter.
  const message = causeSentence(first, graph).replace(/^(?:The|It|This|No|Instructions) /, (word) =>
    word.toLowerCase(),
  );
  const verdict =
    prediction.kind === "unknown" ? say`may rebuild: ${message}` : say`rebuilds: ${message}`;
  return [`   ↳ ${verdict}`];
}

/** The image that a stage starts from: its name, or what the parent stage has left. */
function baseImage(analysis: Analysis, { base }: Stage): string {
  if (base.kind === "image") return base.reference;
  const key = base.kind === "stage" ? lastKey(analysis, base.index) : null;
  return key?.slice(0, 12) ?? "";
}

/** Of the last step of a stage that has one; null: none has. */
function lastKey({ keys }: Analysis, stage: number): string | null {
  const last = keys.stages[stage]?.last ?? null;
  return last && keyOf(keys, last);
}

/** The files that the steps take from the context, each step's counted; null: none is taken. */
function contextSize(analysis: Analysis): { count: number; bytes: number } | null {
  let size: { count: number; bytes: number } | null = null;
  for (const { inputs, isBuilt } of analysis.steps) {
    if (inputs === null || !isBuilt) continue;
    size ??= { count: 0, bytes: 0 };
    size.count += inputs.count;
    size.bytes += inputs.bytes;
  }
  return size;
}
