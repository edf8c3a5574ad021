/** Steps that run whatever the cache holds. */
import type { BuildGraph, Stage, Step } from "../graph/graph.js";

/**
 * Of `--no-cache` and `--no-cache-filter`, which knows stages by their names alone. Sources: moby,
 * imageprobe.go `nopProber`; BuildKit, frontend/dockerui/config.go `IsNoCache`.
 */
export function isForcedByOption(
  { operation }: Pick<Step, "operation">,
  { name }: Pick<Stage, "name">,
  { definition, rules }: Pick<BuildGraph, "definition" | "rules">,
): boolean {
  const { noCache, uncachedStages } = definition.flags;
  const isSpared = rules.findsDirectoriesWithoutCache && operation?.kind === "makeDirectory";
  if (noCache) return !isSpared;
  return name !== null && uncachedStages.includes(name.toLowerCase());
}
