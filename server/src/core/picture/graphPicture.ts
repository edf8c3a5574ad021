/** What the picture of the stages shows, as plain data: boxes, and what takes what from which. */
import type { Analysis } from "../analysis/analyse.js";
import { stageOf, stageSteps, type View } from "../analysis/view.js";
import type { PredictionKind } from "../cache/prediction.js";
import { type BuildGraph, placeOf, type Stage, type Step, stageLine } from "../graph/graph.js";
import { criticalPath } from "../insight/criticalPath.js";
import type { SourceReference } from "../instructions/operation.js";
import { addTo } from "../text/grouped.js";
import { say } from "../text/say.js";
import { count } from "../text/sizes.js";
import { shownPrediction } from "../words/predictionWords.js";
import { stageVerdict } from "../words/stageVerdict.js";
import { stageWords, targetWords } from "../words/stageWords.js";

export interface StageBox {
  readonly id: string;
  readonly kind: "stage" | "image";
  readonly title: string;
  /** What a stage starts from, where that is no stage; empty: it is one, or is not known. */
  readonly base: string;
  readonly detail: string;
  /** What becomes of its steps, which the picture shows by cells: `3 of 4 rebuild`. */
  readonly verdict: readonly string[];
  readonly line: number | null;
  readonly isTarget: boolean;
  readonly isNeeded: boolean;
  readonly isCritical: boolean;
  /** What it takes files from or continues, with the lines: `stage deps (COPY 25)`. */
  readonly takes: readonly string[];
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
  /** What is left out, a sentence that is shown; empty: nothing. */
  readonly note: string;
  readonly boxes: readonly StageBox[];
  readonly edges: readonly StageEdge[];
}

/** null: there is nothing to connect, one stage at most. */
export function graphPicture(view: View): GraphPicture | null {
  const { graph } = view.analysis;
  const { stages, target } = graph;
  if (stages.length < 2) return null;
  const chain = longestChain(view.analysis);
  const { edges, images } = takingsOf(graph, chain);
  const ids = [...images.keys(), ...stages.map(({ index }) => stageId(index))];
  const near = nearest(ids, edges, target === null ? null : stageId(target.index));
  const boxes = new Map<string, StageBox>();
  for (const [id, image] of images) if (near.has(id)) boxes.set(id, image);
  for (const stage of stages) {
    const id = stageId(stage.index);
    if (near.has(id)) boxes.set(id, stageBox(view, stage, chain.stages.includes(stage)));
  }
  const drawn = edges.filter(({ from, to }) => near.has(from) && near.has(to)).map(stageEdge);
  const left = ids.length - boxes.size;
  const note = noteOf(boxes.size, left);
  const named = targetWords(graph);
  return {
    title:
      target === null
        ? say`Stages of the Dockerfile (target: none)`
        : named === null
          ? say`Stages of the Dockerfile`
          : say`Stages of the Dockerfile (target: ${named})`,
    description: [
      stagesSentence(graph),
      ...(note === "" ? [] : [note]),
      ...(chain.stages.length > 1 && chain.stages.length <= mostBoxes ? [chain.sentence()] : []),
      ...stages.flatMap((stage) =>
        near.has(stageId(stage.index)) ? sentencesAbout(graph, stage, drawn, boxes) : [],
      ),
    ].join(" "),
    note,
    boxes: [...boxes.values()].map((box) => ({ ...box, takes: takesOf(box, drawn, boxes) })),
    edges: drawn,
  };
}

/** @param left how many stages and images are not drawn */
function noteOf(drawn: number, left: number): string {
  if (left === 0) return "";
  return left === 1
    ? say`Drawn are the ${drawn} stages and images next to the target; 1 more is not.`
    : say`Drawn are the ${drawn} stages and images next to the target; ${left} more are not.`;
}

function stagesSentence({ stages, rules }: BuildGraph): string {
  const total = count(stages.length, "stage");
  const needed = stages.filter(({ isBuilt }) => isBuilt).length;
  return rules.worksInOrder
    ? say`${total}, ${needed} of them built, one after another.`
    : say`${total}, ${needed} of them needed.`;
}

/** The stages that the longest chain of steps goes through; none for a builder that works in order. */
interface LongestChain {
  readonly stages: readonly Stage[];
  readonly sentence: () => string;
}

