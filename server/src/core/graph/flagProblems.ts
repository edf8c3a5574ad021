/** What is wrong with the options of a build. */
import type { BuildDefinition } from "../build/definition.js";
import type { Problem } from "../text/range.js";
import { say } from "../text/say.js";

/** Of the networks BuildKit knows only three. Source: buildx, build/opt.go. */
export function flagProblems({ builder, flags }: BuildDefinition): readonly Problem[] {
  const { network } = flags;
  if (builder === "classic" || ["", "default", "none", "host"].includes(network)) return [];
  const message = say`BuildKit knows no network "${network}": default, none or host.`;
  return [{ code: "bad-network", message, severity: "error", range: null }];
}
