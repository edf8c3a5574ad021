/** The answer for one step, as plain data. */

export type PredictionKind = "hit" | "miss" | "unknown";

/** Stable names of the reasons; each has a page in docs/causes. */
export type CauseCode =
  | "never-built"
  | "instruction-added"
  | "instruction-changed"
  | "instruction-moved"
  | "instruction-removed"
  | "context-content-changed"
  | "base-changed"
  | "value-changed"
  | "stage-files-changed"
  | "earlier-step"
  | "record-gone"
  | "stage-output-unknown"
  | "remote-unknown"
  | "files-pending"
  | "build-fails";

export interface Cause {
  readonly code: CauseCode;
  /** A few words for a lens: `src/app.ts changed`. */
  readonly short: string;
  /** A full sentence. */
  readonly message: string;
  /** The line that it began at, from 1; null: no place in the Dockerfile. */
  readonly line: number | null;
  /** Files of the build context. */
  readonly paths: readonly string[];
}

export interface Prediction {
  /** null: the builder runs nothing for the step, or the target does not need it. */
  readonly kind: PredictionKind | null;
  /** First cause first; empty for a hit. */
  readonly causes: readonly Cause[];
}
