/** The answer of `stratacast simulate` as JSON, version 1. Additions are free, changes are not. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import type { PlatformStep } from "../analysis/stepAnalysis.js";
import { stageOf } from "../analysis/view.js";
import type { Builder } from "../build/builder.js";
import { formatPlatform, type Platform } from "../build/platform.js";
import type { StepContents } from "../cache/exact/contents.js";
import { type ExactKey, exactKeys } from "../cache/exact/exactKeys.js";
import { mayBeNothing } from "../cache/openPart.js";
import { type Cause, changedPaths } from "../cache/prediction.js";
import type { Baseline } from "../cache/records.js";
import { layerContent } from "../files/layerContent.js";
import { type BuildGraph, knownConfig, lineOf } from "../graph/graph.js";
import { neededBuilds } from "../graph/images.js";
import { type ConfigJson, configToJson, emptyConfig } from "../image/config.js";
import type { Effect } from "../instructions/kind.js";
import { buildLineIndex, positionAt } from "../text/lineIndex.js";
import { builtReason, fatePrediction } from "../words/builtWords.js";
import { causeSentence } from "../words/causeWords.js";
import { problemPage, problemWords, type Severity, severityOf } from "../words/problems.js";
import type { SimulationPlace } from "./place.js";

export interface SimulationJson extends SimulationPlace {
  readonly version: 1;
  readonly builder: Builder;
  /** As it was given; else the one that is taken for it. */
  readonly builderVersion: string;
  /** The stage's name, or its number where it has none; null: the file has no stage. */
  readonly target: string | null;
  /**
   * Those that the definition names. Image, layers, keys and sizes are those of the first; what becomes
   * of a step is the worst of all.
   */
  readonly platforms: readonly string[];
  readonly baseline: {
    readonly kind: string;
    readonly label: string;
    /** ISO 8601; null: there is no build to compare with, or it is a commit. */
    readonly at: string | null;
  };
  /** The other builds of the folder whose images it starts with or takes files of. */
  readonly standsOn: readonly StandsOnJson[];
  readonly steps: readonly StepJson[];
  readonly image: { readonly layers: readonly LayerJson[]; readonly config: ConfigJson };
  readonly summary: { readonly hit: number; readonly miss: number; readonly unknown: number };
  readonly findings: readonly FindingJson[];
}

export interface StandsOnJson {
  /** The id of the build, as `stratacast builds` lists it. */
  readonly build: string;
  /** As the Dockerfile names its image. */
  readonly reference: string;
  /** `linked`: both are one build; `tag`: it comes back as an image by its tag. */
  readonly by: "linked" | "tag";
  /** What becomes of its last step; null: it fails, or there is no earlier build to compare with. */
  readonly prediction: "hit" | "miss" | "unknown" | null;
  /** Why it rebuilds; null: it does not, or nothing is known of that. */
  readonly why: string | null;
}

export interface StepJson {
  /** null: the stage has no name, or the instruction stands before the first FROM. */
  readonly stage: string | null;
  /** -1: before the first FROM. */
  readonly stageIndex: number;
  readonly line: number;
  readonly endLine: number;
  readonly instruction: string;
  readonly text: string;
  readonly built: boolean;
  readonly effect: Effect;
  readonly layer: number | null;
  readonly prediction: "hit" | "miss" | "unknown" | null;
  readonly cause: CauseJson | null;
  /** All causes, the first one included. */
  readonly causes: readonly CauseJson[];
  /** What its layer holds, by what stands at the destinations; null: not known without building, or no layer. */
  readonly files: { readonly count: number; readonly bytes: number } | null;
  /** What it reads of the build context: COPY sources, bind mounts; null: nothing. */
  readonly inputs: { readonly count: number; readonly bytes: number } | null;
  /** What names it in a cache that BuildKit exports; null: nothing does. */
  readonly key: KeyJson | null;
  /**
   * Where they were asked for: the digests of the records of what it takes, in the order of its
   * inputs; null: only a build can tell it.
   */
  readonly content?: readonly (string | null)[];
  /** How long it took when it last ran in a real build of which a record was made; null: not known. */
  readonly seconds: number | null;
  /** When that build began, as ISO 8601; null: not known. */
  readonly lastRun: string | null;
  /** True when an ONBUILD of the parent runs here, at the line of the FROM. */
  readonly trigger: boolean;
  /** A LABEL that --label appends, at the line of the instruction before it; else absent. */
  readonly option?: true;
  /** What becomes of it on each of several platforms; absent: the same on all. */
  readonly byPlatform?: readonly PlatformStepJson[];
}

export interface PlatformStepJson
  extends Pick<StepJson, "built" | "prediction" | "cause" | "files" | "inputs"> {
  /** `linux/arm64` */
  readonly platform: string;
}

export interface KeyJson {
  /** `sha256:…` */
  readonly digest: string;
  /** False where something is missing in it, such as the base image's config. */
  readonly complete: boolean;
}

export interface CauseJson {
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
  readonly paths: readonly string[];
}

export interface LayerJson {
  readonly number: number;
  readonly line: number;
  readonly stage: string | null;
  readonly instruction: string;
  /** Size of the files copied; null: not known without building. */
  readonly bytes: number | null;
}

export interface FindingJson {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** As `dockerfile`. */
  readonly path: string;
  /** Lines and columns count from 1, columns in UTF-16 units; all null: the file or its context as a whole. */
  readonly line: number | null;
  readonly column: number | null;
  readonly endLine: number | null;
  /** Of the character after the last one. */
  readonly endColumn: number | null;
  /** The page of the code, below the folder of Stratacast. */
  readonly href: string;
}

