/** All that is known of one step. */
import type { KeyedStep } from "../cache/keyedStep.js";
import type { Prediction } from "../cache/prediction.js";
import type { LayerContent } from "../files/layerContent.js";
import type { Step, StepPlace } from "../graph/graph.js";
import type { Effect } from "../instructions/kind.js";

export interface StepAnalysis {
  readonly step: Step;
  /** Where it stands today. */
  readonly place: StepPlace;
  readonly keyed: KeyedStep;
  readonly prediction: Prediction;
  readonly isBuilt: boolean;
  readonly effect: Effect;
  /** In the stack of its own stage. */
  readonly stageLayer: number | null;
  /** In the stack of the final image. */
  readonly layer: number | null;
  /** What its layer holds, by what stands at the destinations; null: not known, or no layer. */
  readonly files: LayerContent | null;
  /** What it reads of the build context, which is in no layer for that; null: nothing. */
  readonly inputs: { readonly count: number; readonly bytes: number } | null;
}
