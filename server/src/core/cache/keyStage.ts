/**
 * Gives the steps of one stage their keys, and looks them up. Where an input turns on bytes that
 * only a build can tell, the answer is `unknown`, and only if a record exists that the step could
 * still hit. Source of the rules: BuildKit, solver/edge.go and llbsolver/ops; moby, image/cache.
 */

import type { ObstacleProblem } from "../context/selection.js";
import { addsLayer, directoriesAfter } from "../files/addsLayer.js";
import { filesAfter, filesOf, obstacleTo } from "../files/filesAt.js";
import { rootAlone, usualDirectories } from "../files/knownDirectories.js";
import type { Stage, Step } from "../graph/graph.js";
import { sourcesOf } from "../graph/reach.js";
import { type Definition, definitionOf } from "./definition.js";
import { type InputName, nameText } from "./inputName.js";
import { type Found, fresh, lookUp, openInputs } from "./lookUp.js";
import type { Position, StageOutcome, StepOutcome } from "./outcome.js";
import {
  type CacheRecord,
  type NamedInput,
  type RecordGraph,
  recordedAs,
  recordOf,
  withRecords,
} from "./recordGraph.js";
import { resultKey } from "./resultKey.js";
import { baseInput, imageVertex, known, type StepInput } from "./stepInput.js";
import { type InputSources, inputsOf, vertexOf } from "./stepInputs.js";

/** All that the outcome of a stage depends on. */
export interface StageIn extends InputSources {
  readonly stage: Stage;
  /** The end of the stage that it continues; null: it starts with a base. */
  readonly parent: Position | null;
  /** Of earlier builds. */
  readonly records: RecordGraph;
  /** What the stages before have left in this build: see `runsEqualStepsOnce`. */
  readonly committed: RecordGraph;
  /** The place of the first step that leaves files which somebody sees: see `visibleFrom`. */
  readonly seenFrom: number;
}

/** Pure; costs O(steps) once contexts are remembered. */
export function keyStage(input: StageIn): StageOutcome {
  let at = input.parent ?? startOf(input);
  const left = new Map<CacheRecord, boolean>();
  const steps: StepOutcome[] = [];
  for (const [nth, step] of input.stage.steps.entries()) {
    const definition = definitionOf(step, input.stage, input.graph.definition, input.digest);
    if (definition === null) {
      steps.push(keyless(step, at.below));
      continue;
    }
    const run = keyStep(input, step, nth, definition, at);
    steps.push(run.outcome);
    at = run.after;
    if (at.record !== null) left.set(at.record, true);
  }
  // No later step of the stage can find one of these: it stands on others.
  return { steps, end: at, committed: withRecords(input.committed, left) };
}

function startOf({ stage, graph }: StageIn): Position {
  const { base, platform } = stage;
  const open = base.kind === "stage" || base.kind === "scratch" ? null : base;
  const origin = open === null ? null : ({ kind: "base", base: open, platform } as const);
  return {
    root: open === null ? known({ kind: "scratch" }) : baseInput(open, platform, graph.rules),
    record: null,
    vertex: base.kind === "image" ? imageVertex(base, platform) : base.kind,
    below: null,
    missed: false,
    directories: base.kind === "scratch" ? rootAlone : usualDirectories,
    files: { kind: "start", origin },
  };
}

interface Run {
  readonly outcome: StepOutcome;
  readonly after: Position;
}

function keyStep(
  input: StageIn,
  step: Step,
  nth: number,
  definition: Definition,
  at: Position,
): Run {
  const { rules } = input.graph;
  const others = inputsOf(step, at.vertex, input);
  const inputs = [rootInput(step, at, others), ...others];
  const names = inputs.map(({ name }) => name);
  const key = resultKey(definition.digest, names, input.digest);
  const isForced = step.neverFound || isForcedByOption(step, input);
  const isPast = at.missed && rules.stopsLookingAfterMiss;
  const graphs = [input.records, input.committed];
  const found = isForced || isPast ? fresh : lookUp(graphs, definition.digest, inputs);
  const taken = others[0]?.taken ?? null;
  const problems = inTheWay(step, at, nth >= input.seenFrom, others);
  const contexts = others.map(({ context }) => context);
  const outcome: StepOutcome = {
    step,
    definition,
    inputs: names,
    key,
    found: found.kind,
    left: leftBy(key, found),
    isForced,
    context: contexts.flatMap((context) => context ?? []),
    stageProblems: [...others.flatMap((other) => other.problems ?? []), ...problems],
    open: openInputs(inputs, found),
    below: at.below,
    taken: taken?.selection ?? null,
    sources: sourcesOf(step).flatMap((source) => (source.kind === "stage" ? [source.index] : [])),
    isByContent: isByContent(step, others),
    fails: step.fails || problems.length > 0 || others.some((other) => other.fails === true),
    addsLayer: addsLayer(step, rules, at.directories, contexts),
  };
  const record = rules.runsEqualStepsOnce ? null : recordLeft(input, definition, names, at.record);
  return {
    outcome,
    after: {
      root: { name: { kind: "step", key }, token: found.token },
      record,
      vertex: rules.runsEqualStepsOnce ? vertexAfter(step, definition, names, at, input) : "",
      below: outcome,
      missed: at.missed || found.kind === "miss",
      directories: directoriesAfter(step, rules, at.directories, contexts),
      files: filesAfter(step, at.files, taken, input.digest),
    },
  };
}

