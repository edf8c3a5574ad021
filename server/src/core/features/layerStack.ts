/**
 * The layer tree: stages as roots where there are several; in each, from the top, the container's
 * writable layer, the layers from last to first, the base image, and the image config with the
 * metadata folded under it.
 */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { whereBuilt } from "../analysis/platforms.js";
import { stageOf, stageSteps, type View } from "../analysis/view.js";
import { keyOf } from "../cache/predict.js";
import { changedPaths } from "../cache/prediction.js";
import type { Found } from "../context/fileTree.js";
import { type Stage, stageLine } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import { baseNode } from "../insight/baseRows.js";
import { imageFileRows, isInImage } from "../insight/imageFileRows.js";
import { type LayerNode, plainNode, shorten } from "../insight/layerRow.js";
import { shownImageNode } from "../insight/shownImageRows.js";
import { entriesIn, takenFiles, withFolders } from "../insight/takenFiles.js";
import { knownVariables, openPathWords } from "../instructions/unknowns.js";
import { listed, listedSome } from "../text/lists.js";
import { capitalised, say } from "../text/say.js";
import { count, filesWords, formatBytes } from "../text/sizes.js";
import { codeSpan, markdownText, printable } from "../text/surfaces.js";
import { causeSentence, isOfEveryStep } from "../words/causeWords.js";
import { type ImageFact, nobodyAsked } from "../words/imageWords.js";
import { contentWords, stepTitle } from "../words/lensTitle.js";
import { lastTimeWords, rowWords, shownPrediction } from "../words/predictionWords.js";
import { realSizeWords } from "../words/shownImageWords.js";
import { stageVerdict } from "../words/stageVerdict.js";
import { baseWords, stageWords } from "../words/stageWords.js";

export interface ContextWords {
  /** The folder as it is shown. */
  readonly folder: string;
  /** What is wrong with it; empty: nothing. */
  readonly problem: string;
  /** False: changes in it show only when it is read again. */
  readonly isWatched: boolean;
  /** True where nobody has said so, and it is not the Dockerfile's own. */
  readonly isGuessed: boolean;
}

/** @param baseImage what is answered of images; left out: nobody is asked */
export function layerStack(
  view: View,
  context: ContextWords,
  baseImage: ImageFact = nobodyAsked,
): readonly LayerNode[] {
  const { graph } = view.analysis;
  const ids = stepIds(view.analysis);
  const stages = [...graph.stages].reverse();
  const target = graph.target;
  const roots =
    graph.stages.length === 1 && target !== null
      ? stageRows(view, target, ids, baseImage)
      : [
          ...stages.filter((stage) => stage === target),
          ...stages.filter((stage) => stage !== target),
        ].map((stage) => stageNode(view, stage, ids, baseImage));
  const image = shownImageNode(view);
  return [...roots, ...(image === null ? [] : [image]), contextNode(view, context)].map(shown);
}

/** A row on one line, with names as they are read, not as control characters would show them. */
function shown(node: LayerNode): LayerNode {
  return {
    ...node,
    label: printable(node.label),
    description: printable(node.description),
    accessibilityLabel: printable(node.accessibilityLabel),
    children: Array.isArray(node.children) ? node.children.map(shown) : node.children,
  };
}

/** Rows that are asked for when a row is opened: the files of a layer, one folder at a time. */
export function layerChildren(view: View, id: string): readonly LayerNode[] {
  if (isInImage(id))
    return view.built === undefined ? [] : imageFileRows(view.built, id).map(shown);
  const [layerId = "", folder = ""] = id.split(filesMark, 2);
  const ids = stepIds(view.analysis);
  const analysed = view.analysis.steps.find(({ place }) => ids.get(place.index) === layerId);
  if (analysed === undefined) return [];
  const { keyed } = whereBuilt(view.analysis, analysed).analysed;
  const files = takenFiles(keyed.context, keyed.taken);
  const changed = withFolders(files, analysed.prediction.causes.flatMap(changedPaths));
  const entries = entriesIn(files, folder);
  return [
    ...entries.filter(({ node }) => node.kind === "directory"),
    ...entries.filter(({ node }) => node.kind !== "directory"),
  ].map((entry) => {
    // What is in an archive is no file that could be opened.
    const isInside = files.archives.some((path) => entry.path.startsWith(`${path}/`));
    const row = fileRow(layerId, entry, changed);
    return shown(isInside ? { ...row, contextPath: null } : row);
  });
}

const filesMark = "#files/";

function fileRow(layerId: string, { path, node }: Found, changed: ReadonlySet<string>): LayerNode {
  const isFolder = node.kind === "directory";
  const size = isFolder
    ? filesWords({ count: node.fileCount, bytes: node.bytes })
    : node.kind === "symlink"
      ? say`link`
      : formatBytes(node.size);
  const isChanged = changed.has(path);
  return {
    ...plainNode(`${layerId}${filesMark}${path}`, isFolder ? "folder" : "file", node.name),
    description: isChanged ? `${size} · ${say`changed`}` : size,
    accessibilityLabel: listed([path, size, ...(isChanged ? [say`changed`] : [])]),
    tooltip: codeSpan(path),
    prediction: isChanged ? "miss" : null,
    contextPath: path,
    children: isFolder ? "lazy" : null,
  };
}

