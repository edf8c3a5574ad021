/** All builds of a workspace folder, and for each Dockerfile the one that is meant. */

import { taggedAs } from "../analysis/linkedBuilds.js";
import type { Read } from "../analysis/read.js";
import type { BuildDefinition, DefinitionId, DockerfileSource } from "../build/definition.js";
import type { DefinitionProblem, FoundBuild, FoundBuilds } from "../build/foundBuild.js";
import { foundDefinition } from "../build/foundDefinition.js";
import { buildGraph } from "../graph/build.js";
import { neededImages } from "../graph/images.js";
import { sourcesOf } from "../graph/sources.js";
import type { Digest } from "../host.js";
import { parseDockerfile } from "../syntax/parse.js";
import type { Dockerfile } from "../syntax/syntax.js";
import { chooseFound } from "./chooseFound.js";
import { type BuildSettings, editorDefinition } from "./editorDefinition.js";
import { namedSources } from "./namedSources.js";
import type { PathRules } from "./pathRules.js";

export interface ListedBuild {
  /** Paths in it are absolute, but for the id of a guess. */
  readonly definition: BuildDefinition;
  /** Of a guess null. */
  readonly found: FoundBuild | null;
  readonly isChosen: boolean;
  readonly problems: readonly DefinitionProblem[];
  /** The other builds whose images it starts with or takes files of. */
  readonly standsOn: readonly DefinitionId[];
}

export interface ListQuestion {
  /** Absolute path of the folder. */
  readonly root: string;
  readonly found: FoundBuilds;
  /** The texts of its Dockerfiles; one that is not there cannot be read. */
  readonly texts: ReadonlyMap<string, string>;
  readonly settings: BuildSettings;
  readonly paths: PathRules;
  readonly digest: Digest;
}

/** The chosen first, then the others, each in the order in which they are believed. */
export function listBuilds(question: ListQuestion, read: Read): readonly ListedBuild[] {
  const { root, found, texts, settings, paths, digest } = question;
  const chosen = new Set<FoundBuild>();
  const guesses: ListedBuild[] = [];
  const listed = new Set<FoundBuild>();
  const order: FoundBuild[] = [];
  for (const file of found.dockerfiles) {
    const text = texts.get(file);
    if (text === undefined) continue;
    const sources = namedSources(parseDockerfile(text), settings, digest);
    const own = chooseFound(found.builds, file, sources, paths, read);
    for (const build of own.builds) listed.add(build);
    order.push(...own.builds);
    if (own.first !== null) {
      chosen.add(own.first);
      continue;
    }
    if (own.made !== null) continue;
    const place = { uri: file, file, workspaceFolder: root };
    const guess = { settings: { ...settings, builds: [] }, choice: null, place, sources, paths };
    const { definition } = editorDefinition(guess, read);
    const id: DefinitionId = `guess:${paths.relative(root, file)}`;
    guesses.push({
      definition: { ...definition, id },
      found: null,
      isChosen: true,
      problems: [],
      standsOn: standsOn(definition, parseDockerfile(text), question),
    });
  }
  const inOrder = [
    ...found.builds.filter((build) => chosen.has(build)),
    ...order.filter((build) => !chosen.has(build)),
    ...found.builds.filter((build) => !listed.has(build)),
  ];
  const builds = inOrder.map(
    (build): ListedBuild => ({
      ...withBases(foundDefinition(build, settings), question),
      found: build,
      // What has its Dockerfile within itself is nobody else's.
      isChosen: chosen.has(build) || build.dockerfile.kind === "inline",
      problems: build.problems,
    }),
  );
  return [
    ...builds.filter(({ isChosen }) => isChosen),
    ...guesses,
    ...builds.filter(({ isChosen }) => !isChosen),
  ];
}

function withBases(
  definition: BuildDefinition,
  question: ListQuestion,
): Pick<ListedBuild, "definition" | "standsOn"> {
  const { dockerfile } = definition;
  const text = textOf(dockerfile, question);
  return {
    definition,
    standsOn: text === undefined ? [] : standsOn(definition, parseDockerfile(text), question),
  };
}

function textOf(dockerfile: DockerfileSource, { texts }: ListQuestion): string | undefined {
  switch (dockerfile.kind) {
    case "file":
      return texts.get(dockerfile.path);
    case "inline":
      return dockerfile.text;
    case "remote":
      return undefined;
  }
}

/** By the named contexts and images that its target needs. */
function standsOn(
  definition: BuildDefinition,
  dockerfile: Dockerfile,
  { found: { builds }, digest }: ListQuestion,
): readonly DefinitionId[] {
  const [platform] = definition.platforms;
  const host = { digest, baseImage: () => null, builtImage: () => null };
  const { graph } = buildGraph(dockerfile, { definition, platform }, host);
  const named = graph.stages
    .filter(({ isBuilt }) => isBuilt)
    .flatMap(({ base, steps }) => {
      const from = steps.flatMap(sourcesOf);
      const contexts = [base.kind === "elsewhere" ? base.name : null].concat(
        from.map((one) => (one.kind === "context" ? (one.folder ?? null) : null)),
      );
      return contexts.flatMap((name) => {
        const source = name === null ? undefined : definition.contexts.get(name);
        return source?.kind === "build" ? [source.id] : [];
      });
    });
  const tagged = neededImages(graph).flatMap(
    ({ reference }) => taggedAs(builds, reference, definition)?.id ?? [],
  );
  return [...new Set([...named, ...tagged])];
}
