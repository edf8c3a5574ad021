/** Layers laid over each other, as COPY --link makes them. Source: solver/llbsolver/ops/merge.go. */
import type { Dialect } from "./dialect.js";
import { filled, goJson } from "./goJson.js";
import type { Op } from "./op.js";

/** @param inputs the lowest first */
export function mergeOp(inputs: readonly string[], { writesZeros }: Dialect): Op {
  const numbered = inputs.map((_, input) => (writesZeros ? { input } : filled({ input })));
  const json = goJson({ Type: "buildkit.merge.v0", Merge: { inputs: numbered } });
  return { json, inputs, parts: () => ({}) };
}
