/** What is wrong with the options of a build. */
import { rulesOf } from "../build/builderRules.js";
import type { BuildDefinition } from "../build/definition.js";
import type { Placed } from "../text/range.js";
import type { GraphProblem } from "./problem.js";

export function flagProblems({ builder, flags }: BuildDefinition): readonly Placed<GraphProblem>[] {
  const { network } = flags;
  const { networks } = rulesOf(builder);
  if (network === "" || networks === null || networks.includes(network)) return [];
  return [{ code: "bad-network", network, range: null }];
}
