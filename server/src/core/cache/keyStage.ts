/**
 * Gives the steps of one stage their keys, and looks them up. Where an input turns on bytes that
 * only a build can tell, the answer is `unknown`, and only if a record exists that the step could
 * still hit. Source of the rules: BuildKit, solver/edge.go and llbsolver/ops; moby, image/cache.
 */

import { takesFolder } from "../context/select.js";
import { failsStep } from "../context/selection.js";
import { addsLayer, directoriesAfter } from "../files/addsLayer.js";
import { filesAfter } from "../files/filesAt.js";
import { isRewritten } from "../files/rewrittenFile.js";
import type { Origin } from "../files/stageFiles.js";
import type { Stage, Step, StepRef } from "../graph/graph.js";
import { sourcesOf } from "../graph/sources.js";
import type { SourceReference } from "../instructions/operation.js";
import { keptList } from "../text/keptList.js";
import { append } from "../text/longLists.js";
import { isSameList } from "../text/sameList.js";
import { movedPlaces, stretchOf } from "../text/stretch.js";
import { type Definition, definitionOf, type InputShape } from "./definition.js";
import { dialectOf } from "./exact/dialect.js";
import { type ExportForecast, forecastKey } from "./exact/stepForecast.js";
import { isForcedByOption } from "./forced.js";
import { type Given, type KeptRuns, type Run, waitsForFiles } from "./keptRuns.js";
import { fresh, lookUp, openInputs, orNothing, resultOf, surer } from "./lookUp.js";
import { inTheWay } from "./obstacles.js";
import type { Vertex } from "./openName.js";
import { mayBeNothing } from "./openPart.js";
import type { Position, Setting, StageOf, StageOutcome, StepOutcome, Taker } from "./outcome.js";
import {
  type CacheRecord,
  equalRecord,
  LeftRecord,
  type RecordedInput,
  type RecordGraph,
  type Result,
  withRecords,
} from "./recordGraph.js";
import { baseFolder, idle, startOf } from "./stageStart.js";
import type { StepInput } from "./stepInput.js";
import { type InputSources, inputsOf, isOn, unpackedBy, vertexOf } from "./stepInputs.js";

/** All that the outcome of a stage depends on. */
export interface StageIn extends InputSources {
  readonly stage: Stage;
  /** The end of the stage that it continues; null: it starts with a base. */
  readonly parent: Position | null;
  /** Of earlier builds. */
  readonly records: RecordGraph;
  /** What of it is in caches that were exported; null: there are none. */
  readonly exported: ExportForecast | null;
  /** What the stages before have left in this build: see `runsEqualStepsOnce`. */
  readonly committed: RecordGraph;
  /** What the steps come to, one after the other: `names` looks there. */
  readonly steps: StepOutcome[];
}

/** Costs O(steps) once contexts are remembered, and little for what is kept. */
export function keyStage(input: StageIn, kept: KeptRuns): StageOutcome {
  const { graph, stage, steps, records, committed, exported } = input;
  const [before = null, other = null] = kept.outcomesOf(stage.index);
  const setting = kept.setting(graph, stage, { records, committed, exported });
  const base = baseFolder(input);
  const start = input.parent ?? startOf(input, base);
  const old = before === null ? null : oldSteps(before, start, setting);
  if (old !== null && standsAsBefore(old, input)) return old.outcome;
  if (before !== null) kept.keepOther(stage.index, before);
  const older = other === null ? null : oldSteps(other, start, setting);
  if (older !== null && standsAsBefore(older, input)) return older.outcome;
  const takers: Taker[] = [];
  const after: Position[] = [];
  let waits = base?.content.kind === "needed";
  let at = start;
  for (let nth = 0; nth < stage.steps.length; nth++) {
    const step = stage.steps[nth];
    if (step === undefined) continue;
    if (old !== null && stands(old, nth, step, at, input)) {
      const { outcome, taker } = old;
      if (taker !== null) takers.push(taker);
      steps.push(outcome.steps[nth] ?? idle(step, base));
      at = outcome.after[nth] ?? at;
    } else {
      const takes = runsNothing.has(step) ? none : takesOf(step, at, input);
      if (takes.length > 0) takers.push({ nth, step, at, takes });
      const run = runOf(input, step, { setting, nth, at, takes }, kept, before);
      steps.push(run?.outcome ?? idle(step, base));
      at = run?.after ?? at;
      waits ||= run !== null && waitsForFiles(run);
    }
    after.push(at);
  }
  const stretch = stretchOf(steps, before?.steps ?? []);
  return {
    steps: keptList(steps),
    after: keptList(after),
    end: at,
    taking: movedPlaces(steps, stretch, before?.taking ?? [], ({ context }) => context.length > 0),
    committed: committedBy(after, start, committed),
    of: waits
      ? null
      : {
          steps: stage.steps,
          start,
          setting,
          takers: keptList(takers),
          isRestless: takers.some((taker) => isRestless(taker, input)),
        },
  };
}

