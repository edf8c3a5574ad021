/** Which step of a Dockerfile each step of a log is, and what became of it in that build. */
import { formatPlatform } from "../build/platform.js";
import type { BuildGraph, Stage, Step } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import type { BuildLog, LoggedOutcome, LoggedStep } from "../records/buildLog.js";
import { type KeyedStep, type Keys, keyOf } from "./predict.js";
import type { BuildResult } from "./records.js";

/** What a real build did with a step. */
export interface StepRun {
  readonly outcome: LoggedOutcome;
  /** How long it ran; null: it did not, or nobody said. */
  readonly seconds: number | null;
}

export interface LoggedBuild {
  readonly kind: "fits";
  /** Of the steps that the log names. */
  readonly runs: ReadonlyMap<KeyedStep, StepRun>;
  readonly result: BuildResult;
  /** `linux/arm64`; null: the log names none. */
  readonly platform: string | null;
}

/** The log is of another Dockerfile, or of another state or target of it. */
export interface OtherBuild {
  readonly kind: "other";
  /** The first of its steps that is none of ours: its stage (empty: none is named) and numbers. */
  readonly logged: { readonly stage: string; readonly number: number; readonly total: number };
  /** Ours in its place, by its place in `Keys.steps`; null: there is none. */
  readonly at: number | null;
}

/**
 * Finds the steps of a log among those of a build, by stage and number, names held against the text.
 * Of a log of several platforms or targets it takes the part that fits this build.
 */
export function fitLog(graph: BuildGraph, keys: Keys, log: BuildLog): LoggedBuild | OtherBuild {
  const places = numberedSteps(graph);
  const parts = new Map<string, Part>();
  for (const logged of log.steps) {
    const stage = stageOf(graph, logged);
    const around = stage === undefined ? logged.labels.slice(0, -1) : labelsAround(stage, logged);
    const name = JSON.stringify([logged.platform, around]);
    let part = parts.get(name);
    if (part === undefined) {
      part = { platform: logged.platform, around, found: new Map(), missed: [] };
      parts.set(name, part);
    }
    const at = stage === undefined ? undefined : places.get(placeName(stage.index, logged.number));
    const step = at === undefined ? undefined : graph.steps[at];
    const isOurs = stage?.total === logged.total && step !== undefined && isStep(step, logged);
    if (at !== undefined && isOurs) part.found.set(at, logged);
    else part.missed.push({ logged, at: at ?? null });
  }
  const best = bestPart(graph, [...parts.values()]);
  const [missed] = best?.missed ?? [];
  if (best === null || missed !== undefined || best.found.size === 0)
    return otherBuild(missed?.logged ?? log.steps[0], missed?.at ?? null);
  const result = resultOf(graph, keys, log, runsOf(keys, best.found));
  const runs = runsOf(keys, withShared(best, [...parts.values()], result));
  return { kind: "fits", runs, result, platform: best.platform };
}

/**
 * Steps that several targets or platforms have in common are run once and named after one of them.
 * Of a log that is cut, or of another platform, a step that is not told may be yet to come.
 */
function withShared(best: Part, parts: readonly Part[], result: BuildResult): Part["found"] {
  const others = parts.filter(
    ({ missed, platform }) =>
      missed.length === 0 && (platform === best.platform || result === "done"),
  );
  return new Map([...others.flatMap(({ found }) => [...found]), ...best.found]);
}

/** What a log has of one platform of one target. */
interface Part {
  readonly platform: string | null;
  readonly around: readonly string[];
  /** By the places of steps in the graph. */
  readonly found: Map<number, LoggedStep>;
  readonly missed: { readonly logged: LoggedStep; readonly at: number | null }[];
}

/** The places in the graph of the steps that the builder prints, by their names. */
function numberedSteps({ places, stages }: BuildGraph): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { index, stage, number } of places)
    if (stage !== null && number !== null && stages[stage]?.isBuilt === true)
      found.set(placeName(stage, number), index);
  return found;
}

function placeName(stage: number, number: number): string {
  return `${stage}/${number}`;
}

/** A file with one stage has no labels; what stands there then is the name of a bake target. */
function stageOf({ stages }: BuildGraph, { labels }: LoggedStep): Stage | undefined {
  const last = labels.at(-1) ?? "";
  return (
    stages.findLast(({ label, isBuilt }) => isBuilt && label === last) ??
    stages.find(({ label, isBuilt }) => isBuilt && label === "")
  );
}

function labelsAround({ label }: Stage, { labels }: LoggedStep): readonly string[] {
  return label === "" ? labels : labels.slice(0, -1);
}

