/** The builds of a folder, as the command line prints them. */
import { type BuildDefinition, type DockerfileSource, sourceWord } from "../build/definition.js";
import type { DefinitionProblem } from "../build/foundBuild.js";
import { formatPlatform } from "../build/platform.js";
import type { ListedBuild } from "../definitions/listBuilds.js";
import type { PathRules } from "../definitions/pathRules.js";
import { type Staleness, stalenessWords } from "../insight/staleness.js";
import { type Paint, unpainted } from "../text/paint.js";
import { printable } from "../text/surfaces.js";
import { definitionProblemWords, definitionSeverity } from "../words/definitionProblems.js";
import { buildJson } from "./place.js";

export interface BuildList {
  readonly builds: readonly ListedBuild[];
  /** Of files, not of builds. */
  readonly problems: readonly DefinitionProblem[];
}

/** By its definition; what is not in it was not recorded. */
export type StaleBuilds = ReadonlyMap<BuildDefinition, Staleness>;

/** Version 1 of docs/schema/builds.schema.json. */
export function buildListJson(
  root: string,
  { builds, problems }: BuildList,
  paths: PathRules,
  stale: StaleBuilds,
): object {
  const shown = (path: string): string => paths.relative(root, path);
  return {
    version: 1,
    root,
    builds: builds.map(({ definition, found, isChosen, problems: own, standsOn }) => {
      const { id, name, dockerfile, context, contexts, target, args } = definition;
      return {
        id,
        name,
        dockerfile: dockerfile.kind === "file" ? shown(dockerfile.path) : null,
        context: context === null ? null : sourceWord(context, shown),
        contexts: Object.fromEntries(
          [...contexts].map(([named, source]) => [
            named,
            { kind: source.kind, value: sourceWord(source, shown) },
          ]),
        ),
        standsOn,
        target,
        args: Object.fromEntries([
          ...[...(found?.fromEnvironment ?? [])].map((arg) => [arg, null]),
          ...[...args].flatMap(([arg, value]) =>
            found?.fromEnvironment.has(arg) === true ? [] : [[arg, value]],
          ),
        ]),
        platforms: definition.platforms.map(formatPlatform),
        cacheFrom: found?.cacheFrom ?? [],
        noCache: found?.noCache ?? false,
        chosen: isChosen,
        stale: stale.get(definition)?.rebuilds ?? null,
        recordedAt: timeOf(stale.get(definition)),
        source: buildJson(definition, shown).source,
        evaluatedBy: found?.isEvaluated === true ? "docker" : null,
        problems: own.map(problemJson),
      };
    }),
    problems: problems.map(problemJson),
  };
}

function dockerfileWord(dockerfile: DockerfileSource, shown: (path: string) => string): string {
  switch (dockerfile.kind) {
    case "file":
      return shown(dockerfile.path);
    case "inline":
      return "(inline)";
    case "remote":
      return `(remote) ${dockerfile.path}`;
  }
}

function timeOf(stale: Staleness | undefined): string | null {
  return stale === undefined ? null : new Date(stale.since).toISOString();
}

function problemJson(problem: DefinitionProblem): unknown {
  return {
    code: problem.code,
    severity: definitionSeverity(problem),
    message: definitionProblemWords(problem),
  };
}

export function buildListText(
  root: string,
  { builds, problems }: BuildList,
  paths: PathRules,
  stale: StaleBuilds,
  paint: Paint = unpainted,
): string {
  const shown = (path: string): string => paths.relative(root, path);
  if (builds.length === 0 && problems.length === 0) return "No Dockerfile is here.\n";
  const lines = builds.flatMap(({ definition, found, isChosen, problems: own, standsOn }) => {
    const { id, dockerfile, context, target } = definition;
    const file = dockerfileWord(dockerfile, shown);
    const by = found?.isEvaluated === true ? ", by docker" : "";
    const words = [
      file,
      context === null ? "no context" : `in ${sourceWord(context, shown)}`,
      ...(target === null ? [] : [`target ${target}`]),
      ...(found === null
        ? ["a guess"]
        : [`${shown(found.foundAt.file)}:${found.foundAt.line}${by}`]),
    ];
    const since = stale.get(definition);
    return [
      paint(isChosen ? "title" : "quiet", printable(`${isChosen ? "*" : " "} ${id}`)),
      ...[
        words.join(" · "),
        ...(standsOn.length === 0 ? [] : [`stands on ${standsOn.join(", ")}`]),
        ...(since === undefined ? [] : [stalenessWords(since)]),
        ...own.map(definitionProblemWords),
      ].map((line) => printable(`    ${line}`)),
    ];
  });
  return [
    ...lines,
    ...problems.map((problem) => printable(definitionProblemWords(problem))),
    ...(builds.some(({ isChosen }) => isChosen)
      ? ["", "*: taken where no other is asked for"]
      : []),
  ]
    .map((line) => `${line}\n`)
    .join("");
}
