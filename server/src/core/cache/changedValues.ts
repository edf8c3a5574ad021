/**
 * Which variables are others than in the build before, as each step sees them. It walks every stage
 * once beside its record, so that a file of n steps costs O(n).
 */
import type { BuildGraph, Stage, StepRef } from "../graph/graph.js";
import { RememberedByObjects } from "../graph/remembered.js";
import type { Digest } from "../host.js";
import { type Aligned, type RecordedSteps, stepsByStage } from "./align.js";
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

/** Ask for the steps in the file's order. */
export class ChangedValues {
  readonly #graph: BuildGraph;
  readonly #aligned: Aligned;
  readonly #digest: Digest;
  readonly #recorded: RecordedSteps;
  readonly #walks = new Map<number, Walk>();

  constructor(graph: BuildGraph, build: BuildRecord, aligned: Aligned, digest: Digest) {
    this.#graph = graph;
    this.#aligned = aligned;
    this.#digest = digest;
    this.#recorded = stepsByStage(build);
  }

  /** The differences above a step and its record: of these names (null: of all), at most `most`. */
  before(
    step: StepRef,
    record: StepRecord,
    names: ReadonlySet<string> | null,
    most: number,
  ): readonly ValueChange[] {
    const walk = this.#advanceTo(step, record);
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
  }

  /** True when the same names were last set in another order. */
  isReordered(step: StepRef, record: StepRecord): boolean {
    const walk = this.#advanceTo(step, record);
    return walk !== null && [...walk.now.keys()].join() !== [...walk.past.keys()].join();
  }

  #advanceTo({ stage: index, nth }: StepRef, record: StepRecord): Walk | null {
    const stage = index === null ? undefined : this.#graph.stages[index];
    return stage === undefined ? null : this.#advance(stage, nth, record);
  }

  /** To the step at `nth` of its stage, and to its record (null: to the end of the recorded stage). */
  #advance(stage: Stage, nth: number, record: StepRecord | null): Walk {
    const walk = this.#walkOf(stage);
    for (let other = stage.steps[walk.at]; other !== undefined && walk.at < nth; ) {
      const at = { stage: stage.index, nth: walk.at };
      for (const { name, value } of other.assignments) {
        walk.now.delete(name);
        walk.now.set(name, { value: valueDigest(value, this.#digest), at });
        compare(walk, name);
      }
      other = stage.steps[++walk.at];
    }
    const steps = this.#recorded.get(walk.recordedStage) ?? [];
    const end = record === null ? steps.length : placeIn(steps, record);
    for (; walk.recordedAt < end; walk.recordedAt++) {
      for (const [name, value] of steps[walk.recordedAt]?.assignments ?? []) {
        walk.past.delete(name);
        walk.past.set(name, value);
        compare(walk, name);
      }
    }
    return walk;
  }

  /** A stage that continues another one starts with what that one ends with. */
  #walkOf(stage: Stage): Walk {
    let walk = this.#walks.get(stage.index);
    if (walk !== undefined) return walk;
    const paired = this.#aligned.stages[stage.index];
    const recordedStage = paired?.find((record) => record !== undefined)?.stage ?? null;
    const parent = stage.base.kind === "stage" ? this.#graph.stages[stage.base.index] : undefined;
    const end = parent === undefined ? null : this.#advance(parent, parent.steps.length, null);
    walk = {
      now: new Map(end?.now),
      past: new Map(end?.past),
      changed: new Set(end?.changed),
      at: 0,
      recordedStage,
      recordedAt: 0,
    };
    this.#walks.set(stage.index, walk);
    return walk;
  }
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
  readonly recordedStage: number | null;
  recordedAt: number;
}

function compare({ now, past, changed }: Walk, name: string): void {
  if (now.get(name)?.value === past.get(name)) changed.delete(name);
  else changed.add(name);
}
