/** Which step of a Dockerfile each step of a log is, and what became of it in that build. */
import { formatPlatform } from "../build/platform.js";
import type { BuildGraph, Stage, Step } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import type { BuildLog, LoggedOutcome, LoggedStep } from "../records/buildLog.js";
import { addTo } from "../text/grouped.js";
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
  const targets = targetsOf(graph, log);
  const onTheWay = arrowsIn(log);
  for (const logged of log.steps) {
    const stage = stageOf(graph, logged);
    const around = stage === undefined ? logged.labels.slice(0, -1) : labelsAround(stage, logged);
    const at = stage === undefined ? undefined : places.get(placeName(stage.index, logged.number));
    const step = at === undefined ? undefined : graph.steps[at];
    const isOurs = stage?.total === logged.total && step !== undefined && isStep(step, logged);
    for (const platform of new Set(targets)) {
      if (!isFor(platform, logged, stage, graph)) continue;
      const name = JSON.stringify([platform, around]);
      const part: Part = parts.get(name) ?? { platform, around, found: new Map(), missed: [] };
      parts.set(name, part);
      const isOthers = stage !== undefined && onTheWay.isOthers(platform, logged, stage);
      if (at === undefined || !isOurs || isOthers) part.missed.push({ logged, at: at ?? null });
      else part.found.set(at, likelier(part.found.get(at), logged));
    }
  }
  const best = bestPart(graph, [...parts.values()]);
  const [missed] = best?.missed ?? [];
  if (best === null || missed !== undefined || best.found.size === 0)
    return otherBuild(missed?.logged ?? log.steps[0], missed?.at ?? null);
  const result = resultOf(graph, keys, log, runsOf(keys, best.found));
  const runs = runsOf(keys, withShared(best, [...parts.values()], result));
  return { kind: "fits", runs, result, platform: best.platform };
}

/** More than any builder has been seen to build for at once. */
const mostPlatforms = 32;

/** The platforms that a log may be of; null where it names none. */
function targetsOf({ platform: own }: BuildGraph, log: BuildLog): readonly (string | null)[] {
  const named = new Set<string | null>();
  for (const { platform } of log.steps) {
    if (platform === null) continue;
    const [on = "", to] = platform.split("->");
    named.add(
      to === undefined ? on : to.includes("/") && isSystem(to) ? to : `${systemOf(on)}/${to}`,
    );
  }
  if (named.size === 0) return [null];
  return [formatPlatform(own), ...[...named].slice(0, mostPlatforms)];
}

function systemOf(platform: string): string {
  return platform.split("/")[0] ?? "";
}

/** True of a whole platform, which is told where the system is another one too. */
function isSystem(platform: string): boolean {
  return /^(?:linux|windows|darwin|freebsd|wasi)\//.test(platform);
}

/**
 * True where a step that the log names may be one of the build for a platform. A stage for the builder's
 * own platform is named by that; behind an arrow stands the one that is built, where the stage asks for it.
 */
function isFor(
  target: string | null,
  { platform }: LoggedStep,
  stage: Stage | undefined,
  graph: BuildGraph,
): boolean {
  if (target === null || platform === null) return true;
  const own = formatPlatform(graph.platform);
  const its = stage === undefined ? own : formatPlatform(stage.platform);
  const [on = "", to] = platform.split("->");
  if (on !== (its === own ? target : its)) return false;
  return to === undefined || target === to || target === `${systemOf(on)}/${to}`;
}

/** Tells of a step that asks for the platform whether it is but that of others, all of which are named. */
function arrowsIn(log: BuildLog) {
  const nameOf = ({ labels, number }: LoggedStep): string => JSON.stringify([labels, number]);
  const arrows = new Map<string, LoggedStep[]>();
  for (const logged of log.steps)
    if (logged.platform?.includes("->") === true) addTo(arrows, nameOf(logged), logged);
  const leadsTo = (target: string, { platform }: LoggedStep): boolean => {
    const [on = "", to] = platform?.split("->") ?? [];
    return target === to || target === `${systemOf(on)}/${to}`;
  };
  return {
    isOthers: (target: string | null, logged: LoggedStep, { platform }: Stage): boolean => {
      if (target === null || target === formatPlatform(platform)) return false;
      const named = arrows.get(nameOf(logged)) ?? [];
      return named.length > 0 && !named.some((one) => leadsTo(target, one));
    },
  };
}

/** Of a stage that several platforms take each has a vertex, of which one runs; one of them may be ours alone. */
function likelier(one: LoggedStep | undefined, other: LoggedStep): LoggedStep {
  if (one === undefined) return other;
  const isOwn = ({ platform }: LoggedStep): boolean => platform?.includes("->") === true;
  if (isOwn(one) !== isOwn(other)) return isOwn(one) ? one : other;
  return strength(other) > strength(one) ? other : one;
}

function strength({ outcome }: LoggedStep): number {
  return ["cached", "cancelled", "unfinished", "ran", "failed"].indexOf(outcome);
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
    of === null || of === own ? 1 : 0,
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
