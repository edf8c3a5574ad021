import type { Baseline } from "../cache/records.js";

/** Against a baseline that is not known nothing is predicted: it is no empty one. */
export function notKnown(
  none: Baseline,
  kind: "pending" | "unknown",
  label = "a build that is not known",
): Baseline {
  return { ...none, kind, label };
}
