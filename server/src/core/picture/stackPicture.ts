/** What the picture of the stack shows, as plain data: the layers of the image. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { stageSteps, type View } from "../analysis/view.js";
import type { PredictionKind } from "../cache/prediction.js";
import { type Stage, stageLine } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import { say } from "../text/say.js";
import { count, filesWords, formatBytes } from "../text/sizes.js";
import { rowWords, shownPrediction } from "../words/predictionWords.js";
import { baseWords, targetWords } from "../words/stageWords.js";

export interface StackLayer {
  readonly kind: "writable" | "layer" | "folded" | "base" | "empty";
  /** In the image's stack; null: none. */
  readonly number: number | null;
  readonly title: string;
  readonly detail: string;
  /** What it holds; null: not known without a build. */
  readonly bytes: number | null;
  readonly prediction: PredictionKind | null;
  /** From 1; null: no place in the Dockerfile. */
  readonly line: number | null;
}

export interface StackPicture {
  readonly title: string;
  readonly description: string;
  /** The top one first. */
  readonly layers: readonly StackLayer[];
}

/** null: there is no stage, so no image. */
export function stackPicture(view: View): StackPicture | null {
  const { analysis } = view;
  const { target } = analysis.graph;
  if (target === null) return null;
  const stages = lineage(analysis.graph, target);
  const steps = stages.flatMap((stage) => stageSteps(analysis, stage));
  const layers = steps
    .filter(({ effect, isBuilt }) => effect === "layer" && isBuilt)
    .map((analysed) => layerOf(view, analysed))
    .reverse();
  const metadata = steps.filter(({ effect }) => effect === "metadata").length;
  const [root] = stages;
  const named = targetWords(analysis.graph);
  const stack = [
    writable(),
    ...drawn(layers),
    ...(root === undefined ? [] : [baseOf(analysis, root)]),
  ];
  const known = layers.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const open = layers.filter(({ bytes }) => bytes === null).length;
  return {
    title: named === null ? say`Layers of the image` : say`Layers of the image (${named})`,
    description: [
      aboveBase(count(layers.length, "layer"), root),
      ...(known > 0 ? [say`${formatBytes(known)} come from the build context.`] : []),
      ...(open > 0 ? [say`The size of ${open} is known only after a build.`] : []),
      ...(metadata > 0 ? [configSentence(metadata)] : []),
      say`From top to bottom:`,
      stack.map(({ title, detail }) => `${title}${detail === "" ? "" : `, ${detail}`}`).join("; "),
    ].join(" "),
    layers: stack,
  };
}

/** Through more layers nobody finds a way. */
const mostLayers = 100;

/** The upper ones, and how many there are below them. */
function drawn(layers: readonly StackLayer[]): readonly StackLayer[] {
  const left = layers.length - mostLayers;
  if (left <= 1) return layers;
  const rest = { number: null, detail: "", bytes: null, prediction: null, line: null };
  const folded: StackLayer = { ...rest, kind: "folded", title: say`${count(left, "layer")} more` };
  return [...layers.slice(0, mostLayers), folded];
}

function writable(): StackLayer {
  return {
    kind: "writable",
    number: null,
    title: say`Writable layer of the container`,
    detail: say`added by docker run, gone with the container`,
    bytes: null,
    prediction: null,
    line: null,
  };
}

function configSentence(metadata: number): string {
  return metadata === 1
    ? say`One instruction changes only the image config.`
    : say`${count(metadata, "instruction")} change only the image config.`;
}

function layerOf(view: View, analysed: StepAnalysis): StackLayer {
  const { step, place, fails, files, layer, stageLayer } = analysed;
  // What a failing COPY would have copied is in no layer.
  const isMissing = fails && step.operation?.kind === "copy";
  const content = isMissing ? null : files;
  const words = rowWords(view, analysed);
  const size =
    content !== null
      ? filesWords(content)
      : step.operation?.kind === "run"
        ? say`size not known before a build`
        : "";
  return {
    kind: "layer",
    number: layer ?? stageLayer,
    title: step.text,
    detail: [size, words].filter((part) => part !== "").join(" · "),
    bytes: content?.bytes ?? null,
    prediction: shownPrediction(analysed),
    line: place.line,
  };
}

function baseOf(analysis: Analysis, root: Stage): StackLayer {
  const isImage = root.base.kind === "image";
  const layers = root.base.kind === "image" ? root.base.image?.layers : undefined;
  return {
    kind: isImage ? "base" : "empty",
    number: isImage ? 0 : null,
    title: baseWords(analysis, root),
    detail: isImage
      ? layers === undefined
        ? say`read-only`
        : count(layers, "read-only layer")
      : "",
    bytes: null,
    prediction: null,
    line: stageLine(analysis.graph, root),
  };
}

/** @param layers how many there are, in words */
function aboveBase(layers: string, root: Stage | undefined): string {
  if (root?.base.kind === "image")
    return say`${layers} above the base image ${root.base.reference}.`;
  return root?.base.kind === "scratch"
    ? say`${layers} above nothing.`
    : say`${layers} above an unknown base image.`;
}
