/** Finds the steps of an earlier build again in the present text. */
import { pairMemory } from "../context/pairMemory.js";
import type { BuildGraph, Stage, Step, StepRef } from "../graph/graph.js";
import { RememberedByObjects } from "../graph/remembered.js";
import type { Digest } from "../host.js";
import type { Instruction } from "../syntax/syntax.js";
import { addTo } from "../text/grouped.js";
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
}

type PairedSteps = readonly (StepRecord | undefined)[];

export function recordOfStep({ globals, stages }: Aligned, { stage, nth }: StepRef) {
  return (stage === null ? globals : stages[stage])?.[nth];
}

const alignedStages = new RememberedByObjects<PairedSteps>();
const noSteps: readonly StepRecord[] = [];

/**
 * Finds the recorded step that each present step was. Stages pair first; in a stage the
 * equal steps at the top and at the bottom pair, and what lies between pairs by keyword, in order.
 * Linear in the number of steps; a stage that is the same as before is not looked at again.
 */
export function alignSteps(graph: BuildGraph, build: BuildRecord, digest: Digest): Aligned {
  const recorded = stepsByStage(build);
  const aligned = (steps: readonly Step[], stage: number | null): PairedSteps => {
    const records = recorded.get(stage) ?? noSteps;
    return alignedStages.get([steps, records, digest], () => alignStage(steps, records, digest));
  };
  const pairs = alignStages(graph, recorded);
  return {
    globals: aligned(graph.globals, null),
    stages: graph.stages.map((stage) => {
      const before = pairs.get(stage);
      return before === undefined ? null : aligned(stage.steps, before);
    }),
  };
}

/**
 * The recorded stage of each stage: of the same name; else the target of the target; else, of those
 * that are left over, the first one.
 */
function alignStages(graph: BuildGraph, recorded: RecordedSteps): ReadonlyMap<Stage, number> {
  const pairs = new Map<Stage, number>();
  const left = new Map<number, string | null>();
  for (const [stage, steps] of recorded) {
    if (stage !== null) left.set(stage, steps[0]?.stageName ?? null);
  }
  const byName = new Map([...left].map(([stage, name]) => [name, stage]));
  const pair = (stage: Stage, before: number | undefined): void => {
    if (before === undefined || !left.delete(before)) return;
    pairs.set(stage, before);
  };
  for (const stage of graph.stages) {
    if (stage.name !== null) pair(stage, byName.get(stage.name));
  }
  const { target } = graph;
  if (target !== null && !pairs.has(target)) {
    const last = Math.max(...left.keys());
    // The recorded target is the last stage of its build.
    if (last === Math.max(...[...recorded.keys()].map((stage) => stage ?? -1))) pair(target, last);
  }
  for (const stage of graph.stages) {
    if (stage.isBuilt && !pairs.has(stage)) pair(stage, left.keys().next().value);
  }
  return pairs;
}

function alignStage(
  steps: readonly Step[],
  records: readonly StepRecord[],
  digest: Digest,
): PairedSteps {
  const isPair = (step: Step | undefined, record: StepRecord | undefined): boolean =>
    step !== undefined && record !== undefined && stepText(step, digest) === record.text;
  const paired: (StepRecord | undefined)[] = new Array(steps.length).fill(undefined);
  let top = 0;
  while (isPair(steps[top], records[top])) {
    paired[top] = records[top];
    top++;
  }
  let end = steps.length;
  let recordEnd = records.length;
  while (end > top && recordEnd > top && isPair(steps[end - 1], records[recordEnd - 1]))
    paired[--end] = records[--recordEnd];
  // First the steps that moved unchanged, then, where as many are left over on both sides, the
  // edited ones: an inserted step has no counterpart.
  const left = records.slice(top, recordEnd);
  const byText = queues(left, (record) => record.text);
  const used = new Set<StepRecord>();
  const open: number[] = [];
  for (const [at, step] of steps.slice(top, end).entries()) {
    const same = byText(stepText(step, digest));
    if (same === undefined) open.push(top + at);
    else {
      used.add(same);
      paired[top + at] = same;
    }
  }
  const byKeyword = queues(
    left.filter((record) => !used.has(record)),
    (record) => record.keyword,
  );
  for (const at of open) paired[at] = byKeyword(steps[at]?.keyword ?? "");
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
