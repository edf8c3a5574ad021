/** What a build costs and what the cache can save, in numbers of one Dockerfile. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { waitsFor } from "../analysis/view.js";
import { emptyFolder } from "../context/folder.js";
import { bytesInBoth, united } from "../context/overlays.js";
import { criticalPath } from "./criticalPath.js";
import { takenFiles } from "./takenFiles.js";

export interface BuildNumbers {
  /** Steps that the target needs, FROM not counted. */
  readonly steps: number;
  /** So many of them wait for each other; the others run beside them. */
  readonly chain: number;
  /** So many of them stay cached whatever file of the build context changes. */
  readonly steady: number;
  /** Of files of the build context in the image, each layer for itself. */
  readonly copiedBytes: number;
  /** Of these, in files that a lower layer of the image has already. */
  readonly repeatedBytes: number;
}

export function buildNumbers(analysis: Analysis): BuildNumbers {
  const steps = analysis.steps.filter(isStep);
  const touched = new Set<number>();
  for (const analysed of steps) {
    const isTouched =
      analysed.keyed.context.length > 0 ||
      waitsFor(analysis, analysed).some((index) => touched.has(index));
    if (isTouched) touched.add(analysed.place.index);
  }
  const chain = criticalPath(analysis).steps.filter(isStep);
  return {
    steps: steps.length,
    chain: chain.length,
    steady: steps.length - touched.size,
    ...copied(steps.filter(isLayer)),
  };
}

function isStep({ isBuilt, keyed, step }: StepAnalysis): boolean {
  return isBuilt && keyed.definition !== null && step.effect !== "base";
}

function isLayer({ layer, effect }: StepAnalysis): boolean {
  return layer !== null && effect === "layer";
}

/** A bind mount leaves nothing in the image: only COPY and ADD count. */
function copied(
  layers: readonly StepAnalysis[],
): Pick<BuildNumbers, "copiedBytes" | "repeatedBytes"> {
  let seen = emptyFolder;
  let copiedBytes = 0;
  let repeatedBytes = 0;
  for (const { step, keyed } of layers) {
    if (step.operation?.kind !== "copy") continue;
    const own = takenFiles(keyed.context, keyed.taken).root;
    copiedBytes += own.bytes;
    repeatedBytes += bytesInBoth(own, seen);
    seen = united(seen, own);
  }
  return { copiedBytes, repeatedBytes };
}