function stageNode(
  view: View,
  stage: Stage,
  ids: ReadonlyMap<number, string>,
  image: ImageFact,
): LayerNode {
  const isTarget = stage === view.analysis.graph.target;
  const words = stageWords(stage);
  const role = isTarget
    ? say`the image`
    : stageSteps(view.analysis, stage).some(({ isBuilt }) => isBuilt)
      ? say`needed by the image`
      : say`not needed`;
  const facts = [...stageVerdict(view, stage), role];
  return {
    ...plainNode(stageId(stage), "stage", capitalised(words)),
    description: facts.join(" · "),
    accessibilityLabel: listed([words, ...facts]),
    tooltip: markdownText(say`${words}: ${baseWords(view.analysis, stage)}.`),
    line: stageLine(view.analysis.graph, stage),
    children: stageRows(view, stage, ids, image),
    expanded: isTarget,
  };
}

function stageRows(
  view: View,
  stage: Stage,
  ids: ReadonlyMap<number, string>,
  image: ImageFact,
): readonly LayerNode[] {
  const { analysis } = view;
  const isTarget = stage === analysis.graph.target;
  const own = stageSteps(analysis, stage);
  // Only the image shows what it inherits: of a chain of stages each would repeat all before it.
  const stages = isTarget ? lineage(analysis.graph, stage) : [stage];
  const inherited = stages
    .filter((other) => other !== stage)
    .flatMap((other) => stageSteps(analysis, other));
  const layers = own.filter(({ effect }) => effect === "layer").reverse();
  const below = inherited.filter(({ effect }) => effect === "layer").reverse();
  const [root] = stages;
  const writable: LayerNode = {
    ...plainNode(`${stageId(stage)}/writable`, "writable", say`Container's writable layer`),
    description: say`added by docker run`,
    accessibilityLabel: say`The container's writable layer, added by docker run`,
    tooltip: say`Every container gets a layer of its own on top of the image. What it writes is gone with the container.`,
  };
  return [
    ...(isTarget ? [writable] : []),
    ...layers.map((analysed) => layerNode(view, analysed, ids, "")),
    ...below.map((analysed) => layerNode(view, analysed, ids, `${stageId(stage)}/`)),
    ...(root === undefined
      ? []
      : [baseNode(view, `${stageId(stage)}/base`, isTarget ? root : stage, image)]),
    configNode(view, stage, own, ids),
  ];
}

function layerNode(
  view: View,
  analysed: StepAnalysis,
  ids: ReadonlyMap<number, string>,
  prefix: string,
): LayerNode {
  const { step, place, inputs } = analysed;
  const words = rowWords(view, analysed);
  const id = prefix + (ids.get(place.index) ?? "");
  const number = analysed.stageLayer === null ? "" : `${analysed.stageLayer}  `;
  return {
    ...plainNode(id, "layer", `${number}${shorten(step.text)}`),
    description: [
      ...[words, lastTimeWords(view, analysed), ...contentWords(analysed)],
      realSizeWords(view, analysed),
    ]
      .filter((part) => part !== "")
      .join(" · "),
    accessibilityLabel: `${stepTitle(view, analysed)}: ${step.text}`,
    tooltip: layerTooltip(view, analysed),
    ...shownState(analysed),
    line: place.line,
    // Inherited rows show no files: those stand under the stage that copies them.
    children:
      step.operation?.kind === "copy" && (inputs?.count ?? 0) > 0 && prefix === "" ? "lazy" : null,
  };
}

function shownState(analysed: StepAnalysis): Pick<LayerNode, "prediction" | "state"> {
  const prediction = shownPrediction(analysed);
  if (!analysed.isBuilt) return { prediction, state: "notNeeded" };
  if (analysed.fails) return { prediction, state: "fails" };
  const isNew = analysed.prediction.causes[0]?.code === "never-built";
  return isNew ? { prediction, state: "new" } : { prediction };
}

function layerTooltip(view: View, analysed: StepAnalysis): string {
  const { graph } = view.analysis;
  const causes = analysed.prediction.causes
    .filter((cause) => !isOfEveryStep(cause))
    .map((cause) => markdownText(causeSentence(cause, graph)));
  return [
    `**${markdownText(stepTitle(view, analysed))}**`,
    codeSpan(analysed.step.text),
    ...causes,
    ...(graph.rules.commitsEveryInstruction ? intermediateImage(view, analysed) : []),
  ].join("\n\n");
}

