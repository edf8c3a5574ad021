/** Why steps rebuild, kept while all that it depends on is the same: see `keptRuns.ts`. */

import type { StepOutcome } from "./outcome.js";
import type { OwnChanges } from "./ownChanges.js";
import type { KeyedStep } from "./predict.js";
import type { Cause, Prediction } from "./prediction.js";
import type { Baseline, StepRecord } from "./records.js";

interface Asked {
  readonly keyed: KeyedStep;
  readonly before: StepRecord;
  readonly baseline: Baseline;
}

interface KeptOwn {
  readonly stage: number | null;
  readonly nth: number;
  readonly before: StepRecord;
  readonly baseline: Baseline;
  readonly causes: readonly Cause[];
}

export class KeptCauses {
  readonly #own = new WeakMap<StepOutcome, KeptOwn>();
  readonly #takes = new WeakMap<
    StepOutcome,
    { readonly before: StepRecord; readonly isOther: boolean }
  >();
  readonly #predictions = new WeakMap<StepOutcome, Prediction>();

  /** What changed in the step itself. What turns on values set above is found out each time. */
  own({ keyed, before, baseline }: Asked, find: () => OwnChanges): readonly Cause[] {
    const { outcome, stage, nth } = keyed;
    const kept = this.#own.get(outcome);
    const isSame =
      kept !== undefined &&
      kept.before === before &&
      kept.baseline === baseline &&
      kept.stage === stage &&
      kept.nth === nth;
    if (isSame) return kept.causes;
    const { causes, isOfStep } = find();
    if (isOfStep) this.#own.set(outcome, { stage, nth, before, baseline, causes });
    return causes;
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
