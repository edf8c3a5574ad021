/** The record of a real build: a log of it, laid over the build as it would be simulated now. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { counterpart, eachPlatform } from "../analysis/platforms.js";
import { standingOf } from "../analysis/view.js";
import { type BuildDefinition, dockerfileName } from "../build/definition.js";
import { formatPlatform } from "../build/platform.js";
import { fitLog, type LoggedBuild, type OtherBuild, type StepRun } from "../cache/loggedBuild.js";
import { type KeyedStep, keyOf } from "../cache/predict.js";
import { type RecordedBuild, recordBuild } from "../cache/record.js";
import type { BuildResult, LastRun } from "../cache/records.js";
import type { BuildState } from "../cache/state.js";
import type { TreeNode } from "../context/fileTree.js";
import { childrenOf } from "../context/folder.js";
import type { BuildLog } from "../records/buildLog.js";
import { joinPath } from "../text/paths.js";
import { takenFiles } from "./takenFiles.js";

export interface LoggedRecord {
  readonly kind: "record";
  /** One of each platform that was built. */
  readonly recorded: readonly [RecordedBuild, ...RecordedBuild[]];
  readonly result: BuildResult;
  /** Those that were built; empty: the log names none. */
  readonly platforms: readonly string[];
  /** What the log tells of each step of the build. */
  readonly steps: readonly LoggedRow[];
  /** What it takes that changed after the build began: the first paths, and how many there are. */
  readonly since: { readonly paths: readonly string[]; readonly count: number };
  readonly forecast: HeldForecast;
}

export interface LoggedRow {
  readonly analysed: StepAnalysis;
  /** null: the log tells nothing of it. */
  readonly run: StepRun | null;
  /** Where it did not end alike on all platforms. */
  readonly byPlatform: readonly { readonly platform: string; readonly run: StepRun | null }[];
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
  const built = builtIn(of);
  if (built.kind === "other") return built;
  const [first, ...others] = built.each;
  const record = ({ analysis, runs, result }: BuiltPlatform): RecordedBuild => {
    const { graph, keys, input } = analysis;
    const lastRun = lastRuns(of.earlier, graph.definition);
    const otherSince = sinceOf(analysis).steps;
    return recordBuild({
      graph,
      keys,
      at: of.at,
      digest: input.digest,
      tree: input.context?.tree ?? null,
      together: built.each.map((one) => one.analysis.keys),
      made: { runs, result, lastRun, otherSince },
    });
  };
  const sinces = new Map<Analysis, ChangedSince>();
  const sinceOf = (analysis: Analysis): ChangedSince => {
    const known = sinces.get(analysis);
    if (known !== undefined) return known;
    const since = of.looksAtTimes ? changedSince(of, analysis) : nothingChanged;
    sinces.set(analysis, since);
    return since;
  };
  const paths = new Set(built.each.flatMap(({ analysis }) => sinceOf(analysis).paths));
  const steps = rowsOf(of.analysis, built.each);
  return {
    kind: "record",
    recorded: [record(first), ...others.map(record)],
    result: worstResult(built.each),
    platforms: built.each.flatMap(({ platform }) => platform ?? []),
    steps: steps.map(({ row }) => row),
    since: { paths: [...paths].slice(0, mostPaths), count: paths.size },
    forecast: heldForecast(of.analysis, steps),
  };
}

/** What a log tells of the build for one platform. */
interface BuiltPlatform extends Omit<LoggedBuild, "kind"> {
  readonly analysis: Analysis;
}

interface Built {
  readonly kind: "built";
  readonly each: readonly [BuiltPlatform, ...BuiltPlatform[]];
}

/** A log that names no platform is of one; of one that names some, those that the definition has too count. */
function builtIn({ analysis, log }: RecordingOf): Built | OtherBuild {
  const [first, ...others] = eachPlatform(analysis).map((one) => {
    const fitted = fitLog(one.graph, one.keys, log);
    return { analysis: one, fitted, own: formatPlatform(one.graph.platform) };
  }) as [Fitted, ...Fitted[]]; // as many as there are platforms
  const all = [first, ...others];
  const named = all.filter(({ fitted, own }) => fitted.kind === "fits" && fitted.platform === own);
  const meant = named.length === 0 ? [first] : named;
  const fits = meant.flatMap(({ analysis: one, fitted }) =>
    fitted.kind === "fits" ? [{ ...fitted, analysis: one }] : [],
  );
  const [one, ...more] = fits;
  if (one === undefined) return first.fitted.kind === "other" ? first.fitted : noStep;
  const shared = named.length === 0 ? [] : all.filter((other) => !meant.includes(other));
  const taken = shared.flatMap(({ analysis: other, own }) => sharedBuild(other, own, fits));
  return { kind: "built", each: [one, ...more, ...taken] };
}

