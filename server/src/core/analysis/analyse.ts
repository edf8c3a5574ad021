/**
 * Everything that is known of one Dockerfile in one moment. The features read it and nothing else.
 * Pure and synchronous: files come in as a picture in memory.
 */

import type { PlatformBuild } from "../build/definition.js";
import { alignSteps, recordOfStep } from "../cache/align.js";
import { explainPredictions } from "../cache/explain.js";
import { type Keys, predictKeys } from "../cache/predict.js";
import { type Baseline, type BuildRecord, isKnown, type LastRun } from "../cache/records.js";
import type { Checkout } from "../context/checkout.js";
import type { FileTree } from "../context/fileTree.js";
import type { ContextView } from "../files/contextInput.js";
import type { ArchiveLookup } from "../files/unpacking.js";
import type { GraphHost } from "../graph/fileFacts.js";
import type { BuildGraph } from "../graph/graph.js";
import type { Digest } from "../host.js";
import type { BaseImageLookup } from "../image/baseImage.js";
import type { Dockerfile } from "../syntax/syntax.js";
import { checkoutProblems } from "./checkoutProblems.js";
import { contextProblems } from "./contextProblems.js";
import { givenProblems } from "./givenProblems.js";
import { graphOf } from "./graphs.js";
import type { ComparedBaseline, Memory } from "./memory.js";
import type { BadIgnorePattern, PlatformProblem } from "./problem.js";
import { contextObstacles, isRejected } from "./rejection.js";
import type { StepAnalysis, Summary } from "./stepAnalysis.js";

/** The build context as it can be read now. */
export interface ContextState {
  readonly view: ContextView;
  /** As the builder sees it. */
  readonly tree: FileTree;
  /** What a fresh checkout of it would be; null: not known, or git does not track it. */
  readonly checkout: Checkout | null;
  /** Files, folders and links that the ignore file leaves visible. */
  readonly entryCount: number;
  /** Of the ignore file: each fails the build before anything runs. */
  readonly problems: readonly BadIgnorePattern[];
}

export interface AnalysisInput extends PlatformBuild {
  readonly dockerfile: Dockerfile;
  /** null: not read yet, or not to be read. */
  readonly context: ContextState | null;
  /** The folders of `--build-context` by their names; absent: none. */
  readonly folders?: ReadonlyMap<string, ContextState>;
  readonly baseline: Baseline;
  /** The last real build of the Dockerfile, whatever is compared with; absent: none was recorded. */
  readonly recorded?: BuildRecord | null;
  readonly baseImage: BaseImageLookup;
  readonly builtImage: GraphHost["builtImage"];
  /** Of keys and values, as they are kept. */
  readonly digest: Digest;
  /** Of what others read too: the keys of BuildKit, the policy of a page. */
  readonly sha256: Digest;
  readonly archive: ArchiveLookup;
}

export type { StepAnalysis } from "./stepAnalysis.js";

export interface Analysis {
  readonly input: AnalysisInput;
  readonly graph: BuildGraph;
  readonly keys: Keys;
  /** In the file's order. */
  readonly steps: readonly StepAnalysis[];
  /** At offsets into the text. */
  readonly problems: readonly PlatformProblem[];
  readonly summary: Summary;
  /** Of each of several platforms by itself, of which this one is put together; empty: it is of one. */
  readonly platforms: readonly Analysis[];
}

/**
 * `snapshot.ts` finds out what is known; this is what follows from it.
 * @param memory of earlier answers about the same build
 * @param as the place in it for what the baseline decides
 */
export function analyseInput(input: AnalysisInput, memory: Memory, as: ComparedBaseline): Analysis {
  memory.graph = graphOf(input.dockerfile, input, input, memory.graph);
  return analyseGraph(input, memory.graph.walked.graph, memory, as);
}

/** The same Dockerfile and context, compared with other builds. */
export function compareWith(
  { input, graph }: Analysis,
  baseline: Baseline,
  memory: Memory,
  as: ComparedBaseline,
): Analysis {
  return analyseGraph({ ...input, baseline }, graph, memory, as);
}

function analyseGraph(
  input: AnalysisInput,
  graph: BuildGraph,
  memory: Memory,
  as: ComparedBaseline,
): Analysis {
  const compared = memory.comparedWith(as);
  const { runs, causes } = compared;
  const { digest, archive, baseline, context } = input;
  const { folders = new Map<string, ContextState>() } = input;
  const problems = contextObstacles(input);
  const keys = predictKeys(
    {
      graph,
      context,
      folders,
      isRejected: isRejected({ graph, input }),
      baseline,
      digest,
      archive,
    },
    runs,
  );
  const treeOf = (folder: string | null): FileTree | null =>
    (folder === null ? context : folders.get(folder))?.tree ?? null;
  const predictions = isKnown(baseline)
    ? explainPredictions(graph, keys, baseline, digest, treeOf, causes)
    : [];
  const lastRuns = lastRunsOf(input, graph, memory);
  const { steps, summary } = compared.steps.of(graph, keys, { predictions, lastRuns });
  return {
    input,
    graph,
    keys,
    steps,
    problems: [
      ...graph.problems,
      ...problems.map((problem) => ({ ...problem, range: null })),
      ...(isTemplate(graph) ? [] : contextProblems(graph, keys)),
      ...checkoutProblems(graph, keys, context?.checkout ?? null),
      ...givenProblems(graph),
    ],
    summary,
    platforms: [],
  };
}

/** Of a template is said that it is one. */
function isTemplate({ problems }: BuildGraph): boolean {
  return problems[0]?.code === "template";
}

/** Of the steps in their order; empty: no real build was recorded. */
function lastRunsOf(
  { recorded = null, digest }: AnalysisInput,
  graph: BuildGraph,
  memory: Memory,
): readonly (LastRun | null)[] {
  memory.timed = recorded === null ? null : alignSteps(graph, recorded, digest, memory.timed);
  if (memory.timed === null) return [];
  const { aligned } = memory.timed;
  return graph.places.map((place) => recordOfStep(aligned, place)?.run?.last ?? null);
}

/**
 * The files whose content has to be read before every answer is known. Paths of the context's tree.
 * @param folder the name of a `--build-context`; null: the main one
 */
export function neededFiles(analysis: Analysis, folder: string | null = null): readonly string[] {
  const paths = new Set<string>();
  const { steps, taking } = analysis.keys;
  for (const at of taking) {
    for (const input of steps[at]?.context ?? []) {
      const { content } = input;
      if (input.folder === folder && content.kind === "needed")
        for (const path of content.paths) paths.add(path);
    }
  }
  return [...paths];
}