/** Under the name that the log of a simulated build gives it. */
function intermediateImage(view: View, { keyed, step }: StepAnalysis): readonly string[] {
  const { graph, keys } = view.analysis;
  const key = keyOf(keys, keyed);
  if (key === null || keyed.fails || step.effect === "base") return [];
  const id = codeSpan(key.slice(0, 12));
  const last = keys.stages[graph.target?.index ?? -1]?.last ?? null;
  if (last !== null && keyOf(keys, last) === key) {
    return [say`Its result is the image itself, ${id} in the simulation log.`];
  }
  const [list, prune] = [codeSpan("docker images"), codeSpan("docker image prune")];
  return [
    say`Its result is an intermediate image, ${id} in the simulation log. The builder keeps it as cache while an image stands on it; ${list} hides it, and ${prune} removes it once nothing does.`,
  ];
}

function configNode(
  view: View,
  stage: Stage,
  own: readonly StepAnalysis[],
  ids: ReadonlyMap<number, string>,
): LayerNode {
  const metadata = own.filter(({ effect }) => effect === "metadata");
  const id = `${stageId(stage)}/config`;
  const rows = metadata.map((analysed): LayerNode => {
    const words = rowWords(view, analysed);
    return {
      ...plainNode(ids.get(analysed.place.index) ?? id, "metadata", shorten(analysed.step.text)),
      description: words,
      accessibilityLabel: `${stepTitle(view, analysed)}: ${analysed.step.text}`,
      tooltip: layerTooltip(view, analysed),
      ...shownState(analysed),
      line: analysed.place.line,
    };
  });
  return {
    ...plainNode(id, "config", say`Image config`),
    description: count(metadata.length, "metadata instruction"),
    accessibilityLabel: listed([say`Image config`, count(metadata.length, "metadata instruction")]),
    tooltip: configTooltip(stage),
    children: rows.length > 0 ? rows : null,
  };
}

function configTooltip(stage: Stage): string {
  if (stage.isForWindows) return say`It is for Windows: what a container starts with is not told.`;
  const { unknowns, config } = stage;
  const command = [...(config.entrypoint ?? []), ...(config.cmd ?? [])];
  const directory =
    unknowns === null || unknowns.directory === null
      ? config.workingDirectory || "/"
      : openPathWords(unknowns.directory);
  // Nothing is said in the place of a base image that is not known.
  const ofBase = (value: string): string => (unknowns === null ? value : "");
  const rows = [
    [say`Runs`, command.length === 0 ? ofBase(say`nothing by default`) : JSON.stringify(command)],
    [say`In`, directory],
    [say`As`, unknowns?.user || config.user || ofBase("root")],
    [say`Environment`, someOf(knownVariables(unknowns, config.environment), ([name]) => name)],
    [say`Ports`, someOf(config.exposedPorts, (port) => port)],
    [say`Volumes`, someOf(config.volumes, (path) => path)],
  ];
  return rows
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `**${name}**: ${codeSpan(value ?? "")}`)
    .join("\n\n");
}

/** The rest is counted: each stage has all that those below it have. */
const namedMost = 30;

function someOf<T>(all: Iterable<T>, nameOf: (one: T) => string): string {
  const names: string[] = [];
  let more = 0;
  for (const one of all) {
    if (names.length < namedMost) names.push(nameOf(one));
    else more++;
  }
  return listedSome(names, more);
}

function contextNode(
  view: View,
  { folder, problem, isWatched, isGuessed }: ContextWords,
): LayerNode {
  const entries = view.analysis.input.context?.entryCount ?? null;
  const description =
    problem !== ""
      ? problem
      : entries === null
        ? say`reading…`
        : count(entries, "entry") + (isWatched ? "" : ` · ${say`not watched`}`);
  const guess = isGuessed ? [say`guessed`] : [];
  return {
    ...plainNode("context", "context", say`Build context`),
    description: [folder, ...guess, description].join(" · "),
    accessibilityLabel: listed([say`Build context ${folder}`, ...guess, description]),
    tooltip: [
      say`The folder that COPY and ADD take files from. The setting stratacast.context chooses another one.`,
      ...(isGuessed
        ? [
            say`No file of the workspace says how this Dockerfile is built: it is the nearest folder in which the fewest of its files are missing. "Choose Build…" takes another one.`,
          ]
        : []),
      ...(isWatched
        ? []
        : [
            say`It lies outside the workspace: it is read again on a save, a refresh and a simulated build.`,
          ]),
    ].join("\n\n"),
    contextPath: "",
  };
}

/** Ids that an edit elsewhere leaves alone: stage, keyword and its count in the stage. */
function stepIds(analysis: Analysis): ReadonlyMap<number, string> {
  const counts = new Map<string, number>();
  const ids = new Map<number, string>();
  for (const analysed of analysis.steps) {
    const { step, place } = analysed;
    const stage = stageOf(analysis, analysed);
    const name = `${stage === null ? "global" : stageId(stage)}/${step.keyword}`;
    const number = (counts.get(name) ?? 0) + 1;
    counts.set(name, number);
    ids.set(place.index, `${name}/${number}`);
  }
  return ids;
}

function stageId(stage: Stage): string {
  return `stage/${stage.name ?? ""}/${stage.index}`;
}
