/** Which of the builds that files define is meant for a Dockerfile. */
import type { Read } from "../analysis/read.js";
import { rulesOf } from "../build/builderRules.js";
import { noBuildFlags } from "../build/buildFlags.js";
import type { BuildDefinition } from "../build/definition.js";
import { contextName } from "../build/definition.js";
import type { FoundBuild } from "../build/foundBuild.js";
import { parsePlatform } from "../build/platform.js";
import type { NamedSources, PlainSettings } from "./namedSources.js";
import type { PathRules } from "./pathRules.js";

export interface ChosenBuilds {
  /** All of the Dockerfile, in the order in which they are believed. */
  readonly builds: readonly FoundBuild[];
  /** The one that is taken without being asked for; null: none of them can be. */
  readonly first: FoundBuild | null;
  /** True while it is not known which of them can be right. */
  readonly isPending: boolean;
}

/** @param found of all Dockerfiles, in their order */
export function chooseFound(
  found: readonly FoundBuild[],
  dockerfile: string,
  { literals }: NamedSources,
  paths: PathRules,
  read: Read,
): ChosenBuilds {
  const own = found.filter(
    (build) => build.dockerfile.kind === "file" && paths.isSame(build.dockerfile.path, dockerfile),
  );
  let isPending = false;
  const holdsNone = (build: FoundBuild): boolean => {
    if (literals.length === 0 || own.length === 1 || build.context?.kind !== "path") return false;
    const { folder } = build.context;
    const present = read({ kind: "present", folder, paths: literals });
    if (present.kind === "pending") isPending = true;
    return present.kind === "known" && present.value.size === 0;
  };
  const wrong = new Set(own.filter(holdsNone));
  const builds = [...own.filter((build) => !wrong.has(build)), ...wrong];
  return { builds, first: builds.find(({ canBeDefault }) => canBeDefault) ?? null, isPending };
}

/** @param settings fill in what no file says */
export function foundDefinition(found: FoundBuild, settings: PlainSettings): BuildDefinition {
  const { id, name, dockerfile, context, contexts, target, args, noCache, foundAt } = found;
  const { builder, builderVersion, platform } = settings;
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
    builder,
    builderVersion,
    flags: { ...noBuildFlags, noCache },
    foundAt,
  };
}
