/** What the commands share: read the files, predict, and record. */
import { readFileSync } from "node:fs";
import path from "node:path";
import {
  type Analysis,
  analyse,
  emptyBaseline,
  lastBuild,
  neededFiles,
  parseDockerfile,
  recordBuild,
  transferOf,
} from "../core/index.js";
import { sha256 } from "../host/digest.js";
import { hostError } from "../host/errors.js";
import { hashNeeded, openContext } from "../host/project.js";
import { openStateStore, type StateStore } from "../host/stateStore.js";
import { type BuildArguments, UsageError } from "./arguments.js";

export interface CliSimulation {
  readonly analysis: Analysis;
  /** Sentences for stderr: things that were set aside or could not be read. */
  readonly notes: readonly string[];
  readonly store: StateStore;
}

/** Analyses the Dockerfile against its baseline. Errors: `UsageError` for input that cannot be read. */
export async function analyseOnDisk(args: BuildArguments): Promise<CliSimulation> {
  const dockerfile = parseDockerfile(readText(args.dockerfile));
  const store = openStateStore(args.state);
  const notes: string[] = [];
  const read = await store.refresh();
  if (!read.ok) throw new UsageError(`${read.error.path}: ${read.error.message}`);
  if (read.value !== null) notes.push(read.value);

  const context = openContext({
    dockerfile: args.dockerfile,
    folder: args.context,
    builder: args.builder,
  });
  if (context.ignoreError !== null) {
    throw new UsageError(`${context.ignoreError.path}: ${context.ignoreError.message}`);
  }
  const scanned = await context.reader.scan();
  if (!scanned.ok) throw new UsageError(`${args.context}: ${scanned.error.message}`);

  const baseline =
    args.against === "empty" ? emptyBaseline(sha256) : lastBuild(store.state, args, sha256);
  const transfer =
    args.against === "empty" ? null : transferOf(store.state, args.context, args.builder);
  const current = (): Analysis =>
    analyse({
      dockerfile,
      options: args,
      context: context.state(transfer),
      baseline,
      baseImage: () => null,
      digest: sha256,
    });
  const hashed = await hashNeeded(context, () => neededFiles(current()));
  if (!hashed.ok) throw new UsageError(`${args.context}: ${hashed.error.message}`);
  return { analysis: current(), notes, store };
}

/** Adds the simulated build to the state folder. */
export async function recordOnDisk(
  { analysis, store }: CliSimulation,
  args: BuildArguments,
): Promise<void> {
  const done = await store.add(
    recordBuild({
      graph: analysis.graph,
      keys: analysis.keys,
      tree: analysis.input.context?.tree ?? null,
      digest: sha256,
      dockerfile: args.dockerfile,
      context: args.context,
      at: Date.now(),
    }),
  );
  if (!done.ok) throw new UsageError(`${done.error.path}: ${done.error.message}`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = hostError(error, file);
    const reason = code === "ENOENT" ? "no such file" : code === "EISDIR" ? "is a folder" : message;
    throw new UsageError(`${path.relative(process.cwd(), file) || file}: ${reason}`);
  }
}
