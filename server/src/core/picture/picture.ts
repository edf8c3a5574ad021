/** What the pictures show, as plain data: the stack of the image's layers, and the graph of stages. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { stageOf, stageSteps, type View } from "../analysis/view.js";
import type { PredictionKind } from "../cache/prediction.js";
import { layerContent } from "../files/layerContent.js";
import { type BuildGraph, placeOf, type Stage, type Step, stageLine } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import { criticalPath } from "../insight/criticalPath.js";
import type { SourceReference } from "../instructions/operation.js";
import { addTo } from "../text/grouped.js";
import { say } from "../text/say.js";
import { count, formatBytes } from "../text/sizes.js";
import { predictionWords, shownPrediction } from "../words/predictionWords.js";
import { baseWords, stageWords } from "../words/stageWords.js";

export interface StackLayer {
  readonly kind: "writable" | "layer" | "base" | "empty";
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

export interface StageBox {
  readonly id: string;
  readonly kind: "stage" | "image";
  readonly title: string;
  readonly detail: string;
  readonly line: number | null;
  readonly isTarget: boolean;
  readonly isNeeded: boolean;
  readonly isCritical: boolean;
  /** The steps that the builder runs or finds, in order. */
  readonly cells: readonly { readonly line: number; readonly prediction: PredictionKind | null }[];
}

export interface StageEdge {
  readonly from: string;
  readonly to: string;
  /** `from`: continues it; `copy`: takes files; `mount`: has its files mounted. The strongest first. */
  readonly kinds: readonly ("from" | "copy" | "mount")[];
  readonly label: string;
  readonly isNeeded: boolean;
  readonly isCritical: boolean;
}

