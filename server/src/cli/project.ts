/** What the commands work on: a Dockerfile and its build context, read from this machine. */

import path from "node:path";
import type { Analysis } from "../core/analysis/analyse.js";
import type { BaselineChoice } from "../core/analysis/baselineChoice.js";
import { onDisk } from "../core/analysis/place.js";
import {
  analysePlatforms,
  forecastPlatforms,
  PlatformMemory,
  platformCount,
} from "../core/analysis/platforms.js";
import { type Answer, contextAsk } from "../core/analysis/snapshot.js";
import {
  type BuildDefinition,
  contextFolder,
  namedFolders,
  sourceWord,
} from "../core/build/definition.js";
import { fileKind } from "../core/definitions/fileNames.js";
import { type SimulationPlace, simulationPlace } from "../core/documents/place.js";
import { type Digest, neverCancelled } from "../core/host.js";
import { parseDockerfile } from "../core/syntax/parse.js";
import type { Dockerfile } from "../core/syntax/syntax.js";
import { nearest } from "../core/text/nearest.js";
import { count } from "../core/text/sizes.js";
import type { NeedKind } from "../core/world/facts.js";
import { factOf } from "../core/world/world.js";
import { sha256 } from "../host/digest.js";
import { type Machine, type MachineOptions, openMachine } from "../host/machine.js";
import { maxText, nodeFileSystem, readRegularFile } from "../host/nodeFileSystem.js";
import { pathRules } from "../host/paths.js";
import { settle } from "../host/settle.js";
import type { BuildArguments } from "./buildArguments.js";
import { listOf, plainSettings, programsOf } from "./buildsOf.js";
import type { CliIo } from "./command.js";
import { defaultDockerfile, defaultState, reasonIn } from "./places.js";
import { openResolving, suppliersOf } from "./resolve.js";
import { UsageError } from "./usageError.js";

export interface CliProject {
  readonly definition: BuildDefinition;
  readonly dockerfile: Dockerfile;
  readonly machine: Machine;
  /** See `StateStore`. */
  readonly digest: Digest;
  /** See `Snapshot`. */
  readonly builds: string | null;
}

/** The build that is meant, and how answers name it. */
export interface MeantBuild {
  readonly definition: BuildDefinition;
  readonly shown: SimulationPlace;
  /** The Dockerfile as a person here calls it; `-`: it came from stdin. */
  readonly called: string;
  /** The folder whose files define the builds that it may stand on; null: it stands on none. */
  readonly builds: string | null;
  /** The name that its image gets there; null: none. */
  readonly image: string | null;
}

/**
 * What the words say, or a build that files of its context define with the words laid over.
 * Errors: `UsageError`.
 * @param mayLink false: a build that the words alone say stands on no other one
 */
export async function meantBuild(
  args: Pick<BuildArguments, "build" | "definition" | "saysPlatforms" | "askDocker">,
  io: CliIo,
  mayLink = true,
): Promise<MeantBuild> {
  const { build, definition: said } = args;
  const given = contextFolder(said) ?? io.cwd;
  const { definition, image, root } =
    build === null
      ? { definition: said, image: null, root: given }
      : await namedBuild(build, args, given, io);
  const { dockerfile } = definition;
  return {
    definition,
    image,
    shown: simulationPlace(definition, root, (path) => pathRules.relative(root, path)),
    builds: build !== null ? root : mayLink ? projectOf(root, io) : null,
    called: dockerfile.kind === "file" ? shownPath(dockerfile.path, io) : "-",
  };
}

/**
 * The folder whose files define other builds, by whose tags this one may stand on them: the current one
 * where the context is in it. null: none of its files does; it is then not looked through.
 */
function projectOf(context: string, { cwd }: CliIo): string | null {
  const root = pathRules.isInside(cwd, context) ? cwd : context;
  const names = nodeFileSystem().list(root);
  const defines = (name: string): boolean => {
    const kind = fileKind(name);
    return kind !== null && kind !== "dockerfiles" && !/^(?:package\.json|README.*)$/i.test(name);
  };
  return names.ok && names.value.some(defines) ? root : null;
}

type NamedArguments = Pick<BuildArguments, "definition" | "saysPlatforms" | "askDocker">;

