/**
 * All builds that the files of a workspace folder define, each kind by its reader, in the order in
 * which they are believed.
 */

import { type ContextSource, type DefinitionId, sourceWord } from "../build/definition.js";
import {
  type DefinitionProblem,
  type FoundBuild,
  type FoundBuilds,
  foundKinds,
} from "../build/foundBuild.js";
import { append } from "../text/longLists.js";
import { compareBytes } from "../text/paths.js";
import { readBake } from "./bake.js";
import { namedBakeFiles } from "./bakeAction.js";
import { mayBuild } from "./buildCommand.js";
import { readCiFile } from "./ciFile.js";
import {
  type CommandText,
  readCommandText,
  readDockerfileComments,
  readPackageScripts,
} from "./commandBuilds.js";
import { composeNames, readCompose } from "./compose.js";
import { namedComposeFiles, readDevcontainer } from "./devcontainer.js";
import type { DefinitionFiles } from "./fileNames.js";
import { type ReadBuild, type ReaderFiles, type ReadFile, shownPath } from "./reader.js";
import { readWorkflow } from "./workflow.js";

export function findBuilds(found: DefinitionFiles, files: ReaderFiles): FoundBuilds {
  const builds: ReadBuild[] = [];
  const problems: DefinitionProblem[] = [];
  /** What a reader throws over is a fault of ours: the other files are read all the same. */
  const take = (path: string, read: () => Partial<ReadFile>): void => {
    try {
      const { builds: own = [], problems: wrong = [] } = read();
      append(builds, own);
      append(problems, wrong);
    } catch {
      const reason = "it is made otherwise than its reader expects";
      problems.push({ code: "definition-unreadable", path: shownPath(files, path), reason });
    }
  };
  const dataOf = (path: string) => files.data(path) ?? [];
  const devcontainers = found.devcontainer.flatMap(dataOf);
  const named = devcontainers.flatMap((file) =>
    namedComposeFiles(file, files).filter((path) => files.paths.isInside(files.root, path)),
  );
  for (const file of [...new Set([...found.compose, ...named])].flatMap(dataOf))
    take(file.path, () => readCompose(file, files));
  const workflows = found.workflow.flatMap(dataOf);
  const bakes = workflows
    .flatMap((file) => namedBakeFiles(file, files))
    .filter((path) => files.paths.isInside(files.root, path) && files.isThere(path));
  for (const path of new Set([...found.bake, ...bakes])) take(path, () => readBake(path, files));
  for (const file of devcontainers) take(file.path, () => readDevcontainer(file, files));
  for (const file of workflows) take(file.path, () => readWorkflow(file, files));
  for (const file of found.ci.flatMap(dataOf)) take(file.path, () => readCiFile(file, files));
  const textOf = (path: string) => {
    const text = files.text(path);
    return text === null ? [] : [{ path, text }];
  };
  for (const file of found.dockerfiles.flatMap(textOf))
    take(file.path, () => ({ builds: readDockerfileComments(file, files) }));
  for (const file of found.command.flatMap(textOf).filter(({ text }) => mayBuild(text)))
    take(file.path, () => ({ builds: readCommands(file, files) }));
  return {
    builds: identified(checked(builds, files), files),
    dockerfiles: found.dockerfiles,
    files: [...new Set([...Object.values(found).flat(), ...bakes])],
    problems: distinct(problems),
  };
}

function readCommands(file: CommandText, files: ReaderFiles): readonly ReadBuild[] {
  if (!/(?:^|[\\/])package\.json$/.test(file.path)) return readCommandText(file, files);
  const data = files.data(file.path);
  return data === null ? [] : readPackageScripts(data, files);
}

/** With what is to say of Dockerfiles that are not there. */
function checked(builds: readonly ReadBuild[], files: ReaderFiles): readonly ReadBuild[] {
  const seen = new Set<string>();
  return builds.flatMap((build) => {
    const text = JSON.stringify([build.key, build.dockerfile, build.context, build.target]);
    if (seen.has(text)) return [];
    seen.add(text);
    const { dockerfile, context } = build;
    if (dockerfile.kind === "inline") return [build];
    if (dockerfile.kind === "remote") {
      const address = context === null ? "" : sourceWord(context);
      return [unusable(build, { code: "dockerfile-remote", address })];
    }
    if (!files.paths.isInside(files.root, dockerfile.path))
      return [unusable(build, { code: "definition-outside", path: dockerfile.path })];
    if (!files.isThere(dockerfile.path)) {
      // A line of prose or of a script that builds what is not here is none of ours.
      if (build.kind === "command") return [];
      const path = shownPath(files, dockerfile.path);
      return [unusable(build, { code: "dockerfile-missing", path })];
    }
    if (context?.kind === "path" && !files.isThere(context.folder))
      return [unusable(build, { code: "context-missing", path: shownPath(files, context.folder) })];
    return [build];
  });
}