/** A step that runs again may leave the same files: only a hit says what they are. */
function leftBy(key: string, { kind }: Found): NamedInput {
  return { name: { kind: "step", key }, token: { kind: kind === "hit" ? "known" : "any" } };
}

/** The record that a step leaves once it has run: one that is there already, or a new one. */
function recordLeft(
  { records, committed }: StageIn,
  { digest }: Definition,
  names: readonly InputName[],
  below: CacheRecord | null,
): CacheRecord {
  const inputs = recordedAs(names, below);
  return (
    recordOf(records, digest, inputs) ??
    recordOf(committed, digest, inputs) ?? { definition: digest, inputs }
  );
}

/** Why the stage, as it is by now, cannot take what the step puts there. */
function inTheWay(
  step: Step,
  { vertex, files }: Position,
  isSeen: boolean,
  others: readonly StepInput[],
): readonly ObstacleProblem[] {
  const { operation } = step;
  const owner =
    operation?.kind === "copy" || operation?.kind === "makeDirectory" ? operation.owner : "";
  const isNamed = owner !== "" && !/^(?:\d+|root)(?::(?:\d+|root))?$/.test(owner);
  if (isNamed && vertex === "scratch") return [{ code: "owner-without-file", owner }];
  const taken = others[0]?.taken?.selection ?? null;
  const path = isSeen ? obstacleTo(step, filesOf(files), taken) : null;
  return path === null ? [] : [{ code: "destination-is-file", path }];
}

function vertexAfter(
  step: Step,
  definition: Definition,
  names: readonly InputName[],
  below: Position,
  input: StageIn,
): string {
  const from = sourcesOf(step).map((source) => vertexOf(source, input));
  // The digest of a definition says nothing of the places that files come from.
  const { digest, parts } = definition;
  const others = names.slice(1).map(nameText);
  return input.digest(JSON.stringify([digest, parts["places"], below.vertex, from, others]));
}

/** Of `--no-cache`. Source: moby, imageprobe.go `nopProber`. */
function isForcedByOption({ operation }: Step, { graph }: StageIn): boolean {
  const { definition, rules } = graph;
  const isSpared = rules.findsDirectoriesWithoutCache && operation?.kind === "makeDirectory";
  return definition.flags.noCache && !isSpared;
}

/**
 * The root file system. A RUN that also mounts files of it is looked up by the content of the whole:
 * what is below may come out equal. Source: BuildKit, llbsolver/ops/exec.go `getMountDeps`, where the
 * last mount of an input decides.
 */
function rootInput(step: Step, { root, below }: Position, others: readonly StepInput[]): StepInput {
  if (!isByContent(step, others)) return root;
  const isBuilt = below === null || below.found === "hit";
  const open = others.find(({ isBase }) => isBase)?.open;
  return {
    name: { kind: "partial", made: nameText(root.name) },
    token: { kind: isBuilt ? "known" : "any" },
    ...(open === undefined ? {} : { open }),
  };
}

function isByContent({ operation }: Step, others: readonly StepInput[]): boolean {
  return operation?.kind === "run" && others.some(({ isBase }) => isBase);
}

/** Of a step that the builder runs nothing for. */
export function keyless(step: Step, below: StepOutcome | null): StepOutcome {
  return {
    step,
    definition: null,
    inputs: [],
    key: null,
    found: null,
    left: { name: { kind: "nothing" }, token: { kind: "any" } },
    isForced: false,
    context: [],
    stageProblems: [],
    open: [],
    below,
    taken: null,
    sources: [],
    isByContent: false,
    fails: false,
    addsLayer: step.effect === "layer",
  };
}