async function namedBuild(
  build: string,
  { definition: said, saysPlatforms, askDocker }: NamedArguments,
  given: string,
  io: CliIo,
): Promise<Pick<MeantBuild, "definition" | "image"> & { readonly root: string }> {
  const { platforms, builder, builderVersion, flags, target, args, contexts } = said;
  const [platform] = platforms;
  const settings = { ...plainSettings(), platform, builder, builderVersion };
  const find = async (root: string) => {
    const { builds } = await listOf(root, io, { settings, askDocker });
    const exact = builds.find(({ definition: { id } }) => id === build);
    const named = builds.filter(({ definition: { name } }) => name === build);
    return { root, builds, named, one: exact ?? (named.length === 1 ? named[0] : undefined) };
  };
  const own = await find(given);
  const above = own.one === undefined && given === io.cwd ? projectAbove(given) : null;
  const { root, builds, named, one } = above === null ? own : await find(above);
  if (one === undefined) {
    const near = nearest(
      build,
      builds.map(({ definition: { id } }) => id),
    );
    const meant = near === null ? "; stratacast builds lists them" : `; did you mean ${near}?`;
    const what = named.length > 1 ? "is the name of several builds" : "is no build";
    throw new UsageError(`--build ${build}: ${what}${meant}`);
  }
  const { definition: found } = one;
  if (found.dockerfile.kind === "remote" && found.context !== null)
    throw new UsageError(
      `--build ${build}: its Dockerfile lies in its build context, ${sourceWord(found.context)}, which is not fetched: there is nothing to read here`,
    );
  const definition = {
    ...found,
    target: target ?? found.target,
    args: new Map([...found.args, ...args]),
    contexts: new Map([...found.contexts, ...contexts]),
    platforms: saysPlatforms ? platforms : found.platforms,
    flags: { ...flags, noCache: flags.noCache || found.flags.noCache },
  };
  return { definition, image: one.found?.tags[0] ?? null, root };
}

const usualCompose = /^(?:docker-)?compose\.ya?ml$/;

/**
 * The nearest folder above with a Compose file of a usual name, as Compose looks for one where it is run;
 * not outside of a repository. null: there is none. Source: compose-go, cli/options.go
 * `WithDefaultConfigPath`.
 */
function projectAbove(folder: string): string | null {
  const disk = nodeFileSystem();
  for (let at = folder; ; at = pathRules.parent(at)) {
    const names = disk.list(at);
    if (!names.ok) return null;
    if (at !== folder && names.value.some((name) => usualCompose.test(name))) return at;
    if (names.value.includes(".git") || pathRules.parent(at) === at) return null;
  }
}

/** What earlier calls have left, and what its keys are digested with. */
type KeptForProject = Pick<
  MachineOptions,
  "readState" | "readRecorded" | "memory" | "suppliers"
> & { readonly digest?: Digest; readonly builds?: string | null; readonly askDocker?: boolean };

/**
 * Reads the text; nothing of the context. Errors: `UsageError`.
 *
 * @param kept what earlier calls have left; absent: nothing is asked of them
 */
export async function readProject(
  given: BuildDefinition,
  io: CliIo,
  { digest = sha256, builds = null, askDocker = false, ...kept }: KeptForProject = {},
): Promise<CliProject> {
  const text =
    given.dockerfile.kind === "inline" && given.dockerfile.text !== ""
      ? given.dockerfile.text
      : await readDockerfile(given, io);
  const definition: BuildDefinition =
    given.dockerfile.kind === "inline" ? { ...given, dockerfile: { kind: "inline", text } } : given;
  const [told, all] = [forecastPlatforms(definition).length, platformCount(definition)];
  if (told < all) io.error(`stratacast: of ${all} platforms the first ${told} are looked at`);
  const machine = openMachine({
    mayAskGit: () => true,
    // Only what simulated builds have left is compared with what is in files.
    readsFiles: kept.readState !== undefined,
    threadProgram: io.threadProgram,
    onHashed: (done, all) => io.progress(`Reading files: ${done} of ${count(all, "file")}`),
    ...kept,
    ...programsOf(askDocker, io),
  });
  return { definition, dockerfile: parseDockerfile(text), machine, digest, builds };
}

/**
 * Analyses the project with all that can be found out. Errors: `UsageError` for a context that cannot
 * be read.
 */
export function predictProject(
  project: CliProject,
  baseline: BaselineChoice,
  io: CliIo,
): Promise<Answer> {
  return settled(project, baseline, io, []);
}

