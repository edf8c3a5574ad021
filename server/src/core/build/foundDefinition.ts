/** A build that a file defines, with what no file says. */
import { rulesOf } from "./builderRules.js";
import { noBuildFlags } from "./buildFlags.js";
import { type BuildDefinition, contextName } from "./definition.js";
import type { FoundBuild } from "./foundBuild.js";
import { parsePlatform } from "./platform.js";

/** What no file says. */
export interface FoundSettings
  extends Pick<BuildDefinition, "builder" | "builderVersion" | "buildPlatform"> {
  readonly platform: BuildDefinition["platforms"][0];
}

/** @param settings fill in what no file says */
export function foundDefinition(found: FoundBuild, settings: FoundSettings): BuildDefinition {
  const { id, name, dockerfile, context, contexts, target, args, noCache, cacheFrom, foundAt } =
    found;
  const { builder, builderVersion, platform, buildPlatform } = settings;
  const [first, ...others] = found.platforms.flatMap((written) => parsePlatform(written) ?? []);
  return {
    id,
    name,
    dockerfile,
    context,
    contexts: rulesOf(builder).takesNamedContexts
      ? new Map([...contexts].map(([written, source]) => [contextName(written), source]))
      : new Map(),
    target,
    args,
    platforms: first === undefined ? [platform] : [first, ...others],
    buildPlatform,
    builder,
    builderVersion,
    flags: { ...noBuildFlags, noCache },
    cacheFrom,
    foundAt,
  };
}