interface Fitted {
  readonly analysis: Analysis;
  readonly own: string;
  readonly fitted: LoggedBuild | OtherBuild;
}

const noStep: OtherBuild = {
  kind: "other",
  logged: { stage: "", number: 0, total: 0 },
  at: null,
};

/** A platform of which every step is one of another platform's too: the builder ran them once, in that one's name. */
function sharedBuild(
  analysis: Analysis,
  platform: string,
  others: readonly BuiltPlatform[],
): readonly BuiltPlatform[] {
  const byKey = new Map<string, StepRun>();
  for (const { analysis: other, runs } of others)
    for (const [keyed, run] of runs) {
      const key = keyOf(other.keys, keyed);
      if (key !== null) byKey.set(key, run);
    }
  const runs = new Map<KeyedStep, StepRun>();
  for (const { keyed, isBuilt } of analysis.steps) {
    if (!isBuilt || keyed.prediction === null) continue;
    const key = keyOf(analysis.keys, keyed);
    const run = key === null ? undefined : byKey.get(key);
    if (run === undefined) return [];
    runs.set(keyed, run);
  }
  return [{ analysis, runs, result: worstResult(others), platform }];
}

function worstResult(built: readonly Pick<LoggedBuild, "result">[]): BuildResult {
  const results = built.map(({ result }) => result);
  return (["failed", "cut"] as const).find((one) => results.includes(one)) ?? "done";
}

/** A step with what became of it on each platform that was built. */
interface ToldStep {
  readonly row: LoggedRow;
  readonly each: readonly { readonly analysed: StepAnalysis; readonly run: StepRun | null }[];
}

function rowsOf(analysis: Analysis, built: Built["each"]): readonly ToldStep[] {
  return analysis.steps.flatMap((step): readonly ToldStep[] => {
    const each = built.flatMap(({ analysis: one, runs, platform }) => {
      const analysed = counterpart(analysis, step.place, one);
      if (analysed === null || !analysed.isBuilt || analysed.keyed.definition === null) return [];
      return [{ analysed, platform: platform ?? "", run: runs.get(analysed.keyed) ?? null }];
    });
    const [first] = each;
    if (first === undefined) return [];
    const isAlike = each.every(({ run }) => run?.outcome === first.run?.outcome);
    const byPlatform = isAlike ? [] : each.map(({ platform, run }) => ({ platform, run }));
    return [{ row: { analysed: first.analysed, run: first.run, byPlatform }, each }];
  });
}

export interface ChangedSince {
  /** By their steps, relative to the context. */
  readonly paths: readonly string[];
  /** Steps of which it is not known what they took, and those that stand on them. */
  readonly steps: ReadonlySet<KeyedStep>;
}

const nothingChanged: ChangedSince = { paths: [], steps: new Set() };

/** So many paths are named. */
const mostPaths = 5;

function changedSince({ at, dockerfileAt }: RecordingOf, analysis: Analysis): ChangedSince {
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
  return { paths: [...paths], steps };
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

/** A step counts once, and is right where it is so on each platform. Against no earlier build nothing was forecast. */
function heldForecast({ input }: Analysis, steps: readonly ToldStep[]): HeldForecast {
  const wrong: HeldForecast["wrong"][number][] = [];
  let [right, open] = [0, 0];
  if (input.baseline.build === null) return { right, open, wrong };
  for (const { each } of steps) {
    const held = each.flatMap(({ analysed, run }) => {
      const { kind } = analysed.prediction;
      // What fails has run, too.
      const really = run?.outcome === "failed" ? "ran" : run?.outcome;
      return kind === null || (really !== "cached" && really !== "ran")
        ? []
        : [{ analysed, kind, outcome: really }];
    });
    const miss = held.find(
      ({ kind, outcome }) => kind !== "unknown" && (kind === "hit") !== (outcome === "cached"),
    );
    if (miss !== undefined) wrong.push({ analysed: miss.analysed, outcome: miss.outcome });
    else if (held.some(({ kind }) => kind === "unknown")) open++;
    else if (held.length > 0) right++;
  }
  return { right, open, wrong };
}
