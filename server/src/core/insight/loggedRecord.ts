/** The record of a real build: a log of it, laid over the build as it would be simulated now. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { standingOf } from "../analysis/view.js";
import { type BuildDefinition, dockerfileName } from "../build/definition.js";
import { fitLog, type LoggedBuild, type OtherBuild, type StepRun } from "../cache/loggedBuild.js";
import type { KeyedStep } from "../cache/predict.js";
import { type RecordedBuild, recordBuild } from "../cache/record.js";
import type { LastRun } from "../cache/records.js";
import type { BuildState } from "../cache/state.js";
import type { TreeNode } from "../context/fileTree.js";
import { childrenOf } from "../context/folder.js";
import type { BuildLog } from "../records/buildLog.js";
import { joinPath } from "../text/paths.js";
import { takenFiles } from "./takenFiles.js";

export interface LoggedRecord extends Pick<LoggedBuild, "result" | "platform"> {
  readonly kind: "record";
  readonly recorded: RecordedBuild;
  /** What the log tells of each step of the build; null: nothing. */
  readonly steps: readonly { readonly analysed: StepAnalysis; readonly run: StepRun | null }[];
  /** What it takes that changed after the build began. */
  readonly since: ChangedSince;
  readonly forecast: HeldForecast;
}

export interface RecordingOf {
  /** With nothing recorded of this very build yet. */
  readonly analysis: Analysis;
  readonly log: BuildLog;
  /** When the build began, in milliseconds since the epoch. */
  readonly at: number;
  /** When the Dockerfile was last changed; null: not known. */
  readonly dockerfileAt: number | null;
  /** False: the files are those of that build, whatever their times say. */
  readonly looksAtTimes: boolean;
  /** The real builds that were recorded before. */
  readonly earlier: BuildState;
}

export function recordOfLog(of: RecordingOf): LoggedRecord | OtherBuild {
  const { analysis, log, at, earlier } = of;
  const { graph, keys, input } = analysis;
  const fitted = fitLog(graph, keys, log);
  if (fitted.kind === "other") return fitted;
  const { runs, result, platform } = fitted;
  const since = of.looksAtTimes ? changedSince(of) : nothingChanged;
  const lastRun = lastRuns(earlier, graph.definition);
  const recorded = recordBuild({
    ...{ graph, keys, at },
    tree: input.context?.tree ?? null,
    digest: input.digest,
    made: { runs, result, lastRun, otherSince: since.steps },
  });
  const steps = analysis.steps
    .filter(({ isBuilt, keyed }) => isBuilt && keyed.definition !== null)
    .map((analysed) => ({ analysed, run: runs.get(analysed.keyed) ?? null }));
  return {
    kind: "record",
    recorded,
    result,
    platform,
    steps,
    since,
    forecast: heldForecast(of, runs),
  };
}

export interface ChangedSince {
  /** The first paths by their steps, relative to the context. */
  readonly paths: readonly string[];
  /** How many there are in all. */
  readonly count: number;
  /** Steps of which it is not known what they took, and those that stand on them. */
  readonly steps: ReadonlySet<KeyedStep>;
}

const nothingChanged: ChangedSince = { paths: [], count: 0, steps: new Set() };

/** So many paths are named. */
const mostPaths = 5;

function changedSince({ analysis, at, dockerfileAt }: RecordingOf): ChangedSince {
  const steps = new Set<KeyedStep>();
  const paths = new Set<string>();
  const isOther: boolean[] = [];
  const standing = standingOf(analysis);
  for (const [index, { step, keyed }] of analysis.steps.entries()) {
    const newer = keyed.context.length === 0 ? [] : newerFiles(takenFiles(keyed.context).root, at);
    for (const path of newer) paths.add(path);
    // Their text is in the Dockerfile, and in no name that the builder prints.
    const hasOtherText =
      step.instruction.heredocs.length > 0 && dockerfileAt !== null && dockerfileAt > at;
    const { below, sources } = standing[index] ?? { below: null, sources: [] };
    const standsOnOther = [below, ...sources].some((one) => one !== null && isOther[one] === true);
    isOther[index] = newer.length > 0 || hasOtherText || standsOnOther;
    if (isOther[index] === true) steps.add(keyed);
  }
  return { paths: [...paths].slice(0, mostPaths), count: paths.size, steps };
}

/** The files below a folder whose content, mode or name may be younger than a time. */
function newerFiles(folder: TreeNode, at: number): readonly string[] {
  const found: string[] = [];
  const walk = (node: TreeNode, path: string): void => {
    if (node.kind === "directory") {
      for (const child of childrenOf(node)) walk(child, joinPath(path, child.name));
    } else if (Math.max(node.mtimeMs, node.ctimeMs) > at) found.push(path);
  };
  walk(folder, "");
  return found;
}

/** When steps last ran, by their keys, as all records of the Dockerfile tell it. */
function lastRuns(state: BuildState, definition: BuildDefinition): (key: string) => LastRun | null {
  const name = dockerfileName(definition);
  const runs = new Map<string, LastRun>();
  for (const { dockerfile, steps } of state.builds) {
    if (dockerfile !== name) continue;
    for (const { key, run } of steps) {
      const last = run?.last ?? null;
      if (key === null || last === null) continue;
      if (last.at >= (runs.get(key)?.at ?? 0)) runs.set(key, last);
    }
  }
  return (key) => runs.get(key) ?? null;
}

/** What the forecast said of the steps that the log tells of. */
export interface HeldForecast {
  /** How many came as was said. */
  readonly right: number;
  /** How many of those that `may rebuild`, and did or did not. */
  readonly open: number;
  readonly wrong: readonly {
    readonly analysed: StepAnalysis;
    readonly outcome: "cached" | "ran";
  }[];
}

/** Against no earlier build nothing was forecast. */
function heldForecast({ analysis }: RecordingOf, runs: LoggedBuild["runs"]): HeldForecast {
  const wrong: HeldForecast["wrong"][number][] = [];
  let [right, open] = [0, 0];
  if (analysis.input.baseline.build === null) return { right, open, wrong };
  for (const analysed of analysis.steps) {
    const outcome = runs.get(analysed.keyed)?.outcome;
    const { kind } = analysed.prediction;
    // What fails has run, too.
    const really = outcome === "failed" ? "ran" : outcome;
    if (kind === null || (really !== "cached" && really !== "ran")) continue;
    if (kind === "unknown") open++;
    else if ((kind === "hit") === (really === "cached")) right++;
    else wrong.push({ analysed, outcome: really });
  }
  return { right, open, wrong };
}
