/** All that is known of one step, and of the steps of a build, kept from one answer to the next. */
import type { KeyedStep } from "../cache/keyedStep.js";
import type { Keys } from "../cache/predict.js";
import type { Prediction } from "../cache/prediction.js";
import type { LastRun } from "../cache/records.js";
import type { ContextInput } from "../files/contextInput.js";
import { type LayerContent, layerContent } from "../files/layerContent.js";
import type { BuildGraph, Stage, Step, StepPlace } from "../graph/graph.js";
import { layerNumbers, lineage, stackKinds } from "../graph/layers.js";
import type { Effect } from "../instructions/kind.js";
import { stretchOf } from "../text/stretch.js";

export interface StepAnalysis {
  readonly step: Step;
  /** Where it stands today. */
  readonly place: StepPlace;
  readonly keyed: KeyedStep;
  readonly prediction: Prediction;
  readonly isBuilt: boolean;
  readonly effect: Effect;
  /** In the stack of its own stage. */
  readonly stageLayer: number | null;
  /** In the stack of the final image. */
  readonly layer: number | null;
  /** What its layer holds, by what stands at the destinations; null: not known, or no layer. */
  readonly files: LayerContent | null;
  /** What it reads of the build context, which is in no layer for that; null: nothing. */
  readonly inputs: { readonly count: number; readonly bytes: number } | null;
  /** When it last ran in a real build, as it is or was before an edit; null: no record tells. */
  readonly lastRun: LastRun | null;
  /** True where the build fails here. */
  readonly fails: boolean;
  /** The same for each of several platforms, where they have different verdicts; empty: there is one. */
  readonly byPlatform: readonly PlatformStep[];
}

/** A step on one of several platforms. */
export interface PlatformStep {
  /** `linux/arm64` */
  readonly platform: string;
  readonly analysed: StepAnalysis;
}

/** The higher, the more there is to do for a step. */
export function urgency({ isBuilt, fails, prediction }: StepAnalysis): number {
  if (!isBuilt) return 0;
  if (fails) return 5;
  return prediction.kind === null ? 1 : { hit: 2, unknown: 3, miss: 4 }[prediction.kind];
}

/** How many steps there are of each prediction. */
export interface Summary {
  readonly hit: number;
  readonly miss: number;
  readonly unknown: number;
}

/** All steps of a build, in the file's order. */
export interface AnalysedSteps {
  readonly steps: readonly StepAnalysis[];
  readonly summary: Summary;
}

/** What they were made of, all in their order. */
interface Made extends AnalysedSteps {
  readonly keyed: Keys["steps"];
  readonly places: BuildGraph["places"];
  readonly predictions: readonly Prediction[];
  readonly lastRuns: readonly (LastRun | null)[];
  /** See `stackKinds`. */
  readonly kinds: Uint8Array;
  readonly numbers: readonly (number | null)[];
  readonly outline: Outline;
  /** Those of the last graph: an older one that an outline would hold is never let go. */
  readonly stages: readonly Stage[];
}

/** How the stages of a file stand on each other. */
interface Outline {
  readonly target: number | null;
  readonly roles: readonly StageRole[];
}

/** What its stage is to a step. */
interface StageRole {
  readonly isBuilt: boolean;
  readonly isReplaced: boolean;
  /** True when its layers are the image's. */
  readonly isInImage: boolean;
}

/** A step of which everything is as it was stays the same object. */
export class KeptSteps {
  #made: Made | null = null;
  readonly #steps = new WeakMap<KeyedStep, StepAnalysis>();