/** See `StageOf.isRestless`: of archives is asked what is in them, and what is below others may come out equal. */
function isRestless({ step, at }: Taker, input: StageIn): boolean {
  const { operation } = step;
  if (operation?.kind === "copy" && operation.isAdd && operation.unpack) return true;
  return sourcesOf(step).some((source) => {
    const vertex = vertexOf(source, input);
    return vertex !== null && input.names.isLike(vertex, at.vertex);
  });
}

/** No later step of the stage can find one of these: it stands on others. */
function committedBy(
  after: readonly Position[],
  start: Position,
  committed: RecordGraph,
): RecordGraph {
  const left = new Map<CacheRecord, Result>();
  // Where others look for nothing of it, no step leaves a record.
  if (after.at(-1)?.record == null) return committed;
  for (const at of after) if (at !== start && at.record !== null) left.set(at.record, "kept");
  return withRecords(committed, left);
}

/** A stage as it was, where what all its steps have in common is the same now. */
interface OldSteps {
  readonly outcome: StageOutcome;
  readonly of: StageOf;
  /** The first of the takers below the step that was asked for last. */
  next: number;
  /** That step, where it takes files; else null. */
  taker: Taker | null;
}

/** null: what the steps have in common is something else now, or files were being read. */
function oldSteps(outcome: StageOutcome, start: Position, setting: Setting): OldSteps | null {
  const { of } = outcome;
  const isAlike = of !== null && of.start === start && of.setting === setting;
  return isAlike ? { outcome, of, next: 0, taker: null } : null;
}

/** True where all that the stage depends on is as it was. */
function standsAsBefore({ outcome, of }: OldSteps, input: StageIn): boolean {
  if (of.steps !== input.stage.steps) return false;
  if (of.takers.length === 0) return true;
  // What is asked of its own steps, they say as they did.
  append(input.steps, outcome.steps);
  const stands = of.takers.every(({ step, at, takes }) =>
    isSameList(takesOf(step, at, input), takes),
  );
  input.steps.length = 0;
  if (!stands) input.names.forget(input.stage.index);
  return stands;
}

/** True where all that a step depends on is as it was. Ask for them in their order. */
function stands(old: OldSteps, nth: number, step: Step, at: Position, input: StageIn): boolean {
  const { outcome, of } = old;
  const next = of.takers[old.next];
  const taker = next?.nth === nth ? next : null;
  old.taker = taker;
  if (taker !== null) old.next++;
  const below = nth === 0 ? of.start : outcome.after[nth - 1];
  if (of.steps[nth] !== step || below !== at) return false;
  return taker === null || isSameList(takesOf(step, at, input), taker.takes);
}

