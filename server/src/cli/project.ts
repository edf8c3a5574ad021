/** What the commands work on: a Dockerfile and its build context, read from this machine. */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import {
  type Analysis,
  analyse,
  type ContextState,
  neededFiles,
} from "../core/analysis/analyse.js";
import type { Baseline } from "../core/cache/records.js";
import { emptyBaseline } from "../core/cache/state.js";
import type { Transfer } from "../core/context/transfer.js";
import { parseDockerfile } from "../core/syntax/parse.js";
import type { Dockerfile } from "../core/syntax/syntax.js";
import { sha256 } from "../host/digest.js";
import { type ContextPlace, hashNeeded, type OpenContext, openContext } from "../host/project.js";
import { type BuildArguments, reasonOf, UsageError } from "./arguments.js";
import type { CliIo } from "./command.js";

export interface CliProject {
  readonly dockerfile: Dockerfile;
  readonly context: OpenContext;
  /** Those of `--build-context`, by name. */
  readonly folders: ReadonlyMap<string, OpenContext>;
}

/** More than this is no Dockerfile that somebody wrote. Bytes. */
const maxDockerfile = 10_000_000;

/** Reads the text and walks the context; no file in it is read. Errors: `UsageError`. */
export async function readProject(args: BuildArguments<string>, io: CliIo): Promise<CliProject> {
  const dockerfile = parseDockerfile(await readDockerfile(args, io));
  const context = await readFolder(
    {
      dockerfile: args.dockerfile === "-" ? null : args.dockerfile,
      folder: args.context,
      builder: args.builder,
    },
    io,
  );
  await context.readTracked();
  const folders = new Map<string, OpenContext>();
  for (const [name, folder] of args.folders) {
    const place = { dockerfile: null, folder, builder: args.builder, name };
    folders.set(name, await readFolder(place, io));
  }
  return { dockerfile, context, folders };
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

/** What the store knows the Dockerfile by; one from stdin belongs to its context. */
export function dockerfileName({ dockerfile, context }: BuildArguments<string>): string {
  return dockerfile === "-" ? path.join(context, "-") : dockerfile;
}

/** Reads the files that the answers still need. Errors: `UsageError`. */
export async function hashProject(
  { context, folders }: CliProject,
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
  args: BuildArguments<string>,
  baseline: Baseline = emptyBaseline(sha256),
  transfer: Transfer | null = null,
): Analysis {
  return analyseState(project, project.context.state(transfer), args, baseline);
}

/** Analyses a Dockerfile on a picture of its context. */
export function analyseState(
  { dockerfile, folders }: Pick<CliProject, "dockerfile" | "folders">,
  context: ContextState,
  options: BuildArguments<string>,
  baseline: Baseline,
): Analysis {
  return analyse({
    dockerfile,
    options,
    context,
    folders: new Map([...folders].map(([name, folder]) => [name, folder.state(null)])),
    baseline,
    baseImage: () => null,
    digest: sha256,
  });
}

async function readDockerfile({ dockerfile }: BuildArguments<string>, io: CliIo): Promise<string> {
  if (dockerfile === "-") return textOf(await io.readStdin(), "stdin");
  const name = shown(dockerfile, io);
  let bytes: Uint8Array;
  try {
    const { size } = statSync(dockerfile);
    if (size > maxDockerfile) throw tooLarge(name);
    bytes = readFileSync(dockerfile);
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
