/**
 * What is known of an image besides its config where another build of the workspace makes it: why that
 * build rebuilds, and what files it leaves. Noted by whoever analyses that build.
 */
import type { FilesAt } from "../files/filesAt.js";
import type { BuildGraph } from "../graph/graph.js";
import type { BaseImage, BuiltImage } from "../image/baseImage.js";
import type { Cause, PredictionKind } from "./prediction.js";

export interface BuiltOutcome {
  /** The one that its causes are of. */
  readonly graph: BuildGraph;
  /** Of the step at which the chain of rebuilds begins; empty: nothing rebuilds. */
  readonly causes: readonly Cause[];
  /** What stands in its last stage; null: not known. */
  readonly files: FilesAt | null;
  /** Its own layers, from the bottom up. */
  readonly layers: readonly MadeLayer[];
  /** What they stand on; null: nothing. */
  readonly base: { readonly name: string; readonly image: BaseImage | null } | null;
}

/** A layer that a step of that build makes. */
export interface MadeLayer {
  /** In its image. */
  readonly number: number;
  /** As its Dockerfile says it. */
  readonly text: string;
  /** Of its files; null: not known. */
  readonly bytes: number | null;
  /** null: there is none. */
  readonly prediction: PredictionKind | null;
}

const outcomes = new WeakMap<BuiltImage, BuiltOutcome>();

export function noteOutcome(built: BuiltImage, outcome: BuiltOutcome): void {
  outcomes.set(built, outcome);
}

/** null: nobody has noted one. */
export function outcomeOf(built: BuiltImage): BuiltOutcome | null {
  return outcomes.get(built) ?? null;
}
