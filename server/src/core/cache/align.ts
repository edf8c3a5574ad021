/** Finds the steps of an earlier build again in the present text. */

import { pairMemory } from "../context/pairMemory.js";
import type { BuildGraph, Stage, Step, StepRef } from "../graph/graph.js";
import { RememberedByObjects } from "../graph/remembered.js";
import type { Digest } from "../host.js";
import type { Instruction } from "../syntax/syntax.js";
import { addTo } from "../text/grouped.js";
import { largest } from "../text/longLists.js";
import { stretchOf } from "../text/stretch.js";
import type { BuildRecord, StepRecord } from "./records.js";

const texts = pairMemory<Digest, Instruction, string>();

/** Digest of an instruction as typed: what `alignSteps` recognizes it by. Made once for each. */
export function stepText({ instruction }: Pick<Step, "instruction">, digest: Digest): string {
  let text = texts.get(digest, instruction);
  if (text === undefined) {
    const { keyword, original, heredocs } = instruction;
    const bodies = heredocs.map((doc) => doc.content);
    text = digest(JSON.stringify([keyword, original, bodies])).slice(0, 16);
    texts.set(digest, instruction, text);
  }
  return text;
}

/** The steps of a build that was recorded, by their stages; null: those before the first FROM. */
export type RecordedSteps = ReadonlyMap<number | null, readonly StepRecord[]>;

const recordedSteps = new RememberedByObjects<RecordedSteps>();

export function stepsByStage(build: BuildRecord): RecordedSteps {
  return recordedSteps.get([build], () => {
    const stages = new Map<number | null, StepRecord[]>();
    for (const step of build.steps) {
      addTo(stages, step.stage, step);
    }
    return stages;
  });
}

/** The recorded step that each present step was, in their order. */
export interface Aligned {
  readonly globals: PairedSteps;
  /** null: the build had no such stage. */
  readonly stages: readonly (PairedSteps | null)[];
  /** Of which stages the build had something. */
  readonly knownStages: readonly boolean[];
}

type PairedSteps = readonly (StepRecord | undefined)[];

export function recordOfStep({ globals, stages }: Aligned, { stage, nth }: StepRef) {
  return (stage === null ? globals : stages[stage])?.[nth];
}

const noSteps: readonly StepRecord[] = [];

/** What is kept of the last text: see `alignSteps`. */
export interface AlignedGraph {
  readonly graph: BuildGraph;
  readonly build: BuildRecord;
  readonly aligned: Aligned;
  /** The recorded stage of each stage; undefined: the build had none. */
  readonly pairs: readonly (number | undefined)[];
}

/**
 * Finds the recorded step that each present step was. Stages pair first; in a stage the
 * equal steps at the top and at the bottom pair, and what lies between pairs by keyword, in order.
 * Linear in the number of steps; what is the same as before is not looked at again.
 * @param before of the text before an edit
 */
export function alignSteps(
  graph: BuildGraph,
  build: BuildRecord,
  digest: Digest,
  before: AlignedGraph | null,
): AlignedGraph {
  const recorded = stepsByStage(build);
  const old = before?.build === build ? before : null;
  const arePairedAlike = old !== null && arePairsAlike(graph, old.graph);
  const pairs = arePairedAlike ? old.pairs : alignStages(graph, recorded);
  const paired = (
    steps: readonly Step[],
    stage: number | null,
    oldSteps: readonly Step[] | undefined,
    oldPaired: PairedSteps | null | undefined,
  ): PairedSteps => {
    if (steps === oldSteps && oldPaired != null) return oldPaired;
    const records = recorded.get(stage) ?? noSteps;
    const known = oldSteps !== undefined && oldPaired != null;
    const then = known ? { steps: oldSteps, paired: oldPaired } : null;
    return alignStage(steps, records, digest, then);
  };
  const stageAt = (at: number): PairedSteps | null => {
    const stage = pairs[at];
    const steps = graph.stages[at]?.steps;
    if (stage === undefined || steps === undefined) return null;
    const isPaired = old?.pairs[at] === stage;
    const oldSteps = isPaired ? old.graph.stages[at]?.steps : undefined;
    return paired(steps, stage, oldSteps, old?.aligned.stages[at]);
  };
  const stages = arePairedAlike ? old.aligned.stages.slice() : [];
  const knownStages = arePairedAlike ? old.aligned.knownStages.slice() : [];
  for (let at = 0; at < graph.stages.length; at++) {
    if (arePairedAlike && graph.stages[at] === old.graph.stages[at]) continue;
    const steps = stageAt(at);
    stages[at] = steps;
    knownStages[at] = steps?.some((record) => record !== undefined) === true;
  }
  const globals = paired(graph.globals, null, old?.graph.globals, old?.aligned.globals);
  return { graph, build, aligned: { globals, stages, knownStages }, pairs };
}

