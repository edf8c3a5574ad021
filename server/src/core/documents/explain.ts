/**
 * The layer-by-layer table of a Dockerfile, worked out for this very file: what each instruction
 * does inside, what it adds to the image, and which later lines it can invalidate.
 */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { stageOf } from "../analysis/view.js";
import type { Builder } from "../build/builder.js";
import { layerContent } from "../files/layerContent.js";
import { lineage } from "../graph/layers.js";
import { type Consequences, consequences, consequencesText } from "../insight/consequences.js";
import { explanation } from "../insight/explanation.js";
import { invalidators } from "../insight/invalidators.js";
import { firstLines, lineSet } from "../insight/lineSet.js";
import type { Effect } from "../instructions/kind.js";
import { say } from "../text/say.js";
import { count, formatBytes } from "../text/sizes.js";
import { stageWords } from "../words/stageWords.js";
import type { SimulationPlace } from "./place.js";
import { type FindingJson, findingsJson, targetName } from "./simulation.js";

export interface Explained<S = ExplainedStep> {
  readonly builder: Builder;
  readonly target: string | null;
  readonly steps: readonly S[];
  readonly totals: Totals;
  readonly findings: readonly FindingJson[];
}

/** The answer of `stratacast explain` as JSON, version 1. Additions are free, changes are not. */
export interface ExplainJson extends SimulationPlace, Explained<ExplainedStepJson> {
  readonly version: 1;
}

export interface ExplainedStep {
  /** As the builder numbers it: `2/5`, `build 2/4`; null: it gets no number. */
  readonly step: string | null;
  readonly stage: string | null;
  /** -1: before the first FROM. */
  readonly stageIndex: number;
  readonly line: number;
  readonly endLine: number;
  readonly instruction: string;
  readonly text: string;
  readonly built: boolean;
  readonly effect: Effect;
  /** Its number in the final image's stack; null: not in it. */
  readonly layer: number | null;
  /** What happens inside, in order. */
  readonly inside: readonly string[];
  readonly adds: {
    /** A sentence. */
    readonly text: string;
    /** null: not known without building. */
    readonly files: number | null;
    readonly bytes: number | null;
  };
  /** Each completes "It rebuilds when …". */
  readonly rebuildsWhen: readonly string[];
  /** Changes that do not rebuild it although one would expect it. */
  readonly survives: readonly string[];
  /** Lines that rebuild, for certain or possibly, if this step does. */
  readonly invalidates: Consequences;
  readonly notes: readonly string[];
  readonly trigger: boolean;
}

export interface ExplainedStepJson extends Omit<ExplainedStep, "invalidates"> {
  readonly invalidates: {
    /** The first of them, at most `mostListed`. */
    readonly certain: readonly number[];
    readonly certainCount: number;
    readonly possible: readonly number[];
    readonly possibleCount: number;
  };
}

/** How many lines JSON lists for a step: in a long file nearly all may follow from each. */
const mostListed = 100;

export interface Totals {
  readonly instructions: number;
  /** Of the final image, the base image not counted. */
  readonly layers: number;
  /** Instructions that change only the final image's config. */
  readonly metadata: number;
  /** Copied into the final image from the build context. */
  readonly files: number;
  readonly bytes: number;
  /** Layers of the final image whose size only a build can tell. */
  readonly unknownLayers: number;
}

export function explainJson(analysis: Analysis, place: SimulationPlace): ExplainJson {
  const { steps, ...explained } = explain(analysis, place.dockerfile);
  const inJson = steps.map(({ invalidates: { certain, possible }, ...step }) => ({
    ...step,
    invalidates: {
      certain: firstLines(certain, mostListed),
      certainCount: certain.count,
      possible: firstLines(possible, mostListed),
      possibleCount: possible.count,
    },
  }));
  return { version: 1, ...place, ...explained, steps: inJson };
}

/**
 * @param dockerfile as it is called there
 * @param told the steps that are to be told of
 */
export function explain(
  analysis: Analysis,
  dockerfile: string,
  told: readonly StepAnalysis[] = analysis.steps,
): Explained {
  return {
    builder: analysis.graph.definition.builder,
    target: targetName(analysis),
    steps: told.map((analysed) => explainedStep(analysis, analysed)),
    totals: totalsOf(analysis),
    findings: findingsJson(analysis, dockerfile),
  };
}

