/** How Docker's own programs are asked for what a definition file says, and what they answer. */
import type { DataNode } from "./data.js";

/** A definition, as a program is asked for it. */
export interface EvaluationAsk {
  readonly kind: "compose" | "bake";
  /** Absolute path of the folder that relative paths count from. */
  readonly folder: string;
  /** Absolute paths, the later over the earlier. */
  readonly files: readonly string[];
  /** All that our own reader read for it, absolute paths. */
  readonly reads: readonly string[];
  /** What a program may read besides, there or not. */
  readonly besides: readonly string[];
}

/** `targets`: Bake's JSON; `services`: a Compose file in which all is put in. */
export interface Evaluation {
  readonly kind: "targets" | "services";
  readonly root: DataNode;
}
