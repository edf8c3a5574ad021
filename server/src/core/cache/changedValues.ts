/**
 * Which variables are others than in the build before, as each step sees them. It walks every stage
 * once beside its record, so that a file of n steps costs O(n).
 */
import type { BuildGraph, Stage, StepRef } from "../graph/graph.js";
import { RememberedByObjects } from "../graph/remembered.js";
import type { Digest } from "../host.js";
import { type Aligned, stepsByStage } from "./align.js";
import type { BuildRecord, StepRecord } from "./records.js";

export interface ValueChange {
  readonly name: string;
  readonly how: "changed" | "added" | "removed";
  /** The step that sets it now; null: none. */
  readonly at: StepRef | null;
}

/** Digest of a variable's value as the store keeps it. */
export function valueDigest(value: string, digest: Digest): string {
  return digest(`value:${value}`).slice(0, 16);
}

export interface ChangedValues {
  /** The differences above a step and its record: of these names (null: of all), at most `most`. */
  before(
    step: StepRef,
    record: StepRecord,
    names: ReadonlySet<string> | null,
    most: number,
  ): readonly ValueChange[];
  /** True when the same names were last set in another order. */
  isReordered(step: StepRef, record: StepRecord): boolean;
}

/** Steps that are asked for in the file's order cost one walk together; any other one its own. */
export function changedValues(
  graph: BuildGraph,
  build: BuildRecord,
  aligned: Aligned,
  digest: Digest,
): ChangedValues {
  const recorded = stepsByStage(build);
  const walks = new Map<number, Walk>();

  /** A stage that continues another one starts with what that one ends with. */
  const startOf = (stage: Stage): Walk => {
    const paired = aligned.stages[stage.index];
    const recordedStage = paired?.find((record) => record !== undefined)?.stage ?? null;
    const parent = stage.base.kind === "stage" ? graph.stages[stage.base.index] : undefined;
    const end = parent === undefined ? null : walkedTo(parent, parent.steps.length, null);
    return {
      now: new Map(end?.now),
      past: new Map(end?.past),
      changed: new Set(end?.changed),
      at: 0,
      steps: recorded.get(recordedStage) ?? [],
      recordedAt: 0,
    };
  };

  /** To the step at `nth` of its stage, and to its record (null: to the end of the recorded stage). */
  const walkedTo = (stage: Stage, nth: number, record: StepRecord | null): Walk => {
    let walk = walks.get(stage.index) ?? startOf(stage);
    const end = record === null ? walk.steps.length : placeIn(walk.steps, record);
    if (nth < walk.at || end < walk.recordedAt) walk = startOf(stage);
    walks.set(stage.index, walk);
    for (let other = stage.steps[walk.at]; other !== undefined && walk.at < nth; ) {
      const at = { stage: stage.index, nth: walk.at };
      for (const { name, value } of other.assignments) {
        walk.now.delete(name);
        walk.now.set(name, { value: valueDigest(value, digest), at });
        compare(walk, name);
      }
      other = stage.steps[++walk.at];
    }
    for (; walk.recordedAt < end; walk.recordedAt++) {
      for (const [name, value] of walk.steps[walk.recordedAt]?.assignments ?? []) {
        walk.past.delete(name);
        walk.past.set(name, value);
        compare(walk, name);
      }
    }
    return walk;
  };

  const walkTo = ({ stage: index, nth }: StepRef, record: StepRecord): Walk | null => {
    const stage = index === null ? undefined : graph.stages[index];
    return stage === undefined ? null : walkedTo(stage, nth, record);
  };

  return {
    before(step, record, names, most) {
      const walk = walkTo(step, record);
      if (walk === null) return [];
      const changes: ValueChange[] = [];
      for (const name of names ?? walk.changed) {
        if (changes.length === most) break;
        if (!walk.changed.has(name)) continue;
        const now = walk.now.get(name);
        const how = now === undefined ? "removed" : walk.past.has(name) ? "changed" : "added";
        changes.push({ name, how, at: now?.at ?? null });
      }
      return changes;
    },
    isReordered(step, record) {
      const walk = walkTo(step, record);
      return walk !== null && [...walk.now.keys()].join() !== [...walk.past.keys()].join();
    },
  };
}

const places = new RememberedByObjects<ReadonlyMap<StepRecord, number>>();

function placeIn(steps: readonly StepRecord[], record: StepRecord): number {
  return places.get([steps], () => new Map(steps.map((one, at) => [one, at]))).get(record) ?? 0;
}

interface Walk {
  /** The last assignment of a name stands last, as in a RUN's key. */
  readonly now: Map<string, { readonly value: string; readonly at: StepRef }>;
  readonly past: Map<string, string>;
  readonly changed: Set<string>;
  at: number;
  /** Of the recorded stage. */
  readonly steps: readonly StepRecord[];
  recordedAt: number;
}

function compare({ now, past, changed }: Walk, name: string): void {
  if (now.get(name)?.value === past.get(name)) changed.delete(name);
  else changed.add(name);
}
