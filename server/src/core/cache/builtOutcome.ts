/**
 * What is known of an image besides its config where another build of the workspace makes it: why that
 * build rebuilds, and what files it leaves. Noted by whoever analyses that build.
 */
import type { FilesAt } from "../files/filesAt.js";
import type { BuildGraph } from "../graph/graph.js";
import type { BuiltImage } from "../image/baseImage.js";
import type { Cause } from "./prediction.js";

export interface BuiltOutcome {
  /** The one that its causes are of. */
  readonly graph: BuildGraph;
  /** Of the step at which the chain of rebuilds begins; empty: nothing rebuilds. */
  readonly causes: readonly Cause[];
  /** What stands in its last stage; null: not known. */
  readonly files: FilesAt | null;
}

const outcomes = new WeakMap<BuiltImage, BuiltOutcome>();

export function noteOutcome(built: BuiltImage, outcome: BuiltOutcome): void {
  outcomes.set(built, outcome);
}

/** null: nobody has noted one. */
export function outcomeOf(built: BuiltImage): BuiltOutcome | null {
  return outcomes.get(built) ?? null;
}