/** null: the builder runs nothing for the step. */
function runOf(
  input: StageIn,
  step: Step,
  given: Given,
  kept: KeptRuns,
  before: StageOutcome | null,
): Run | null {
  if (runsNothing.has(step)) return null;
  const found = kept.find(step, given);
  if (found !== null) return found;
  const { graph, stage, digest } = input;
  const shape = graph.rules.runsEqualStepsOnce ? shapeOf(step, given.at, input) : noShape;
  const definition = kept.definitionOf(step, given, shape, () =>
    definitionOf(step, stage, graph, shape, digest),
  );
  if (definition === null) {
    runsNothing.add(step);
    return null;
  }
  const run = keyStep(input, step, given, definition);
  return kept.keep(step, given, run, before?.steps[given.nth]?.step ?? null);
}

const noShape: InputShape = [];
const onRoot: InputShape = ["root"];
const onNothing: InputShape = [null];

/** Of what the solver takes for one the first stands for all; files that a client sends are another matter. */
function shapeOf(step: Step, { vertex }: Position, input: StageIn): InputShape {
  const isEmpty = vertex.kind === "base" && vertex.name === "scratch";
  const froms = sourcesOf(step);
  if (froms.length === 0) return isEmpty ? onNothing : onRoot;
  const known: { readonly vertex: Vertex; readonly name: string }[] = [{ vertex, name: "root" }];
  const sources = froms.map((from): string | null => {
    if (from.kind === "scratch") return null;
    if (from.kind === "context") return `context:${from.folder ?? ""}`;
    const source = vertexOf(from, input);
    if (source === null) return from.kind === "stage" ? unnamedStage(from.index, input) : null;
    const same = known.find((one) => input.names.isSameVertex(one.vertex, source));
    if (same !== undefined) return same.name;
    const name = String(known.length);
    known.push({ vertex: source, name });
    return name;
  });
  return [isEmpty ? null : "root", ...sources];
}

/** Of one that starts with files that a client sends, or that is not built; null: nothing is in it. */
function unnamedStage(index: number, { endOf }: StageIn): string | null {
  const vertex = endOf(index)?.vertex;
  return vertex?.kind === "base" && vertex.name === "scratch" ? null : `stage:${index}`;
}

/** A step is one builder's. */
const runsNothing = new WeakSet<Step>();

/** Everything that its inputs besides the root file system are made from. */
function takesOf(step: Step, at: Position, input: StageIn): readonly unknown[] {
  const { operation } = step;
  if (operation?.kind === "copy") {
    const from = takenFrom(operation.from, at, input);
    return operation.isAdd && operation.unpack ? [...from, unpackedBy(operation, input)] : from;
  }
  if (operation?.kind !== "run" || operation.mounts.length === 0) return none;
  return sourcesOf(step).flatMap((source) => takenFrom(source, at, input));
}

function takenFrom(from: SourceReference, at: Position, input: StageIn): readonly unknown[] {
  switch (from.kind) {
    case "context":
      return from.folder === undefined
        ? [input.context?.view]
        : [input.folders.get(from.folder)?.view];
    case "stage": {
      const { index } = from;
      const { name } = input.graph.stages[index] ?? { name: null };
      return [input.endOf(index), isOn(from, at.vertex, input), name];
    }
    case "image":
      return [isOn(from, at.vertex, input)];
    case "scratch":
      return none;
  }
}

