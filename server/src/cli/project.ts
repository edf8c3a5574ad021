/** What the commands work on: a Dockerfile and its build context, read from this machine. */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import {
  type Analysis,
  analyse,
  type ContextState,
  neededFiles,
} from "../core/analysis/analyse.js";
import { type BuildDefinition, contextPlace, namedFolders } from "../core/build/definition.js";
import type { Baseline } from "../core/cache/records.js";
import { emptyBaseline } from "../core/cache/state.js";
import type { Transfer } from "../core/context/transfer.js";
import type { SimulationPlace } from "../core/documents/simulation.js";
import { parseDockerfile } from "../core/syntax/parse.js";
import type { Dockerfile } from "../core/syntax/syntax.js";
import { sha256 } from "../host/digest.js";
import { type ContextPlace, hashNeeded, type OpenContext, openContext } from "../host/project.js";
import { reasonOf, UsageError } from "./arguments.js";
import type { CliIo } from "./command.js";

export interface CliProject {
  readonly definition: BuildDefinition;
  readonly dockerfile: Dockerfile;
  readonly context: OpenContext;
  /** Those of `--build-context`, by name. */
  readonly folders: ReadonlyMap<string, OpenContext>;
}

/** More than this is no Dockerfile that somebody wrote. Bytes. */
const maxDockerfile = 10_000_000;

/** Reads the text and walks the context; no file in it is read. Errors: `UsageError`. */
export async function readProject(given: BuildDefinition, io: CliIo): Promise<CliProject> {
  const text = await readDockerfile(given, io);
  const { dockerfile, builder } = given;
  const definition: BuildDefinition =
    dockerfile.kind === "inline" ? { ...given, dockerfile: { kind: "inline", text } } : given;
  const context = await readFolder(
    {
      dockerfile: dockerfile.kind === "inline" ? null : dockerfile.path,
      folder: contextPlace(given),
      builder,
    },
    io,
  );
  await context.readTracked();
  const folders = new Map<string, OpenContext>();
  for (const [name, folder] of namedFolders(given)) {
    const place = { dockerfile: null, folder, builder, name };
    folders.set(name, await readFolder(place, io));
  }
  return { definition, dockerfile: parseDockerfile(text), context, folders };
}

async function readFolder(place: ContextPlace, io: CliIo): Promise<OpenContext> {
  const context = openContext(place);
  if (context.ignoreError !== null) {
    const { path: file, message } = context.ignoreError;
    throw new UsageError(`${shown(file, io)}: ${message}`);
  }
  const scanned = await context.reader.scan();
  if (!scanned.ok) throw new UsageError(scanned.error.message);
  return context;
}

/** Dockerfile and context as the JSON names them. */
export function shownPlace(definition: BuildDefinition): SimulationPlace {
  const { dockerfile } = definition;
  return {
    dockerfile: dockerfile.kind === "inline" ? "-" : dockerfile.path,
    context: contextPlace(definition),
  };
}

/** Reads the files that the answers still need. Errors: `UsageError`. */
export async function hashProject(
  { context, folders }: Pick<CliProject, "context" | "folders">,
  current: () => Analysis,
): Promise<void> {
  const all = [[null, context] as const, ...folders];
  for (const [name, folder] of all) {
    const hashed = await hashNeeded(folder, () => neededFiles(current(), name));
    if (!hashed.ok) throw new UsageError(`${folder.place.folder}: ${hashed.error.message}`);
  }
}

/** Analyses the project as it is on disk. */
export function analyseProject(
  project: CliProject,
  baseline: Baseline = emptyBaseline(sha256),
  transfer: Transfer | null = null,
): Analysis {
  return analyseState(project, project.context.state(transfer), baseline);
}

/** Analyses a Dockerfile on a picture of its context. */
export function analyseState(
  { definition, dockerfile, folders }: Pick<CliProject, "definition" | "dockerfile" | "folders">,
  context: ContextState,
  baseline: Baseline,
): Analysis {
  return analyse({
    definition,
    platform: definition.platforms[0],
    dockerfile,
    context,
    folders: new Map([...folders].map(([name, folder]) => [name, folder.state(null)])),
    baseline,
    baseImage: () => null,
    digest: sha256,
  });
}

async function readDockerfile({ dockerfile }: BuildDefinition, io: CliIo): Promise<string> {
  if (dockerfile.kind === "inline") return textOf(await io.readStdin(), "stdin");
  const name = shown(dockerfile.path, io);
  let bytes: Uint8Array;
  try {
    const { size } = statSync(dockerfile.path);
    if (size > maxDockerfile) throw tooLarge(name);
    bytes = readFileSync(dockerfile.path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${name}: ${reasonOf(error, "no such file")}`);
  }
  return textOf(bytes, name);
}

function textOf(bytes: Uint8Array, name: string): string {
  if (bytes.length > maxDockerfile) throw tooLarge(name);
  // No text in an encoding that a builder reads has a zero byte.
  if (bytes.includes(0)) throw new UsageError(`${name}: not a text file in UTF-8`);
  return Buffer.from(bytes).toString("utf8");
}

function tooLarge(name: string): UsageError {
  return new UsageError(`${name}: too large for a Dockerfile (more than 10 MB)`);
}

/** The shorter way to say a path. */
function shown(file: string, { cwd }: CliIo): string {
  const relative = path.relative(cwd, file);
  return relative === "" || relative.startsWith("..") ? file : relative;
}