export interface GraphPicture {
  readonly title: string;
  readonly description: string;
  readonly boxes: readonly StageBox[];
  readonly edges: readonly StageEdge[];
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
  const stack = [writable(), ...layers, ...(root === undefined ? [] : [baseOf(analysis, root)])];
  const known = layers.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const open = layers.filter(({ bytes }) => bytes === null).length;
  return {
    title: say`Layers of the image (${stageWords(target)})`,
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
  const { step, place, keyed, files, layer, stageLayer } = analysed;
  // What a failing COPY would have copied is in no layer.
  const isMissing = keyed.fails && step.operation?.kind === "copy";
  const content = isMissing ? null : layerContent(step, keyed.taken);
  const words = predictionWords(view, analysed);
  const size =
    content !== null && files !== null
      ? `${count(content.files, "file")}, ${formatBytes(content.bytes)}`
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

/** null: there is nothing to connect, one stage at most. */
export function graphPicture(view: View): GraphPicture | null {
  const { analysis } = view;
  const { stages, target } = analysis.graph;
  if (stages.length < 2) return null;
  const path = criticalPath(analysis);
  const criticalStages = [
    ...new Set(path.steps.flatMap((analysed) => stageOf(analysis, analysed) ?? [])),
  ];
  const critical = new Set(criticalStages.map(({ index }) => index));
  const nextOnPath = new Map(
    criticalStages.map(({ index }, at) => [index, criticalStages[at + 1]?.index]),
  );
  const isSequence = analysis.graph.rules.worksInOrder;
  const images = new Map<string, StageBox>();
  const edges = new Map<string, OpenEdge>();
  for (const stage of stages) {
    for (const taken of takenBy(analysis.graph, stage)) {
      const { source } = taken;
      if (source.kind === "context" || source.kind === "scratch") continue;
      const from = source.kind === "stage" ? stageId(source.index) : imageId(source.reference);
      const to = stageId(stage.index);
      if (source.kind === "image") {
        const known = images.get(from);
        images.set(from, imageBox(source.reference, stage.isBuilt || known?.isNeeded === true));
      }
      if (from === to || (source.kind === "stage" && source.index >= stage.index)) continue;
      const name = `${from} ${to}`;
      const isOnPath = source.kind === "stage" && nextOnPath.get(source.index) === stage.index;
      const edge: OpenEdge = edges.get(name) ?? {
        ...{ from, to, taken: [] },
        isNeeded: stage.isBuilt,
        isCritical: isOnPath && !isSequence,
      };
      edge.taken.push(taken);
      edges.set(name, edge);
    }
  }
  const ids = [...images.keys(), ...stages.map(({ index }) => stageId(index))];
  const near = nearest(ids, [...edges.values()], target === null ? null : stageId(target.index));
  const boxes = new Map<string, StageBox>();
  for (const [id, image] of images) if (near.has(id)) boxes.set(id, image);
  for (const stage of stages) {
    const id = stageId(stage.index);
    if (near.has(id)) boxes.set(id, stageBox(view, stage, critical.has(stage.index)));
  }
  const drawn = [...edges.values()]
    .filter(({ from, to }) => near.has(from) && near.has(to))
    .map(stageEdge);
  const left = ids.length - boxes.size;
  const total = count(stages.length, "stage");
  const needed = stages.filter(({ isBuilt }) => isBuilt).length;
  return {
    title:
      target === null
        ? say`Stages of the Dockerfile (target: none)`
        : say`Stages of the Dockerfile (target: ${stageWords(target)})`,
    description: [
      isSequence
        ? say`${total}, ${needed} of them built, one after another.`
        : say`${total}, ${needed} of them needed.`,
      ...(left > 0
        ? [
            say`Drawn are the ${boxes.size} stages and images next to the target; ${left} more are not.`,
          ]
        : []),
      ...(criticalStages.length > 1 && criticalStages.length <= mostBoxes && !isSequence
        ? [
            say`The longest chain of steps that wait for each other: ${chainWords(criticalStages)} (${count(path.steps.length, "step")}, ${path.running} to run).`,
          ]
        : []),
      ...drawn.map((edge) => edgeSentence(edge, boxes)),
    ].join(" "),
    boxes: [...boxes.values()],
    edges: drawn,
  };
}

/** Through more boxes nobody finds a way, and placing thousands takes minutes. */
const mostBoxes = 60;

/** What is drawn: the target, what it is made of, what that is made of; then the rest in order. */
function nearest(
  ids: readonly string[],
  edges: readonly OpenEdge[],
  target: string | null,
): ReadonlySet<string> {
  if (ids.length <= mostBoxes) return new Set(ids);
  const into = new Map<string, OpenEdge[]>();
  for (const edge of edges) addTo(into, edge.to, edge);
  const near = new Set<string>(target === null ? [] : [target]);
  // A set is walked to what is added on the way.
  for (const id of near) {
    for (const { from } of into.get(id) ?? []) if (near.size < mostBoxes) near.add(from);
  }
  for (const id of ids) if (near.size < mostBoxes) near.add(id);
  return near;
}

/** `stage a, then stage b`. */
function chainWords(stages: readonly Stage[]): string {
  return stages.map(stageWords).reduce((chain, stage) => say`${chain}, then ${stage}`);
}

/** An edge with everything that was found to make it, in the file's order. */
interface OpenEdge extends Omit<StageEdge, "kinds" | "label"> {
  readonly taken: Taken[];
}

function stageEdge({ taken, ...edge }: OpenEdge): StageEdge {
  return { ...edge, kinds: [...new Set(taken.map(({ kind }) => kind))], label: edgeLabel(taken) };
}

interface Taken {
  readonly source: SourceReference;
  readonly kind: "from" | "copy" | "mount";
  readonly line: number;
}

function takenBy(graph: BuildGraph, stage: Stage): readonly Taken[] {
  const line = stageLine(graph, stage);
  const base: readonly Taken[] =
    stage.base.kind === "stage" || stage.base.kind === "image"
      ? [{ source: stage.base, kind: "from", line }]
      : [];
  return [...base, ...stage.steps.flatMap((step) => takenByStep(step, placeOf(graph, step).line))];
}

function takenByStep({ operation }: Step, line: number): readonly Taken[] {
  if (operation?.kind === "copy") return [{ source: operation.from, kind: "copy", line }];
  if (operation?.kind !== "run") return [];
  return operation.mounts.flatMap(({ from }): readonly Taken[] =>
    from === null ? [] : [{ source: from, kind: "mount", line }],
  );
}

function stageBox(view: View, stage: Stage, isCritical: boolean): StageBox {
  const { analysis } = view;
  const isTarget = stage === analysis.graph.target;
  const cells = stageSteps(analysis, stage)
    .filter(
      ({ step, place }) => step.effect !== "base" && (place.number ?? step.operation) !== null,
    )
    .map((analysed) => ({ line: analysed.place.line, prediction: shownPrediction(analysed) }));
  const words = stageWords(stage);
  return {
    id: stageId(stage.index),
    kind: "stage",
    title: words,
    detail: [
      count(cells.length, "step"),
      ...(isTarget ? [say`the image`] : stage.isBuilt ? [] : [say`not needed`]),
    ].join(" · "),
    line: stageLine(analysis.graph, stage),
    isTarget,
    isNeeded: stage.isBuilt,
    isCritical: isCritical && !analysis.graph.rules.worksInOrder,
    cells,
  };
}

function imageBox(reference: string, isNeeded: boolean): StageBox {
  return {
    id: imageId(reference),
    kind: "image",
    title: reference,
    detail: isNeeded ? say`image` : `${say`image`} · ${say`not needed`}`,
    line: null,
    isTarget: false,
    isNeeded,
    isCritical: false,
    cells: [],
  };
}

function stageId(index: number): string {
  return `stage ${index}`;
}

function imageId(reference: string): string {
  return `image ${reference}`;
}

/** What an edge's label says before it leaves the rest out. */
const mostLines = 3;

/** `COPY 7, 9, …`: the lines, each once, under what they do. */
function edgeLabel(taken: readonly Taken[]): string {
  const first = new Map<number, Taken>();
  for (const place of taken) if (!first.has(place.line)) first.set(place.line, place);
  const places = [...first.values()];
  const words = places
    .slice(0, mostLines)
    .map(({ kind, line }, at) =>
      places[at - 1]?.kind === kind ? String(line) : placeWords(kind, line),
    );
  return [...words, ...(places.length > mostLines ? ["…"] : [])].join(", ");
}

function placeWords(kind: Taken["kind"], line: number): string {
  switch (kind) {
    case "from":
      return `FROM ${line}`;
    case "copy":
      return `COPY ${line}`;
    case "mount":
      return say`mount ${line}`;
  }
}

function edgeSentence(edge: StageEdge, boxes: ReadonlyMap<string, StageBox>): string {
  const title = (id: string) => boxes.get(id)?.title ?? id;
  const [to, from] = [title(edge.to), title(edge.from)];
  switch (edge.kinds[0]) {
    case "from":
      return say`${to} continues ${from} (${edge.label}).`;
    case "copy":
      return say`${to} copies from ${from} (${edge.label}).`;
    default:
      return say`${to} mounts ${from} (${edge.label}).`;
  }
}