  /** @param told of the steps in their order; empty: nothing is compared, no real build was recorded */
  of(graph: BuildGraph, keys: Keys, told: Pick<Made, "predictions" | "lastRuns">): AnalysedSteps {
    const old = this.#made;
    const kinds = kindsOf(graph, keys, old);
    const outline = outlineOf(graph, old);
    const isStackedAlike = old?.outline === outline && isSameKinds(old.kinds, kinds);
    const now = {
      keyed: keys.steps,
      places: graph.places,
      kinds,
      outline,
      stages: graph.stages,
      numbers: isStackedAlike ? old.numbers : layerNumbers(graph, kinds),
      ...told,
    };
    const changed = changedSteps(graph, now, old);
    const steps = old?.steps.length === keys.steps.length ? old.steps.slice() : [];
    const summary = { hit: 0, miss: 0, unknown: 0, ...(steps.length === 0 ? {} : old?.summary) };
    for (const at of changed) {
      const was = steps[at]?.prediction.kind ?? null;
      const analysed = this.#analysed(now, at);
      if (analysed === null) continue;
      steps[at] = analysed;
      const { kind } = analysed.prediction;
      if (was !== null) summary[was]--;
      if (kind !== null) summary[kind]++;
    }
    this.#made = { steps, summary, ...now };
    return { steps, summary };
  }

  /** The same object as before where it says the same. */
  #analysed(given: Given, at: number): StepAnalysis | null {
    const [keyed, place] = [given.keyed[at], given.places[at]];
    if (keyed === undefined || place === undefined) return null;
    const role = place.stage === null ? null : (given.outline.roles[place.stage] ?? null);
    const prediction = given.predictions[at] ?? notPredicted;
    const number = given.numbers[at] ?? null;
    const lastRun = given.lastRuns[at] ?? null;
    const known = this.#steps.get(keyed);
    const isSame =
      known !== undefined &&
      known.place === place &&
      known.prediction === prediction &&
      known.stageLayer === number &&
      known.lastRun === lastRun &&
      known.layer === layerIn(role, number) &&
      known.isBuilt === isBuiltIn(role, keyed);
    if (isSame) return known;
    const analysed = new AnalysedStep({ keyed, place, prediction, number, lastRun, role });
    this.#steps.set(keyed, analysed);
    return analysed;
  }
}

/** The same object as before where it is equal. */
function outlineOf(graph: BuildGraph, before: Pick<Made, "outline" | "stages"> | null): Outline {
  const { stages } = graph;
  const target = graph.target?.index ?? null;
  const isSame =
    before !== null &&
    before.outline.target === target &&
    before.stages.length === stages.length &&
    (before.stages === stages ||
      stages.every((stage, at) => isOutlinedAlike(stage, before.stages[at])));
  if (isSame) return before.outline;
  const inImage = new Set(lineage(graph, graph.target).map(({ index }) => index));
  const roles = stages.map(({ index, isBuilt, isReplaced }) => ({
    isBuilt,
    isReplaced,
    isInImage: inImage.has(index),
  }));
  return { target, roles };
}

function isOutlinedAlike(stage: Stage, old: Stage | undefined): boolean {
  if (stage === old) return true;
  return (
    stage.first === old?.first &&
    stage.isBuilt === old.isBuilt &&
    stage.isReplaced === old.isReplaced &&
    parentOf(stage) === parentOf(old)
  );
}

function parentOf({ base }: Stage): number | null {
  return base.kind === "stage" ? base.index : null;
}

function isSameKinds(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((kind, at) => kind === other[at]);
}

function kindsOf(graph: BuildGraph, { steps }: Keys, old: Made | null): Uint8Array {
  const kinds = new Uint8Array(steps.length);
  const { start, end, oldEnd } = stretchOf(steps, old?.keyed ?? []);
  if (old !== null) {
    kinds.set(old.kinds.subarray(0, start));
    kinds.set(old.kinds.subarray(oldEnd), end);
  }
  for (let at = start; at < end; at++) {
    const keyed = steps[at];
    if (keyed !== undefined) kinds[at] = kindOf(keyed, graph.stages[keyed.stage ?? -1] ?? null);
  }
  return kinds;
}

function kindOf({ step, addsLayer }: KeyedStep, stage: Stage | null): number {
  if (stage === null || step.isOption) return stackKinds.nothing;
  const isFolder = step.effect === "base" && stage.base.kind === "folder";
  if (step.operation?.kind === "pull" || isFolder) return stackKinds.base;
  return step.effect === "layer" && addsLayer ? stackKinds.layer : stackKinds.nothing;
}

