/** Whole programs against the clock: ours from its bundle, and what people would use instead. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { inRepository } from "../../support/repository.js";
import type { Bench } from "./figure.js";
import { profileSummary } from "./profile.js";
import { cleanEnv } from "./projects.js";

export interface Simulation {
  readonly context: string;
  /** Where simulated builds are kept. */
  readonly state: string;
  readonly nodeArgs?: readonly string[];
}

/** Milliseconds of `stratacast simulate`, from the start of node to its end. */
export function simulate(bench: Bench, { context, state, nodeArgs = [] }: Simulation): number {
  return runTimed(
    process.execPath,
    [...nodeArgs, inRepository("dist/cli.mjs"), "simulate", "--state", state, context],
    context,
    cleanEnv(bench),
  );
}

/** Nothing is remembered of the context: neither beside the builds nor in the user's own folders. */
export function forgetAll(bench: Bench, state: string): void {
  rmSync(state, { recursive: true, force: true });
  rmSync(path.join(bench.folder, "home"), { recursive: true, force: true });
}

/** Prints where the time of one more run goes, if the bench is to tell. */
export function profileSimulate(bench: Bench, name: string, simulation: Simulation): void {
  if (!bench.isProfiling) return;
  const folder = path.join(bench.folder, `profile-${performance.now()}`);
  mkdirSync(folder);
  const nodeArgs = ["--cpu-prof", "--cpu-prof-dir", folder, "--cpu-prof-interval", "500"];
  simulate(bench, { ...simulation, nodeArgs });
  for (const file of readdirSync(folder)) {
    bench.print(profileSummary(name, path.join(folder, file)));
  }
}

/** Milliseconds of `git status`. */
export function gitStatus(bench: Bench, folder: string): number {
  return runTimed("git", ["status", "--porcelain"], folder, cleanEnv(bench));
}

/** Milliseconds to hash every file below a folder on two processors. */
export function hashAll(bench: Bench, folder: string): number {
  const words = "find . -type f -print0 | xargs -0 -n 500 -P2 sha256sum";
  return runTimed("sh", ["-c", words], folder, cleanEnv(bench));
}

/**
 * Milliseconds.
 * @throws when it fails
 */
export function runTimed(
  command: string,
  words: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): number {
  const began = performance.now();
  const ended = spawnSync(command, words, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
  const taken = performance.now() - began;
  if (ended.status !== 0) {
    throw new Error(`${path.basename(command)} ${words.join(" ")}: ${String(ended.stderr)}`);
  }
  return taken;
}
