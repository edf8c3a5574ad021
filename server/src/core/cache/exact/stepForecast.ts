/** What a builder is foreseen to take of an exported cache. */
import type { Lack, PredictionKind } from "../prediction.js";
import type { OpenInput } from "../stepInput.js";

export interface StepForecast {
  readonly kind: PredictionKind;
  /** null: it is found, or nobody can tell. */
  readonly lacks: Lack | null;
  /** What decides where nobody can tell. */
  readonly open: readonly OpenInput[];
}

/** By `forecastKey`; a step without a record is not in it. */
export type ExportForecast = ReadonlyMap<string, StepForecast>;

export function forecastKey(stage: number, nth: number): string {
  return `${stage} ${nth}`;
}