type Given = Omit<Made, keyof AnalysedSteps>;

/** The places of the steps of which something is otherwise than it was. */
function changedSteps({ stages }: BuildGraph, now: Given, old: Made | null): Iterable<number> {
  const count = now.keyed.length;
  if (old === null || old.keyed.length !== count || old.outline.roles.length !== stages.length)
    return now.keyed.keys();
  const { roles } = now.outline;
  const { roles: oldRoles } = old.outline;
  // What the command line adds stands behind the last stage, and may be another one's.
  if (roles !== oldRoles && roles.some((role, at) => isOther(role, oldRoles[at])))
    return now.keyed.keys();
  const changed: number[] = [];
  for (let at = 0; at < count; at++) {
    const isSame =
      now.keyed[at] === old.keyed[at] &&
      now.places[at] === old.places[at] &&
      now.predictions[at] === old.predictions[at] &&
      now.lastRuns[at] === old.lastRuns[at] &&
      now.numbers[at] === old.numbers[at];
    if (!isSame) changed.push(at);
  }
  return changed;
}

function isOther(one: StageRole, other: StageRole | undefined): boolean {
  return (
    one.isBuilt !== other?.isBuilt ||
    one.isReplaced !== other.isReplaced ||
    one.isInImage !== other.isInImage
  );
}

const onePlatform: readonly PlatformStep[] = [];
const notPredicted: Prediction = { kind: null, causes: [] };

/** All that is known of one step. */
interface GivenStep {
  readonly keyed: KeyedStep;
  readonly place: StepPlace;
  readonly prediction: Prediction;
  readonly number: number | null;
  readonly lastRun: LastRun | null;
  readonly role: StageRole | null;
}

/** One shape for all: there are as many as instructions, and a getter in each would make each another one. */
class AnalysedStep implements StepAnalysis {
  readonly step: Step;
  readonly place: StepPlace;
  readonly keyed: KeyedStep;
  readonly prediction: Prediction;
  readonly isBuilt: boolean;
  readonly effect: Effect;
  readonly stageLayer: number | null;
  readonly layer: number | null;
  readonly inputs: StepAnalysis["inputs"];
  readonly lastRun: LastRun | null;
  readonly fails: boolean;
  readonly byPlatform = onePlatform;

  constructor({ keyed, place, prediction, number, lastRun, role }: GivenStep) {
    const { step } = keyed;
    this.step = step;
    this.place = place;
    this.keyed = keyed;
    this.prediction = prediction;
    this.isBuilt = isBuiltIn(role, keyed);
    this.effect = step.effect === "layer" && !keyed.addsLayer ? "metadata" : step.effect;
    this.stageLayer = number;
    this.layer = layerIn(role, number);
    this.inputs = countFiles(keyed.context);
    this.lastRun = lastRun;
    this.fails = keyed.fails;
  }

  /** Of those alone that somebody looks at: a COPY may take all files of the context. */
  get files(): LayerContent | null {
    const { step, keyed } = this;
    return step.operation?.kind === "copy" ? layerContent(step, keyed.taken) : null;
  }
}

function isBuiltIn(role: StageRole | null, { step }: KeyedStep): boolean {
  return role === null || (role.isBuilt && (!role.isReplaced || step.effect === "base"));
}

function layerIn(role: StageRole | null, number: number | null): number | null {
  return role?.isInImage === true ? number : null;
}

function countFiles(context: readonly ContextInput[]): StepAnalysis["inputs"] {
  const isAbsent = context.some(({ content }) => content.kind === "absent");
  if (context.length === 0 || isAbsent) return null;
  let count = 0;
  let bytes = 0;
  for (const { selection } of context) {
    count += selection.fileCount;
    bytes += selection.bytes;
  }
  return { count, bytes };
}