/** The same against no earlier build, for what turns on no file's content: none is read. */
function explainProject(project: CliProject, io: CliIo): Promise<Answer> {
  return settled(project, { kind: "empty" }, io, ["contents"]);
}

/** The same with base images looked up where that is wanted. */
export async function explainResolved(
  args: Pick<BuildArguments, "definition" | "resolve" | "registries" | "askDocker"> &
    Pick<MeantBuild, "builds">,
  io: CliIo,
): Promise<Analysis> {
  const resolving = await openResolving(args, defaultState(io.env), io);
  const { builds, askDocker } = args;
  const kept = { builds, askDocker, ...suppliersOf(resolving) };
  const project = await readProject(args.definition, io, kept);
  const { analysis } = await explainProject(project, io);
  await resolving.done(analysis, project.machine);
  return analysis;
}

async function settled(
  { definition, dockerfile, machine, digest, builds }: CliProject,
  baseline: BaselineChoice,
  io: CliIo,
  without: readonly NeedKind[],
): Promise<Answer> {
  const build = { place: onDisk, definition, dockerfile };
  const memory = new PlatformMemory();
  const answered = await settle(
    machine.pool,
    (world): Answer => {
      const answer = analysePlatforms(
        { ...build, world, baseline, digest, sha256, builds },
        memory,
      );
      return { ...answer, needs: answer.needs.filter(({ kind }) => !without.includes(kind)) };
    },
    neverCancelled,
  );
  assertReadable(definition, machine, io);
  return answered;
}

/** Errors: `UsageError` for a context that cannot be read. */
export function assertReadable(definition: BuildDefinition, { pool }: Machine, io: CliIo): void {
  const { builder } = definition;
  const own = contextAsk(definition);
  const named = [...namedFolders(definition).values()].map((folder) => {
    return { folder, builder, dockerfile: null };
  });
  for (const ask of [...(own === null ? [] : [own]), ...named]) {
    const listing = factOf(pool.world, { kind: "tree", ...ask });
    if (listing.kind !== "unknown" || listing.error === null) continue;
    const { path: place, message } = listing.error;
    throw new UsageError(place === ask.folder ? message : `${shownPath(place, io)}: ${message}`);
  }
}

async function readDockerfile(definition: BuildDefinition, io: CliIo): Promise<string> {
  const { dockerfile } = definition;
  if (dockerfile.kind !== "file") return textOf(await io.readStdin(), "stdin");
  const name = shownPath(dockerfile.path, io);
  const disk = nodeFileSystem();
  const real = disk.realPath(dockerfile.path);
  const bytes = real.ok ? readRegularFile(disk, real.value, maxText) : real;
  if (bytes.ok) return textOf(bytes.value, name);
  if (bytes.error.code === "EFBIG") throw tooLarge(name);
  const stat = real.ok ? disk.stat(real.value) : real;
  if (stat.ok && stat.value.kind === "directory") throw new UsageError(`${name}: is a folder`);
  const others = bytes.error.code === "ENOENT" ? await otherBuilds(definition, io) : "";
  throw new UsageError(`${name}: ${reasonIn(bytes.error, "no such file")}${others}`);
}

/** Where the context has no Dockerfile of the usual name: which builds its files define. */
async function otherBuilds(definition: BuildDefinition, io: CliIo): Promise<string> {
  const { dockerfile } = definition;
  const root = contextFolder(definition);
  if (root === null || dockerfile.kind !== "file" || dockerfile.path !== defaultDockerfile(root))
    return "";
  const [first, ...others] = (await listOf(root, io)).builds.filter(({ isChosen }) => isChosen);
  if (first === undefined) return "";
  const more = others.length === 0 ? "" : ` (stratacast builds lists ${others.length} more)`;
  return `; did you mean --build "${first.definition.id}"?${more}`;
}

function textOf(bytes: Uint8Array, name: string): string {
  if (bytes.length > maxText) throw tooLarge(name);
  // No text in an encoding that a builder reads has a zero byte.
  if (bytes.includes(0)) throw new UsageError(`${name}: not a text file in UTF-8`);
  return Buffer.from(bytes).toString("utf8");
}

function tooLarge(name: string): UsageError {
  return new UsageError(`${name}: too large for a Dockerfile (more than 10 MB)`);
}

/** The shorter way to say a path. */
export function shownPath(file: string, { cwd }: CliIo): string {
  const relative = path.relative(cwd, file);
  return relative === "" || relative.startsWith("..") ? file : relative;
}
