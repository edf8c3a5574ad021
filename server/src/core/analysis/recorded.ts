/** A simulated build as it is kept: with the builds of the workspace that it stands on, which are made with it. */
import { type RecordedBuild, recordBuild } from "../cache/record.js";
import type { Digest } from "../host.js";
import type { Analysis } from "./analyse.js";
import { buildsBelow } from "./linkedBuilds.js";
import { eachPlatform } from "./platforms.js";
import type { Answer } from "./snapshot.js";

/**
 * Of each platform of its definition.
 * @param at milliseconds since the epoch
 */
export function recordedWithBases(
  answer: Answer,
  digest: Digest,
  at: number,
): readonly [RecordedBuild, ...RecordedBuild[]] {
  const each = eachPlatform(answer.analysis);
  const together = each.map(({ keys }) => keys);
  const record = (
    { graph, keys, input }: Analysis,
    made: { readonly together?: typeof together } = {},
  ): RecordedBuild =>
    recordBuild({ graph, keys, tree: input.context?.tree ?? null, digest, at, ...made });
  const of = answer.platforms.length === 0 ? [answer] : answer.platforms;
  const below = of.flatMap(({ links }) => buildsBelow(links)).map((one) => record(one));
  const [first, ...others] = each;
  const own = [record(first, { together }), ...others.map((one) => record(one, { together }))];
  const [lowest = record(first, { together }), ...above] = [...below, ...own];
  return [lowest, ...above];
}