/** @param contents null: nobody asked for them */
export function simulationJson(
  analysis: Analysis,
  place: SimulationPlace,
  contents: StepContents | null = null,
): SimulationJson {
  const { graph, input } = analysis;
  const keys = exactKeys(graph, input.sha256);
  return {
    version: 1,
    ...place,
    builder: graph.definition.builder,
    builderVersion: graph.definition.builderVersion.text,
    target: targetName(analysis),
    platforms: platformsOf(analysis).map(formatPlatform),
    baseline: baselineJson(input.baseline),
    standsOn: neededBuilds(graph).map(({ reference, image }) => ({
      build: image.build,
      reference,
      by: image.by,
      prediction: fatePrediction(image.fate),
      why: builtReason(image),
    })),
    steps: analysis.steps.map((analysed) => {
      const key = keys.get(analysed.step) ?? null;
      const json = stepJson(analysis, analysed, key);
      return contents === null ? json : { ...json, content: contents.get(analysed.step) ?? [] };
    }),
    image: {
      layers: imageLayers(analysis).map((layer) => ({
        number: layer.layer ?? 0,
        line: layer.place.line,
        stage: stageName(analysis, layer),
        instruction: layer.step.keyword,
        bytes: copiedBytes(layer),
      })),
      config: configToJson(graph.target === null ? emptyConfig : knownConfig(graph.target)),
    },
    summary: analysis.summary,
    findings: findingsJson(analysis, place.dockerfile),
  };
}

/** As the definition names them; of several that were each asked about alone, those. */
function platformsOf({ graph, platforms }: Analysis): readonly Platform[] {
  return platforms.length === 0
    ? graph.definition.platforms
    : platforms.map((one) => one.graph.platform);
}

function baselineJson({ kind, label, build }: Baseline): SimulationJson["baseline"] {
  const isDated = build !== null && kind !== "git";
  return { kind, label, at: isDated ? new Date(build.at).toISOString() : null };
}

/** null: not known without building, or nothing is copied. */
function copiedBytes({ step, keyed }: StepAnalysis): number | null {
  if (step.operation?.kind !== "copy") return null;
  return layerContent(step, keyed.taken)?.bytes ?? null;
}

export function targetName({ graph: { target } }: Analysis): string | null {
  return target === null ? null : (target.name ?? String(target.index));
}

/** @param dockerfile as it is called there */
export function findingsJson(analysis: Analysis, dockerfile: string): readonly FindingJson[] {
  const lines = buildLineIndex(analysis.input.dockerfile.text);
  return analysis.problems.map((problem) => {
    const { code, range } = problem;
    const start = range === null ? null : positionAt(lines, range.start);
    const end = range === null ? null : positionAt(lines, range.end);
    return {
      code,
      severity: severityOf(problem),
      message: problemWords(problem),
      path: dockerfile,
      line: start === null ? null : start.line + 1,
      column: start === null ? null : start.character + 1,
      endLine: end === null ? null : end.line + 1,
      endColumn: end === null ? null : end.character + 1,
      href: problemPage(code),
    };
  });
}

/** The layers of the final image, the base first. */
export function imageLayers(analysis: Analysis): readonly StepAnalysis[] {
  return analysis.steps
    .filter(({ layer }) => layer !== null)
    .sort((a, b) => (a.layer ?? 0) - (b.layer ?? 0));
}

function stageName(analysis: Analysis, analysed: StepAnalysis): string | null {
  return stageOf(analysis, analysed)?.name ?? null;
}

function stepJson(analysis: Analysis, analysed: StepAnalysis, key: ExactKey | null): StepJson {
  const { step, place, prediction } = analysed;
  const causes = prediction.causes.map((cause) => causeJson(cause, analysis.graph));
  return {
    stage: stageName(analysis, analysed),
    stageIndex: place.stage ?? -1,
    line: place.line,
    endLine: place.endLine,
    instruction: step.keyword,
    text: step.text,
    built: analysed.isBuilt,
    effect: analysed.effect,
    layer: analysed.layer,
    prediction: prediction.kind,
    cause: causes[0] ?? null,
    causes,
    files: analysed.files,
    inputs: analysed.inputs,
    // Of a directory that may be the root nobody knows that it has one.
    key:
      key === null || mayBeNothing(step) ? null : { digest: key.digest, complete: key.isComplete },
    seconds: analysed.lastRun?.seconds ?? null,
    lastRun: analysed.lastRun === null ? null : new Date(analysed.lastRun.at).toISOString(),
    trigger: step.isTrigger,
    ...(step.isOption ? { option: true } : {}),
    ...(analysed.byPlatform.length === 0
      ? {}
      : { byPlatform: analysed.byPlatform.map((one) => platformJson(one, analysis.graph)) }),
  };
}

function platformJson(
  { platform, analysed: { isBuilt, prediction, files, inputs } }: PlatformStep,
  graph: BuildGraph,
): PlatformStepJson {
  const [cause] = prediction.causes;
  return {
    platform,
    built: isBuilt,
    prediction: prediction.kind,
    cause: cause === undefined ? null : causeJson(cause, graph),
    files,
    inputs,
  };
}

function causeJson(cause: Cause, graph: BuildGraph): CauseJson {
  const message = causeSentence(cause, graph);
  return { code: cause.code, message, line: lineOf(graph, cause.at), paths: changedPaths(cause) };
}
