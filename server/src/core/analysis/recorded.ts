/** A simulated build as it is kept: with the builds of the workspace that it stands on, which are made with it. */
import { type RecordedBuild, recordBuild } from "../cache/record.js";
import type { Digest } from "../host.js";
import type { Analysis } from "./analyse.js";
import { buildsBelow } from "./linkedBuilds.js";
import type { Answer } from "./snapshot.js";

/** @param at milliseconds since the epoch */
export function recordedWithBases(
  { analysis, links }: Pick<Answer, "analysis" | "links">,
  digest: Digest,
  at: number,
): readonly [RecordedBuild, ...RecordedBuild[]] {
  const record = ({ graph, keys, input }: Analysis): RecordedBuild =>
    recordBuild({ graph, keys, tree: input.context?.tree ?? null, digest, at });
  const [lowest, ...others] = [...buildsBelow(links), analysis].map(record);
  return lowest === undefined ? [record(analysis)] : [lowest, ...others];
}
