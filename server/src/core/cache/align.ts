/** Finds the steps of an earlier build again in the present text. */
import type { BuildGraph, Stage, Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import type { BuildRecord, StepRecord } from "./records.js";

/** Digest of an instruction as typed: what `alignSteps` recognizes it by. */
export function stepText(step: Step, digest: Digest): string {
  const bodies = step.instruction.heredocs.map((doc) => doc.content);
  return digest(JSON.stringify([step.keyword, step.instruction.original, bodies])).slice(0, 16);
}

/**
 * The recorded step that each present step was. Stages pair first; in a stage the
 * equal steps at the top and at the bottom pair, and what lies between pairs by keyword, in order.
 * Linear in the number of steps.
 */
export function alignSteps(
  graph: BuildGraph,
  build: BuildRecord,
  textOf: (step: Step) => string,
): ReadonlyMap<Step, StepRecord> {
  const pairs = new Map<Step, StepRecord>();
  const recorded = new Map<number | null, StepRecord[]>();
  for (const step of build.steps) {
    const list = recorded.get(step.stage);
    if (list === undefined) recorded.set(step.stage, [step]);
    else list.push(step);
  }
  alignStage(graph.globals, recorded.get(null) ?? [], textOf, pairs);
  for (const [stage, before] of alignStages(graph, recorded)) {
    alignStage(stage.steps, recorded.get(before) ?? [], textOf, pairs);
  }
  return pairs;
}

/**
 * The recorded stage of each stage: of the same name; else the target of the target; else, of those
 * that are left over, the first one.
 */
function alignStages(
  graph: BuildGraph,
  recorded: ReadonlyMap<number | null, readonly StepRecord[]>,
): ReadonlyMap<Stage, number> {
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
  textOf: (step: Step) => string,
  pairs: Map<Step, StepRecord>,
): void {
  const isPair = (step: Step | undefined, record: StepRecord | undefined): boolean =>
    step !== undefined && record !== undefined && textOf(step) === record.text;
  const pair = (step: Step | undefined, record: StepRecord | undefined): void => {
    if (step !== undefined && record !== undefined) pairs.set(step, record);
  };
  let top = 0;
  while (isPair(steps[top], records[top])) {
    pair(steps[top], records[top]);
    top++;
  }
  let end = steps.length;
  let recordEnd = records.length;
  while (end > top && recordEnd > top && isPair(steps[end - 1], records[recordEnd - 1])) {
    pair(steps[--end], records[--recordEnd]);
  }
  // First the steps that moved unchanged, then, where as many are left over on both sides, the
  // edited ones: an inserted step has no counterpart.
  const middle = steps.slice(top, end);
  const left = records.slice(top, recordEnd);
  const byText = queues(left, (record) => record.text);
  const used = new Set<StepRecord>();
  const open: Step[] = [];
  for (const step of middle) {
    const same = byText(textOf(step));
    if (same === undefined) open.push(step);
    else {
      used.add(same);
      pair(step, same);
    }
  }
  const byKeyword = queues(
    left.filter((record) => !used.has(record)),
    (record) => record.keyword,
  );
  for (const step of open) pair(step, byKeyword(step.keyword));
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