function longestChain(analysis: Analysis): LongestChain {
  if (analysis.graph.rules.worksInOrder) return { stages: [], sentence: () => "" };
  const { steps, running } = criticalPath(analysis);
  const stages = [...new Set(steps.flatMap((analysed) => stageOf(analysis, analysed) ?? []))];
  const sentence = () =>
    say`The longest chain of steps that wait for each other: ${chainWords(stages)} (${count(steps.length, "step")}, ${running} to run).`;
  return { stages, sentence };
}

interface Takings {
  readonly edges: readonly OpenEdge[];
  /** Those that files are taken from, by their ids. */
  readonly images: ReadonlyMap<string, StageBox>;
}

function takingsOf(graph: BuildGraph, chain: LongestChain): Takings {
  const next = new Map(chain.stages.map(({ index }, at) => [index, chain.stages[at + 1]?.index]));
  const images = new Map<string, StageBox>();
  const edges = new Map<string, OpenEdge>();
  for (const stage of graph.stages) {
    for (const taken of takenBy(graph, stage)) {
      const { source } = taken;
      if (source.kind === "context" || source.kind === "scratch") continue;
      const from = source.kind === "stage" ? stageId(source.index) : imageId(source.reference);
      const to = stageId(stage.index);
      if (source.kind === "image") {
        const known = images.get(from);
        images.set(from, imageBox(source.reference, stage.isBuilt || known?.isNeeded === true));
      } else if (source.index >= stage.index) continue;
      const name = `${from} ${to}`;
      const isCritical = source.kind === "stage" && next.get(source.index) === stage.index;
      const edge = edges.get(name) ?? { from, to, taken: [], isNeeded: stage.isBuilt, isCritical };
      edge.taken.push(taken);
      edges.set(name, edge);
    }
  }
  return { edges: [...edges.values()], images };
}

/** So many can be read in a picture as wide as a page; through more nobody finds a way. */
const mostBoxes = 40;

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

/** The image that a stage starts from is told in its box: many stages start from one. */
function takenBy(graph: BuildGraph, stage: Stage): readonly Taken[] {
  const { base } = stage;
  const line = stageLine(graph, stage);
  return [
    ...(base.kind === "stage" ? [{ source: base, kind: "from", line } as const] : []),
    ...stage.steps.flatMap((step) => takenByStep(step, placeOf(graph, step).line)),
  ];
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
    base: baseName(stage),
    detail: [
      count(cells.length, "step"),
      ...(isTarget ? [say`the image`] : stage.isBuilt ? [] : [say`not needed`]),
    ].join(" · "),
    verdict: stageVerdict(view, stage),
    line: stageLine(analysis.graph, stage),
    isTarget,
    isNeeded: stage.isBuilt,
    isCritical,
    takes: [],
    cells,
  };
}

/** As the FROM says it, variables replaced. */
function baseName({ base }: Stage): string {
  switch (base.kind) {
    case "image":
      return `FROM ${base.reference}`;
    case "folder":
    case "elsewhere":
      return `FROM ${base.name}`;
    case "scratch":
      return "FROM scratch";
    case "stage":
    case "broken":
      return "";
  }
}

function imageBox(reference: string, isNeeded: boolean): StageBox {
  return {
    id: imageId(reference),
    kind: "image",
    title: reference,
    base: "",
    detail: isNeeded ? say`image` : `${say`image`} · ${say`not needed`}`,
    verdict: [],
    line: null,
    isTarget: false,
    isNeeded,
    isCritical: false,
    takes: [],
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

function takesOf(
  { id }: StageBox,
  edges: readonly StageEdge[],
  boxes: ReadonlyMap<string, StageBox>,
): readonly string[] {
  return edges
    .filter(({ to }) => to === id)
    .map(({ from, label }) => `${boxes.get(from)?.title ?? from} (${label})`);
}

function sentencesAbout(
  graph: BuildGraph,
  stage: Stage,
  edges: readonly StageEdge[],
  boxes: ReadonlyMap<string, StageBox>,
): readonly string[] {
  const { base } = stage;
  const label = placeWords("from", stageLine(graph, stage));
  return [
    ...(base.kind === "image"
      ? [say`${stageWords(stage)} continues ${base.reference} (${label}).`]
      : []),
    ...edges
      .filter(({ to }) => to === stageId(stage.index))
      .map((edge) => edgeSentence(edge, boxes)),
  ];
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
