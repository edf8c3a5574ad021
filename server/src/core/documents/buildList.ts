/** The builds of a folder, as the command line prints them. */
import { type ContextSource, sourceWord } from "../build/definition.js";
import type { DefinitionProblem } from "../build/foundBuild.js";
import { formatPlatform } from "../build/platform.js";
import { type ListedBuild, shownIn } from "../definitions/listBuilds.js";
import { printable } from "../text/surfaces.js";
import { definitionProblemWords, definitionSeverity } from "../words/definitionProblems.js";

/** Version 1 of docs/schema/builds.schema.json. */
export function buildListJson(
  root: string,
  builds: readonly ListedBuild[],
  problems: readonly DefinitionProblem[],
): unknown {
  return {
    version: 1,
    root,
    builds: builds.map(({ definition, found, isChosen, problems: own }) => {
      const { id, name, dockerfile, context, contexts, target, args } = definition;
      return {
        id,
        name,
        dockerfile: dockerfile.kind === "file" ? shownIn(root, dockerfile.path) : null,
        context: context === null ? null : contextText(root, context),
        contexts: Object.fromEntries(
          [...contexts].map(([named, source]) => [
            named,
            { kind: source.kind, value: contextText(root, source) },
          ]),
        ),
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
        stale: null,
        source:
          found === null
            ? { kind: "guess", file: null, line: null }
            : {
                kind: found.kind,
                file: shownIn(root, found.foundAt.file),
                line: found.foundAt.line,
              },
        problems: own.map(problemJson),
      };
    }),
    problems: problems.map(problemJson),
  };
}

function problemJson(problem: DefinitionProblem): unknown {
  return {
    code: problem.code,
    severity: definitionSeverity(problem),
    message: definitionProblemWords(problem),
  };
}

/** A folder relative to the root; an image, an address or the id of a build as it is. */
function contextText(root: string, source: ContextSource): string {
  return sourceWord(source, (folder) => shownIn(root, folder));
}

export function buildListText(
  root: string,
  builds: readonly ListedBuild[],
  problems: readonly DefinitionProblem[],
): string {
  if (builds.length === 0 && problems.length === 0) return "No Dockerfile is here.\n";
  const lines = builds.flatMap(({ definition, found, isChosen, problems: own }) => {
    const { id, dockerfile, context, target } = definition;
    const file = dockerfile.kind === "file" ? shownIn(root, dockerfile.path) : "(inline)";
    const words = [
      file,
      context === null ? "no context" : `in ${contextText(root, context)}`,
      ...(target === null ? [] : [`target ${target}`]),
      ...(found === null
        ? ["a guess"]
        : [`${shownIn(root, found.foundAt.file)}:${found.foundAt.line}`]),
    ];
    return [
      `${isChosen ? "*" : " "} ${id}`,
      `    ${words.join(" · ")}`,
      ...own.map((problem) => `    ${definitionProblemWords(problem)}`),
    ];
  });
  return [
    ...lines,
    ...problems.map(definitionProblemWords),
    ...(builds.some(({ isChosen }) => isChosen)
      ? ["", "*: taken where no other is asked for"]
      : []),
  ]
    .map((line) => `${printable(line)}\n`)
    .join("");
}
