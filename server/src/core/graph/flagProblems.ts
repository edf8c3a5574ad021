/** What is wrong with the options of a build. */
import { rulesOf } from "../build/builderRules.js";
import type { BuildDefinition } from "../build/definition.js";
import type { Problem } from "../text/range.js";
import { say } from "../text/say.js";

export function flagProblems({ builder, flags }: BuildDefinition): readonly Problem[] {
  const { network } = flags;
  const { networks } = rulesOf(builder);
  if (network === "" || networks === null || networks.includes(network)) return [];
  const message = say`BuildKit knows no network "${network}": default, none or host.`;
  return [{ code: "bad-network", message, severity: "error", range: null }];
}
