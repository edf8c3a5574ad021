import { stepMarks } from "../core/features/stepMarks.js";
import type { MarkedLine } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";

/** `stratacast/stepMarks` */
export function handleStepMarks(build: LiveBuild): readonly MarkedLine[] {
  return stepMarks(build.view());
}