function unusable(build: ReadBuild, problem: DefinitionProblem): ReadBuild {
  return { ...build, canBeDefault: false, problems: [...build.problems, problem] };
}

/** In their order, each with an id of its own: a short one for the first of a name. */
function identified(builds: readonly ReadBuild[], files: ReaderFiles): readonly FoundBuild[] {
  const ranked = builds
    .map((build) => ({ build, rank: rankOf(build, files) }))
    .sort((a, b) => compareRanks(a.rank, b.rank));
  /** By key, for links: of two builds with one key, such as of a workflow that is called, the first. */
  const ids = new Map<string, DefinitionId>();
  const taken = new Set<string>();
  const entries = ranked.map(({ build, rank }) => {
    const id = freeId(build, shownPath(files, build.foundAt.file), taken);
    taken.add(id);
    if (!ids.has(build.key)) ids.set(build.key, id);
    return { build, rank, id };
  });
  const relinked = (source: ContextSource): ContextSource =>
    source.kind === "build" ? { ...source, id: ids.get(source.id) ?? source.id } : source;
  const unknown = (sources: readonly ContextSource[]): readonly DefinitionProblem[] =>
    sources.flatMap((source) =>
      source.kind === "build" && !ids.has(source.id)
        ? [{ code: "definition-unknown", name: source.id.slice(source.id.lastIndexOf("#") + 1) }]
        : [],
    );
  return entries.map(({ build: { key: _key, order: _order, ...build }, rank, id }): FoundBuild => {
    const sources = [
      ...(build.context === null ? [] : [build.context]),
      ...build.contexts.values(),
    ];
    return {
      ...build,
      id,
      rank,
      context: build.context === null ? null : relinked(build.context),
      contexts: new Map([...build.contexts].map(([name, source]) => [name, relinked(source)])),
      problems: [...build.problems, ...unknown(sources)],
    };
  });
}

/** The shortest that is not taken; a workflow's names its file. */
function freeId(build: ReadBuild, file: string, taken: ReadonlySet<string>): DefinitionId {
  const { kind, name, foundAt } = build;
  const long = `${file}#${name}`;
  const choices = [kind === "workflow" ? long : name, long, `${long}:${foundAt.line}`];
  const free = choices.find((choice) => !taken.has(`${kind}:${choice}`));
  return `${kind}:${free ?? `${long}:${foundAt.line}:${taken.size}`}`;
}

/**
 * What can be taken before what cannot; then by kind; Docker's own file names before others, the
 * shallower before the deeper, and what its name says is for something else last.
 */
function rankOf(build: ReadBuild, files: ReaderFiles): readonly (number | string)[] {
  const path = shownPath(files, build.foundAt.file);
  const name = path.slice(path.lastIndexOf("/") + 1);
  const isUsual =
    composeNames.some((usual) => usual === name) || /^docker-bake\.(?:hcl|json)$/.test(name);
  const aside =
    /(?:^|[-_./])(?:dev|development|test|tests|testing|ci|e2e|example|examples|local|debug)(?:[-_./]|$)/i;
  const isDockerfile =
    build.dockerfile.kind === "file" &&
    files.paths.isSame(build.dockerfile.path, build.foundAt.file);
  return [
    build.canBeDefault ? 0 : 1,
    foundKinds.indexOf(build.kind),
    build.kind === "command" ? commandOrder(name, isDockerfile) : 0,
    aside.test(build.kind === "workflow" ? `${path} ${build.name}` : path) ? 1 : 0,
    isUsual ? 0 : 1,
    path.split("/").length,
    build.order,
    aside.test(build.name) ? 1 : 0,
    path,
    build.foundAt.range?.start ?? 0,
  ];
}

/** The Dockerfile's own comments, a Makefile, scripts, package.json, a README. */
function commandOrder(name: string, isDockerfile: boolean): number {
  if (isDockerfile) return 0;
  if (/^makefile|\.mk$/i.test(name)) return 1;
  if (/\.json$/.test(name)) return 3;
  return /\.md$|\.rst$|\.txt$/i.test(name) ? 4 : 2;
}

export function compareRanks(
  a: readonly (number | string)[],
  b: readonly (number | string)[],
): number {
  for (const [at, one] of a.entries()) {
    const other = b[at] ?? 0;
    const order =
      typeof one === "number" && typeof other === "number"
        ? one - other
        : compareBytes(String(one), String(other));
    if (order !== 0) return order;
  }
  return 0;
}

function distinct(problems: readonly DefinitionProblem[]): readonly DefinitionProblem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const text = JSON.stringify(problem);
    const isNew = !seen.has(text);
    seen.add(text);
    return isNew;
  });
}
