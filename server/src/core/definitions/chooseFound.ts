/** Which of the builds that files define is meant for a Dockerfile. */
import type { Read } from "../analysis/read.js";
import type { FoundBuild } from "../build/foundBuild.js";
import type { NamedSources } from "./namedSources.js";
import type { PathRules } from "./pathRules.js";

export interface ChosenBuilds {
  /** All of the Dockerfile, in the order in which they are believed. */
  readonly builds: readonly FoundBuild[];
  /** The one that is taken without being asked for; null: none of them can be. */
  readonly first: FoundBuild | null;
  /** Where there is none: the one that says that its context is made before the build. */
  readonly made: FoundBuild | null;
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
  const first = builds.find(({ canBeDefault }) => canBeDefault) ?? null;
  const made = first === null ? (builds.find(hasMadeContext) ?? null) : null;
  return { builds, first, made, isPending };
}

/** True where no checkout holds the context: no folder that is here should be taken for it. */
function hasMadeContext({ problems }: FoundBuild): boolean {
  return problems.some(
    (problem) =>
      problem.code === "context-made" ||
      (problem.code === "context-missing" && problem.path !== "-"),
  );
}
