/** What is wrong with the options of a build. */
import { noBuildFlags } from "../build/buildFlags.js";
import type { BuildOptions } from "../build/buildOptions.js";
import type { Problem } from "../text/range.js";
import { say } from "../text/say.js";

/** Of the networks BuildKit knows only three. Source: buildx, build/opt.go. */
export function flagProblems({ builder, flags = noBuildFlags }: BuildOptions): readonly Problem[] {
  const { network } = flags;
  if (builder === "classic" || ["", "default", "none", "host"].includes(network)) return [];
  const message = say`BuildKit knows no network "${network}": default, none or host.`;
  return [{ code: "bad-network", message, severity: "error", range: null }];
}
