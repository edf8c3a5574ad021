/** Causes that are of an image: another one stands there, or another build of the workspace makes it anew. */

import { type BuildGraph, type Stage, type StepRef, stageAt } from "../graph/graph.js";
import { baseOf } from "../graph/images.js";
import { lineage } from "../graph/layers.js";
import type { BuiltImage } from "../image/baseImage.js";
import type { SourceReference } from "../instructions/operation.js";
import { outcomeOf } from "./builtOutcome.js";
import type { KeyedStep } from "./keyedStep.js";
import type { Cause, MovedTag } from "./prediction.js";
import type { Baseline } from "./records.js";

/** The base is another one than before. */
export function baseChange(graph: BuildGraph, baseline: Baseline, keyed: KeyedStep): Cause {
  const stages = lineage(graph, stageAt(graph, keyed));
  const from = keyed.below === null ? stages[0] : stages.at(-1);
  const at = from === undefined ? null : { stage: from.index, nth: 0 };
  const base = from?.base;
  if (at !== null && base?.kind === "image" && base.image?.built !== undefined)
    return rebuiltImage(at, { image: base.image.built, reference: base.reference });
  const moved = from === undefined ? null : movedTag(from, baseline);
  return { code: "base-changed", at, changed: "image", ...(moved === null ? {} : { moved }) };
}

/** True where a linked build runs again, whatever its result is called. */
export function isMadeAnew(graph: BuildGraph, keyed: KeyedStep): boolean {
  if (keyed.below !== null) return false;
  const base = lineage(graph, stageAt(graph, keyed))[0]?.base;
  const built = base?.kind === "image" ? base.image?.built : undefined;
  return built?.by === "linked" && built.fate === "rebuilds";
}

/** True for an image that another build of the workspace makes. */
export function isOfBuild(from: SourceReference): boolean {
  return from.kind === "image" && from.image?.built !== undefined;
}

/** Another build of the workspace makes the image anew, or has made it anew since. */
export function rebuiltImage(
  at: StepRef,
  { image, reference }: { readonly image: BuiltImage; readonly reference: string },
): Cause {
  const outcome = outcomeOf(image);
  const [cause] = outcome?.causes ?? [];
  const why = outcome === null || cause === undefined ? null : { cause, graph: outcome.graph };
  return { code: "base-rebuilds", at, image, reference, why };
}

/** null: the build before had another reference, or it is not known what that led to. */
function movedTag(from: Stage, { build }: Baseline): MovedTag | null {
  const own = baseOf(from);
  const now = own?.image?.origin?.digest ?? null;
  const before = build?.images.find(
    ({ reference, platform }) => reference === own?.reference && platform === own.platform,
  );
  if (own === null || now === null || before?.digest == null || before.digest === now) return null;
  return { reference: own.reference, before: before.digest, now };
}