function explainedStep(analysis: Analysis, analysed: StepAnalysis): ExplainedStep {
  const { step, place, isBuilt } = analysed;
  const stage = stageOf(analysis, analysed);
  const explained = explanation(analysis, analysed);
  const adds = additions(analysis, analysed);
  const invalidates = isBuilt ? consequences(analysis, analysed) : none;
  return {
    step: stepLabel(analysis, analysed),
    stage: stage?.name ?? null,
    stageIndex: place.stage ?? -1,
    line: place.line,
    endLine: place.endLine,
    instruction: step.keyword,
    text: step.text,
    built: isBuilt,
    effect: analysed.effect,
    layer: analysed.layer,
    inside: explained?.inside ?? [say`Docker does not know this instruction: the build fails.`],
    adds,
    rebuildsWhen: isBuilt ? invalidators(analysis, analysed) : [],
    survives: explained?.traps ?? [],
    invalidates,
    notes: notes(analysis, analysed, adds.text, invalidates),
    trigger: step.isTrigger,
  };
}

const none: Consequences = { certain: lineSet([]), possible: lineSet([]) };

function stepLabel(analysis: Analysis, analysed: StepAnalysis): string | null {
  const { number } = analysed.place;
  const { graph } = analysis;
  const isOneRow = graph.rules.numbersEveryInstruction;
  const stage = isOneRow ? graph.stages[0] : stageOf(analysis, analysed);
  if (number === null || stage == null || !analysed.isBuilt) return null;
  const label = isOneRow || stage.label === "" ? "" : `${stage.label} `;
  return `${label}${number}/${stage.total}`;
}

function additions(analysis: Analysis, analysed: StepAnalysis): ExplainedStep["adds"] {
  const { step, effect, keyed } = analysed;
  const nothing = { files: 0, bytes: 0 };
  switch (effect) {
    case "none":
      return { text: say`Adds nothing to the image.`, ...nothing };
    case "metadata":
      return { text: say`Adds no files.`, ...nothing };
    case "base": {
      const base = stageOf(analysis, analysed)?.base.kind;
      if (base === "folder") {
        return {
          text: say`Brings the files of a build context, as one layer.`,
          files: null,
          bytes: null,
        };
      }
      return base === "image"
        ? { text: say`Brings the layers of the base image.`, files: null, bytes: null }
        : { text: say`Adds nothing itself.`, ...nothing };
    }
    case "layer":
      break;
  }
  switch (step.operation?.kind) {
    case "makeDirectory":
      return { text: say`Adds at most the directory.`, ...nothing };
    default: {
      const content = layerContent(step, keyed.taken);
      if (content === null) {
        return { text: say`How much it adds shows only in a build.`, files: null, bytes: null };
      }
      const { count: files, bytes } = content;
      return { text: say`Adds ${count(files, "file")}, ${formatBytes(bytes)}.`, files, bytes };
    }
  }
}

function notes(
  analysis: Analysis,
  analysed: StepAnalysis,
  adds: string,
  invalidates: Consequences,
): readonly string[] {
  const { step, layer, effect, isBuilt } = analysed;
  if (!isBuilt) {
    const { target } = analysis.graph;
    return [
      target === null
        ? say`Not built: the target does not need it.`
        : say`Not built: ${stageWords(target)} does not need it.`,
    ];
  }
  const stage = stageOf(analysis, analysed);
  const isElsewhere = effect === "layer" && layer === null && stage !== null;
  return [
    ...(step.isTrigger ? [say`An ONBUILD of the stage below runs here.`] : []),
    ...(analysed.fails ? [say`The build fails here.`] : []),
    adds,
    ...(isElsewhere ? [say`It is a layer of ${stageWords(stage)}, not of the final image.`] : []),
    say`If it changes, ${consequencesText(invalidates)}.`,
  ];
}

function totalsOf(analysis: Analysis): Totals {
  const inImage = new Set(lineage(analysis.graph, analysis.graph.target).map(({ index }) => index));
  const totals = { layers: 0, metadata: 0, files: 0, bytes: 0, unknownLayers: 0 };
  for (const analysed of analysis.steps) {
    const isInImage = analysed.layer !== null && analysed.effect === "layer";
    if (isInImage) {
      const { files, bytes } = additions(analysis, analysed);
      totals.layers++;
      if (files === null || bytes === null) totals.unknownLayers++;
      totals.files += files ?? 0;
      totals.bytes += bytes ?? 0;
    }
    const { stage } = analysed.place;
    if (analysed.effect === "metadata" && stage !== null && inImage.has(stage)) totals.metadata++;
  }
  return { instructions: analysis.steps.length, ...totals };
}
