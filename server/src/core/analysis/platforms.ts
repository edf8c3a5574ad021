/**
 * A definition for several platforms: each has a forecast of its own, and a step one verdict where
 * they are equal. The answer is that of the first platform, in which such steps say what becomes of
 * them on each; what all of them come to is the worst of it.
 */
import { rulesOf } from "../build/builderRules.js";
import type { BuildDefinition } from "../build/definition.js";
import { formatPlatform, type Platform } from "../build/platform.js";
import type { StepPlace } from "../graph/graph.js";
import { isSameList } from "../text/sameList.js";
import type { Analysis } from "./analyse.js";
import { Memory } from "./memory.js";
import type { PlatformProblem } from "./problem.js";
import { type Answer, analyse, type Snapshot } from "./snapshot.js";
import { type StepAnalysis, urgency } from "./stepAnalysis.js";

/** A file that asks for more has a mistake, and each costs as much as all that a single one does. */
const mostPlatforms = 16;

/** The different ones that are forecast, the first of the definition first. */
export function forecastPlatforms(definition: Platforms): Several<Platform> {
  const [first, ...others] = differentPlatforms(definition);
  return [first, ...others.slice(0, mostPlatforms - 1)];
}

/** How many different ones are built. */
export function platformCount(definition: Platforms): number {
  return differentPlatforms(definition).length;
}

function differentPlatforms({ platforms: [first, ...others], builder }: Platforms) {
  if (others.length === 0 || !rulesOf(builder).buildsSeveralPlatforms) return [first] as const;
  const byName = new Map([first, ...others].map((one) => [formatPlatform(one), one]));
  byName.delete(formatPlatform(first));
  return [first, ...byName.values()] as const;
}

type Platforms = Pick<BuildDefinition, "platforms" | "builder">;

/** What is kept of a build from one answer to the next: see `Memory`. */
export class PlatformMemory {
  readonly #own = new Map<string, Memory>();
  #joined: { readonly of: Several; readonly answer: Answer } | null = null;

  of(platform: Platform): Memory {
    const name = formatPlatform(platform);
    const known = this.#own.get(name) ?? new Memory();
    this.#own.set(name, known);
    return known;
  }

  /** One object for the same answers. */
  joined(of: Several): Answer {
    const known = this.#joined;
    if (known !== null && isSameList(of, known.of)) return known.answer;
    const answer = joinedAnswer(of);
    this.#joined = { of, answer };
    return answer;
  }
}

/** For each platform, the first of the definition first. */
type Several<T = Answer> = readonly [T, ...T[]];

/** As `analyse`, for all platforms of the definition. */
export function analysePlatforms(
  snapshot: Omit<Snapshot, "platform">,
  memory: PlatformMemory = new PlatformMemory(),
): Answer {
  const [first, ...others] = forecastPlatforms(snapshot.definition);
  const of = (platform: Platform): Answer =>
    analyse({ ...snapshot, platform }, memory.of(platform));
  return others.length === 0 ? of(first) : memory.joined([of(first), ...others.map(of)]);
}

/** The analysis of each platform by itself. */
export function eachPlatform(analysis: Analysis): Several<Analysis> {
  const [first, ...others] = analysis.platforms;
  return first === undefined ? [analysis] : [first, ...others];
}

/** That of the first platform that runs a step, for what is told of the step besides its verdict. */
export function whereBuilt(
  analysis: Analysis,
  analysed: StepAnalysis,
): { readonly analysis: Analysis; readonly analysed: StepAnalysis } {
  const its = analysed.byPlatform.find((one) => one.analysed.isBuilt);
  const own = analysis.platforms.find(
    ({ graph }) => formatPlatform(graph.platform) === its?.platform,
  );
  return own === undefined || its === undefined
    ? { analysis, analysed }
    : { analysis: own, analysed: its.analysed };
}

/** What several platforms come to together. */
export function joinedAnswer(all: Several): Answer {
  const [first, ...others] = all;
  return {
    ...first,
    analysis: joinedAnalysis([first.analysis, ...others.map(({ analysis }) => analysis)]),
    needs: all.flatMap(({ needs }) => needs),
    reads: all.flatMap(({ reads }) => reads),
    platforms: all,
  };
}