function keyStep(input: StageIn, step: Step, given: Given, definition: Definition): Run {
  const { rules } = input.graph;
  const { at } = given;
  const others = inputsOf(step, at.vertex, input);
  const byContent = isByContent(step, others, input);
  const inputs = [byContent ? wholeInput(at, others) : at.root, ...others];
  const isForced =
    step.neverFound ||
    isForcedByOption(step, input.stage, input.graph) ||
    others.some(({ context }) => isRewritten(context, input.graph));
  const isPast = at.missed && rules.stopsLookingAfterMiss;
  const graphs = [input.records, input.committed];
  const looked = isForced || isPast ? fresh : lookUp(graphs, definition, inputs, input.names);
  const isFirst = input.records.layers.length === 0;
  const isSure = isFirst || rules.commitsEveryInstruction || !mayBeNothing(step);
  const local = isSure ? looked : orNothing(looked, at.root);
  const forecast = isForced
    ? undefined
    : input.exported?.get(forecastKey(given.setting.stage, given.nth));
  const found = surer(local, forecast);
  const { taken = null, handed = 0 } = others[0] ?? {};
  const files = { taken, handed };
  const problems = inTheWay(step, at, others, rules);
  const contexts = others.map(({ context }) => context);
  const names = inputs.map(({ name }) => name);
  const outcome: StepOutcome = {
    step,
    definition,
    names,
    found: found.kind,
    isForced,
    context: keptList(contexts.flatMap((context) => context ?? [])),
    stageProblems: keptList([...others.flatMap((other) => other.problems ?? []), ...problems]),
    open: keptList(found === local ? openInputs(inputs, found) : (forecast?.open ?? [])),
    lacks: found.kind === "miss" ? (forecast?.lacks ?? null) : null,
    taken,
    sources: keptList(
      sourcesOf(step).flatMap((source) => (source.kind === "stage" ? [source.index] : [])),
    ),
    isByContent: byContent,
    fails: step.fails || problems.some(failsStep) || others.some((other) => other.fails === true),
    addsLayer: addsLayer(step, rules, at.directories, contexts),
  };
  const of: StepRef = { stage: given.setting.stage, nth: given.nth };
  const origin: Origin = { kind: "step", of, cached: resultOf(found) };
  return {
    outcome,
    after: {
      root: { name: { kind: "result", of }, token: found.token },
      record: rules.runsEqualStepsOnce ? null : recordLeft(input, definition, names, at.record),
      vertex: { kind: "step", of },
      found: found.kind,
      missed: at.missed || found.kind === "miss",
      directories: directoriesAfter(step, rules, at.directories, others.some(isFolderTaken)),
      files: filesAfter(step, origin, at.files, files, input.digest, rules),
    },
  };
}

function isFolderTaken({ takesFolder: isKnown, taken, context }: StepInput): boolean {
  const selection = taken ?? context?.selection;
  return isKnown === true || (selection != null && takesFolder(selection));
}

/** The record that a step leaves once it has run: one that is there already, or a new one. */
function recordLeft(
  { records, committed, names }: StageIn,
  definition: Definition,
  open: StepOutcome["names"],
  below: CacheRecord | null,
): CacheRecord {
  const inputs = open.map((name, at): readonly RecordedInput[] =>
    // The name of a result is made of the names of all below it, and nothing is found by it here.
    at === 0 && name.kind === "result" && below !== null
      ? [{ kind: "record", record: below }]
      : [{ kind: "name", name: names.resolved(name) }],
  );
  const left = new LeftRecord(definition, inputs);
  return equalRecord(records, left) ?? equalRecord(committed, left) ?? left;
}

/**
 * The root file system. A RUN that also mounts files of it is looked up by the content of the whole:
 * what is below may come out equal. Source: BuildKit, llbsolver/ops/exec.go `getMountDeps`, where the
 * last mount of an input decides.
 */
function wholeInput({ root, found }: Position, others: readonly StepInput[]): StepInput {
  const isBuilt = found === null || found === "hit";
  const open = others.find(({ isBase }) => isBase)?.open;
  return {
    name: { kind: "whole", of: root.name },
    token: { kind: isBuilt ? "known" : "any" },
    ...(open === undefined ? {} : { open }),
  };
}

function isByContent(
  { operation }: Step,
  others: readonly StepInput[],
  { graph }: StageIn,
): boolean {
  if (operation?.kind !== "run") return false;
  // Where a secret or an agent has the root for its input, it counts as a mount of it.
  const isOfRoot = graph.rules.runsEqualStepsOnce && dialectOf(graph).secretInput === 0;
  return (
    others.some(({ isBase }) => isBase) ||
    (isOfRoot && operation.mounts.some(({ type }) => type === "secret" || type === "ssh"))
  );
}

const none: readonly never[] = [];
