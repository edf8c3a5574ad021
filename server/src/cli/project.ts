/** What the commands work on: a Dockerfile and its build context, read from this machine. */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Transfer } from "../core/context/transfer.js";
import {
  type Analysis,
  analyse,
  type Baseline,
  type ContextState,
  emptyBaseline,
  parseDockerfile,
} from "../core/index.js";
import type { Dockerfile } from "../core/syntax/syntax.js";
import { sha256 } from "../host/digest.js";
import { type OpenContext, openContext } from "../host/project.js";
import { type BuildArguments, reasonOf, UsageError } from "./arguments.js";
import type { CliIo } from "./command.js";

export interface CliProject {
  readonly dockerfile: Dockerfile;
  readonly context: OpenContext;
}

/** More than this is no Dockerfile that somebody wrote. Bytes. */
const maxDockerfile = 10_000_000;

/** Reads the text and walks the context; no file in it is read. Errors: `UsageError`. */
export async function readProject(args: BuildArguments<string>, io: CliIo): Promise<CliProject> {
  const dockerfile = parseDockerfile(await readDockerfile(args, io));
  const context = openContext({
    dockerfile: args.dockerfile === "-" ? null : args.dockerfile,
    folder: args.context,
    builder: args.builder,
  });
  if (context.ignoreError !== null) {
    const { path: file, message } = context.ignoreError;
    throw new UsageError(`${shown(file, io)}: ${message}`);
  }
  const [scanned] = await Promise.all([context.reader.scan(), context.readTracked()]);
  if (!scanned.ok) throw new UsageError(scanned.error.message);
  return { dockerfile, context };
}

/** What the store knows the Dockerfile by; one from stdin belongs to its context. */
export function dockerfileName({ dockerfile, context }: BuildArguments<string>): string {
  return dockerfile === "-" ? path.join(context, "-") : dockerfile;
}

/** Analyses the project as it is on disk. */
export function analyseProject(
  { dockerfile, context }: CliProject,
  args: BuildArguments<string>,
  baseline: Baseline = emptyBaseline(sha256),
  transfer: Transfer | null = null,
): Analysis {
  return analyseState(dockerfile, context.state(transfer), args, baseline);
}

/** Analyses a Dockerfile on a picture of its context. */
export function analyseState(
  dockerfile: Dockerfile,
  context: ContextState,
  options: BuildArguments<string>,
  baseline: Baseline,
): Analysis {
  return analyse({
    dockerfile,
    options,
    context,
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