/** The part of this platform and of this definition's name where they are told apart. */
function bestPart({ definition, platform }: BuildGraph, parts: readonly Part[]): Part | null {
  const name = definition.name?.toLowerCase() ?? "";
  const own = formatPlatform(platform);
  const worth = ({ platform: of, around, found, missed }: Part): readonly number[] => [
    missed.length === 0 ? 1 : 0,
    of === null || of === own || of.startsWith(`${own}->`) ? 1 : 0,
    around.includes(name) ? 1 : 0,
    found.size,
  ];
  return parts.reduce<Part | null>((best, part) => {
    if (best === null) return part;
    const [ours, theirs] = [worth(part), worth(best)];
    const at = ours.findIndex((value, i) => value !== theirs[i]);
    return at >= 0 && (ours[at] ?? 0) > (theirs[at] ?? 0) ? part : best;
  }, null);
}

function otherBuild(logged: LoggedStep | undefined, at: number | null): OtherBuild {
  const { labels = [], number = 0, total = 0 } = logged ?? {};
  return { kind: "other", logged: { stage: labels.at(-1) ?? "", number, total }, at };
}

/** The same step in two stages is one of the builder's, named after one of them. */
function runsOf(
  keys: Keys,
  found: ReadonlyMap<number, LoggedStep>,
): ReadonlyMap<KeyedStep, StepRun> {
  const runs = new Map<KeyedStep, StepRun>();
  const byKey = new Map<string, StepRun>();
  for (const [at, { outcome, seconds }] of found) {
    const keyed = keys.steps[at];
    if (keyed === undefined) continue;
    const key = keyOf(keys, keyed);
    const run = { outcome, seconds };
    runs.set(keyed, run);
    if (key !== null) byKey.set(key, run);
  }
  for (const keyed of keys.steps) {
    const key = keyed.prediction === null || runs.has(keyed) ? null : keyOf(keys, keyed);
    const run = key === null ? undefined : byKey.get(key);
    if (run !== undefined) runs.set(keyed, run);
  }
  return runs;
}

/** A build is done when the last step of its target is, of those that the builder prints. */
function resultOf(
  graph: BuildGraph,
  { steps }: Keys,
  log: BuildLog,
  runs: LoggedBuild["runs"],
): BuildResult {
  if (log.hasFailed) return "failed";
  const last = lastPrinted(graph);
  const keyed = last === null ? undefined : steps[last];
  const ends = last === null ? [...runs.values()] : [keyed && runs.get(keyed)];
  const isDone = (run: StepRun | undefined): boolean =>
    run?.outcome === "cached" || run?.outcome === "ran";
  return ends.every(isDone) ? "done" : "cut";
}

/** In the order of `Keys.steps`; null: the builder prints no step of the image. */
function lastPrinted(graph: BuildGraph): number | null {
  const stages = lineage(graph, graph.target).map(({ index }) => index);
  for (const stage of stages.reverse()) {
    const printed = graph.places.filter((place) => place.stage === stage && place.number !== null);
    const last = printed.at(-1);
    if (last !== undefined) return last.index;
  }
  return null;
}

/**
 * True where a name that the builder printed can be that of the step: values stand there in the place
 * of variables, and what they are is not asked. Blanks and escapes count on neither side.
 */
function isStep(step: Step, logged: LoggedStep): boolean {
  const { text, keyword, effect, operation, isTrigger, instruction } = step;
  const bare = (words: string): string => words.replace(/[\s\\]+/g, "");
  const name = bare(isTrigger ? logged.text.replace(/^ONBUILD /i, "") : logged.text);
  if (name.slice(0, keyword.length).toUpperCase() !== keyword.toUpperCase()) return false;
  // The image's name is written out there.
  if (effect === "base" || operation?.kind === "pull") return true;
  const rest = name.slice(keyword.length);
  const typed = text
    .replace(/^\s*\S+/, "")
    .split(variable)
    .map(bare);
  const isOpenEnded = instruction.heredocs.length > 0;
  return fitsPieces(rest, typed, isOpenEnded);
}

const variable = /\$(?:\{(?:[^{}]|\{[^{}]*\})*\}|\w+)/;

/** @param isOpenEnded more may stand behind the last of them, as the text of a heredoc does */
function fitsPieces(text: string, pieces: readonly string[], isOpenEnded: boolean): boolean {
  const [first = "", ...others] = pieces;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of others) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  const last = others.at(-1);
  if (isOpenEnded) return true;
  return last === undefined ? at === text.length : text.endsWith(last);
}