function joinedAnalysis(all: Several<Analysis>): Analysis {
  const [first] = all;
  const platforms = all.map(({ graph }) => formatPlatform(graph.platform));
  const steps = first.steps.map((step) =>
    joinedStep(step, { platforms, own: all.map((one) => counterpart(first, step.place, one)) }),
  );
  const summary = { hit: 0, miss: 0, unknown: 0 };
  for (const { prediction } of steps) if (prediction.kind !== null) summary[prediction.kind]++;
  return { ...first, steps, summary, problems: joinedProblems(all), platforms: all };
}

/** The same step for another platform; null: there is none, as of a trigger that only one base image has. */
export function counterpart(
  first: Analysis,
  { stage, index }: StepPlace,
  other: Analysis,
): StepAnalysis | null {
  const [own, its] = [first.graph.stages[stage ?? -1], other.graph.stages[stage ?? -1]];
  // Triggers stand in front: the lines of the file are the last steps of their stage.
  const behind = own === undefined ? 0 : own.first + own.steps.length - index;
  const at = its === undefined ? index : its.first + its.steps.length - behind;
  if (its !== undefined && at < its.first) return null;
  return other.steps[at] ?? null;
}

interface OnPlatforms {
  readonly platforms: readonly string[];
  /** In the order of the platforms. */
  readonly own: readonly (StepAnalysis | null)[];
}

const joinedSteps = new WeakMap<StepAnalysis, OnPlatforms & { readonly step: StepAnalysis }>();

/** The same object as before for the same steps. */
function joinedStep(first: StepAnalysis, on: OnPlatforms): StepAnalysis {
  const known = joinedSteps.get(first);
  const isSame =
    known !== undefined &&
    isSameList(known.own, on.own) &&
    isSameList(known.platforms, on.platforms);
  if (isSame) return known.step;
  const step = joinedOf(first, on);
  joinedSteps.set(first, { ...on, step });
  return step;
}

/** Its layer, size and key are those of the first platform that runs it; what becomes of it is the worst of all. */
function joinedOf(first: StepAnalysis, { platforms, own }: OnPlatforms): StepAnalysis {
  const there = own.filter((one) => one !== null);
  if (there.every((one) => isSameVerdict(one, first))) return first;
  const worst = there.reduce((one, other) => (urgency(other) > urgency(one) ? other : one), first);
  const built = there.find(({ isBuilt }) => isBuilt) ?? first;
  return {
    ...first,
    prediction: worst.prediction,
    isBuilt: built.isBuilt,
    fails: worst.fails,
    effect: built.effect,
    files: built.files,
    inputs: built.inputs,
    lastRun: worst.lastRun ?? first.lastRun,
    byPlatform: platforms.flatMap((platform, at) => {
      const analysed = own[at] ?? null;
      return analysed === null ? [] : [{ platform, analysed }];
    }),
  };
}

function isSameVerdict(one: StepAnalysis, other: StepAnalysis): boolean {
  if (one === other) return true;
  const [a, b] = [one.prediction, other.prediction];
  return (
    one.isBuilt === other.isBuilt &&
    one.fails === other.fails &&
    (a === b || (a.kind === b.kind && JSON.stringify(a.causes) === JSON.stringify(b.causes)))
  );
}

/** One that is not wrong on all platforms says on which it is. */
function joinedProblems(all: Several<Analysis>): readonly PlatformProblem[] {
  const found = new Map<string, { readonly problem: PlatformProblem; readonly on: string[] }>();
  for (const { problems, graph } of all) {
    const on = formatPlatform(graph.platform);
    for (const problem of problems) {
      const text = JSON.stringify(problem);
      const known = found.get(text) ?? { problem, on: [] };
      if (!known.on.includes(on)) known.on.push(on);
      found.set(text, known);
    }
  }
  return [...found.values()].map(({ problem, on }) =>
    on.length === all.length ? problem : { ...problem, platforms: on },
  );
}
