/**
 * Which variables are others than in the build before, as each step sees them. It walks every stage
 * once beside its record, so that a file of n steps costs O(n).
 */
import {
  type BuildGraph,
  placeOf,
  refOf,
  type Stage,
  type Step,
  type StepRef,
  stageOfStep,
} from "../graph/graph.js";
import type { Digest } from "../host.js";
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
  readonly #pairs: ReadonlyMap<Step, StepRecord>;
  readonly #digest: Digest;
  readonly #recorded = new Map<number | null, StepRecord[]>();
  readonly #places = new Map<StepRecord, number>();
  readonly #walks = new Map<number, Walk>();

  constructor(
    graph: BuildGraph,
    build: BuildRecord | null,
    pairs: ReadonlyMap<Step, StepRecord>,
    digest: Digest,
  ) {
    this.#graph = graph;
    this.#pairs = pairs;
    this.#digest = digest;
    for (const step of build?.steps ?? []) {
      const steps = this.#recorded.get(step.stage) ?? [];
      this.#recorded.set(step.stage, steps);
      this.#places.set(step, steps.length);
      steps.push(step);
    }
  }

  /** The differences above a step and its record: of these names (null: of all), at most `most`. */
  before(
    step: Step,
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
  isReordered(step: Step, record: StepRecord): boolean {
    const walk = this.#advanceTo(step, record);
    return walk !== null && [...walk.now.keys()].join() !== [...walk.past.keys()].join();
  }

  #advanceTo(step: Step, record: StepRecord): Walk | null {
    const stage = stageOfStep(this.#graph, step);
    return stage === null ? null : this.#advance(stage, placeOf(this.#graph, step).nth, record);
  }

  /** To the step at `nth` of its stage, and to its record (null: to the end of the recorded stage). */
  #advance(stage: Stage, nth: number, record: StepRecord | null): Walk {
    const walk = this.#walkOf(stage);
    for (let other = stage.steps[walk.at]; other !== undefined && walk.at < nth; ) {
      const at = refOf(this.#graph, other);
      for (const { name, value } of other.assignments) {
        walk.now.delete(name);
        walk.now.set(name, { value: valueDigest(value, this.#digest), at });
        compare(walk, name);
      }
      other = stage.steps[++walk.at];
    }
    const steps = this.#recorded.get(walk.recordedStage) ?? [];
    const end = record === null ? steps.length : (this.#places.get(record) ?? 0);
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
    const paired = stage.steps.map((step) => this.#pairs.get(step));
    const recordedStage = paired.find((record) => record !== undefined)?.stage ?? null;
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
