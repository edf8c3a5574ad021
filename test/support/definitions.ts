/** Build definitions of tests: what is not said is plain. */
import { usualVersion } from "../../server/src/core/build/builderVersion.js";
import { noBuildFlags } from "../../server/src/core/build/buildFlags.js";
import type { BuildDefinition, PlatformBuild } from "../../server/src/core/build/definition.js";
import type { Platform } from "../../server/src/core/build/platform.js";

const pc: Platform = { os: "linux", architecture: "amd64", variant: "" };

/** Of `Dockerfile`, for 64-bit PCs. */
export function buildOf(
  given: Partial<Omit<BuildDefinition, "platforms">> & { readonly platform?: Platform } = {},
): PlatformBuild {
  const { platform = pc, ...said } = given;
  const definition: BuildDefinition = {
    id: "cli:Dockerfile",
    name: null,
    dockerfile: { kind: "file", path: "Dockerfile" },
    context: { kind: "path", folder: "/srv/app" },
    contexts: new Map(),
    target: null,
    args: new Map(),
    platforms: [platform],
    buildPlatform: platform,
    builder: "buildkit",
    builderVersion: usualVersion,
    flags: noBuildFlags,
    foundAt: null,
    ...said,
  };
  return { definition, platform };
}