/** True where stages pair as those of the other text. */
function arePairsAlike({ stages, target }: BuildGraph, other: BuildGraph): boolean {
  if (stages.length !== other.stages.length || target?.index !== other.target?.index) return false;
  return stages.every((stage, at) => {
    const old = other.stages[at];
    return stage === old || (stage.name === old?.name && stage.isBuilt === old.isBuilt);
  });
}

/**
 * The recorded stage of each stage: of the same name; else the target of the target; else, of those
 * that are left over, the first one.
 */
function alignStages(graph: BuildGraph, recorded: RecordedSteps): readonly (number | undefined)[] {
  const pairs: (number | undefined)[] = graph.stages.map(() => undefined);
  const left = new Map<number, string | null>();
  for (const [stage, steps] of recorded) {
    if (stage !== null) left.set(stage, steps[0]?.stageName ?? null);
  }
  const byName = new Map([...left].map(([stage, name]) => [name, stage]));
  const pair = ({ index }: Stage, before: number | undefined): void => {
    if (before === undefined || !left.delete(before)) return;
    pairs[index] = before;
  };
  for (const stage of graph.stages) {
    if (stage.name !== null) pair(stage, byName.get(stage.name));
  }
  const { target } = graph;
  if (target !== null && pairs[target.index] === undefined) {
    const last = largest(left.keys(), Number.NEGATIVE_INFINITY);
    // The recorded target is the last stage of its build.
    const stages = [...recorded.keys()].map((stage) => stage ?? -1);
    if (last === largest(stages, Number.NEGATIVE_INFINITY)) pair(target, last);
  }
  for (const stage of graph.stages) {
    if (stage.isBuilt && pairs[stage.index] === undefined) pair(stage, left.keys().next().value);
  }
  return pairs;
}

/** How many steps at the top and at the bottom of a stage are equal to those of the record. */
interface EqualEnds {
  readonly top: number;
  readonly bottom: number;
}

const equalEnds = new WeakMap<PairedSteps, EqualEnds>();

/** @param before the same stage before an edit */
function alignStage(
  steps: readonly Step[],
  records: readonly StepRecord[],
  digest: Digest,
  before: { readonly steps: readonly Step[]; readonly paired: PairedSteps } | null,
): PairedSteps {
  const isPair = (step: Step | undefined, record: StepRecord | undefined): boolean =>
    step !== undefined && record !== undefined && stepText(step, digest) === record.text;
  const { start, end: stretchEnd } = stretchOf(steps, before?.steps ?? []);
  const known = (before && equalEnds.get(before.paired)) ?? { top: 0, bottom: 0 };
  let top = Math.min(known.top, start);
  while (isPair(steps[top], records[top])) top++;
  const most = Math.min(steps.length, records.length) - top;
  let bottom = Math.min(known.bottom, steps.length - stretchEnd, most);
  while (
    bottom < most &&
    isPair(steps[steps.length - 1 - bottom], records[records.length - 1 - bottom])
  )
    bottom++;
  const end = steps.length - bottom;
  const recordEnd = records.length - bottom;
  const between: (StepRecord | undefined)[] = new Array(end - top).fill(undefined);
  // First the steps that moved unchanged, then, where as many are left over on both sides, the
  // edited ones: an inserted step has no counterpart.
  const left = records.slice(top, recordEnd);
  const byText = queues(left, (record) => record.text);
  const used = new Set<StepRecord>();
  const open: number[] = [];
  for (const [at, step] of steps.slice(top, end).entries()) {
    const same = byText(stepText(step, digest));
    if (same === undefined) open.push(at);
    else {
      used.add(same);
      between[at] = same;
    }
  }
  const byKeyword = queues(
    left.filter((record) => !used.has(record)),
    (record) => record.keyword,
  );
  for (const at of open) between[at] = byKeyword(steps[top + at]?.keyword ?? "");
  const paired = [...records.slice(0, top), ...between, ...records.slice(recordEnd)];
  equalEnds.set(paired, { top, bottom });
  return paired;
}

/** Gives the records of one name in their order, each once. */
function queues(
  records: readonly StepRecord[],
  nameOf: (record: StepRecord) => string,
): (name: string) => StepRecord | undefined {
  const lists = new Map<string, { readonly records: StepRecord[]; next: number }>();
  for (const record of records) {
    const list = lists.get(nameOf(record));
    if (list === undefined) lists.set(nameOf(record), { records: [record], next: 0 });
    else list.records.push(record);
  }
  return (name) => {
    const list = lists.get(name);
    return list?.records[list.next++];
  };
}
