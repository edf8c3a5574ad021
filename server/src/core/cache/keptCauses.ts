/** Why steps rebuild, kept while all that it depends on is the same: see `keptRuns.ts`. */

import type { Flattened } from "../graph/flattened.js";
import type { BuildGraph, StepRef } from "../graph/graph.js";
import type { Aligned, AlignedGraph } from "./align.js";
import type { KeyedStep } from "./keyedStep.js";
import type { StepOutcome } from "./outcome.js";
import type { OwnChanges } from "./ownChanges.js";
import type { Keys } from "./predict.js";
import type { Cause, Prediction } from "./prediction.js";
import type { Baseline, StepRecord } from "./records.js";

interface Asked {
  readonly keyed: KeyedStep;
  readonly before: StepRecord;
  readonly baseline: Baseline;
}

/** What was said of a step, and all that it turned on. */
export interface Told {
  readonly before: StepRecord | undefined;
  readonly baseline: Baseline;
  readonly around: Around;
  readonly prediction: Prediction;
}

/** What was said of the steps of a stage, and what it turned on. */
export interface ToldRow {
  readonly row: readonly KeyedStep[];
  readonly paired: readonly (StepRecord | undefined)[] | null;
  readonly baseline: Baseline;
  readonly isKnown: boolean;
  readonly predictions: readonly Prediction[];
  /** The places of those that look out of the stage. */
  readonly outer: readonly number[];
  /** True where one of them turns on more than `Around` tells: they are asked for each time. */
  readonly isRestless: boolean;
}

/** What was said of the steps of a build. */
export interface ToldBuild extends Flattened<Prediction> {
  readonly graph: BuildGraph;
  readonly keys: Keys;
  readonly paired: Aligned["stages"];
  readonly baseline: Baseline;
  readonly knownStages: readonly boolean[];
  /** Of the stages. */
  readonly told: readonly ToldRow[];
  /** The places of those with steps that look out of them. */
  readonly outer: readonly number[];
  readonly restless: readonly number[];
}

/** What the causes of a step turn on beyond the step and its records. */
export interface Around {
  /** True when the build before had something of its stage. */
  readonly isKnownStage: boolean;
  /** Of the step below it. */
  readonly below: Prediction["kind"];
  /** Of the step where its chain of rebuilds began. */
  readonly rootKeyword: string | null;
  /** What is open is a stage: where its chain began, and its name. */
  readonly openRoot: StepRef | null;
  readonly openName: string | null;
}

interface KeptOwn {
  readonly stage: number | null;
  readonly nth: number;
  readonly before: StepRecord;
  readonly baseline: Baseline;
  readonly changes: OwnChanges;
}

export class KeptCauses {
  readonly #own = new WeakMap<StepOutcome, KeptOwn>();
  readonly #takes = new WeakMap<
    StepOutcome,
    { readonly before: StepRecord; readonly isOther: boolean }
  >();
  readonly #predictions = new WeakMap<StepOutcome, Prediction>();
  /** Of the last text. */
  last: ToldBuild | null = null;
  aligned: AlignedGraph | null = null;
  readonly #told = new WeakMap<KeyedStep, Told>();

  /** What was said last of a step; what it turned on may be something else now. */
  told(keyed: KeyedStep): Told | undefined {
    return this.#told.get(keyed);
  }

  /** @param told null: it turned on more than can be kept */
  tell(keyed: KeyedStep, told: Told | null): void {
    if (told === null) this.#told.delete(keyed);
    else this.#told.set(keyed, told);
  }

  /** What changed in the step itself. What turns on values set above is found out each time. */
  own({ keyed, before, baseline }: Asked, find: () => OwnChanges): OwnChanges {
    const { outcome, stage, nth } = keyed;
    const kept = this.#own.get(outcome);
    const isSame =
      kept !== undefined &&
      kept.before === before &&
      kept.baseline === baseline &&
      kept.stage === stage &&
      kept.nth === nth;
    if (isSame) return kept.changes;
    const changes = find();
    if (changes.isOfStep) this.#own.set(outcome, { stage, nth, before, baseline, changes });
    return changes;
  }

  /**
   * Whether it takes other files than before. Where an input is open, its name turns on steps that
   * are typed just now, and is not kept.
   */
  takesOther({ outcome }: KeyedStep, before: StepRecord, find: () => boolean): boolean {
    const kept = this.#takes.get(outcome);
    if (kept?.before === before) return kept.isOther;
    const isOther = find();
    if (outcome.open.length === 0) this.#takes.set(outcome, { before, isOther });
    return isOther;
  }

  /** The same object as before where it says the same. */
  prediction(outcome: StepOutcome, kind: Prediction["kind"], causes: readonly Cause[]): Prediction {
    const kept = this.#predictions.get(outcome);
    if (kept !== undefined && kept.kind === kind && isSame(kept.causes, causes)) return kept;
    const prediction = { kind, causes };
    this.#predictions.set(outcome, prediction);
    return prediction;
  }
}

/** Of plain values. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => isSame(Reflect.get(one, name), Reflect.get(other, name)))
  );
}
