/**
 * Programs that the tests start. Each is the leader of its own process group, so that it ends
 * together with whatever it started, by id and on every way out: success, failure, Ctrl-C.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";

export interface Finished {
  /** null: ended by a signal or by the time limit. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds; the program's group is ended when they are over. Default: ten minutes. */
  readonly limit?: number;
}

export interface Program {
  readonly process: ChildProcess;
  /** The last 64 KB of what it wrote, for the message of a failed start. */
  readonly output: () => string;
  /** Ends the program and what it started; settles when it is gone. */
  readonly end: () => Promise<void>;
}

/** Runs a program to its end, without standard input. Never throws: a program not found gives 127. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const child = startGroup(command, args, options, ["ignore", "pipe", "pipe"]);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const timer = setTimeout(() => signalGroup(child, "SIGKILL"), options.limit ?? 600_000);
  const code = await ended(child);
  clearTimeout(timer);
  return { code, stdout, stderr };
}

/** Starts a program that stays until `end` is called or this process goes. */
export function start(command: string, args: readonly string[], options: RunOptions = {}): Program {
  const child = startGroup(command, args, options, ["ignore", "pipe", "pipe"]);
  let output = "";
  const keep = (text: string) => {
    output = (output + text).slice(-65_536);
  };
  child.stdout?.setEncoding("utf8").on("data", keep);
  child.stderr?.setEncoding("utf8").on("data", keep);
  return { process: child, output: () => output, end: () => endGroup(child) };
}

/** Removes a folder when this process ends, whichever way it does. */
export function removeAtEnd(folder: string): void {
  guardExit();
  folders.add(folder);
}

const groups = new Set<ChildProcess>();
const folders = new Set<string>();
let guarded = false;

function startGroup(
  command: string,
  args: readonly string[],
  options: RunOptions,
  stdio: ["ignore", "pipe", "pipe"],
): ChildProcess {
  guardExit();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio,
    detached: true,
  });
  groups.add(child);
  child.once("error", () => groups.delete(child));
  return child;
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(127));
    child.once("close", (code) => {
      groups.delete(child);
      resolve(code);
    });
  });
}

async function endGroup(child: ChildProcess): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) resolve();
    else child.once("exit", () => resolve());
  });
  signalGroup(child, "SIGTERM");
  const impatient = setTimeout(() => signalGroup(child, "SIGKILL"), 2_000);
  await gone;
  clearTimeout(impatient);
  // The leader is gone; what it leaves behind (an extension host that spins) goes with it.
  signalGroup(child, "SIGKILL");
  groups.delete(child);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group is gone already, which is what was wanted.
  }
}

function guardExit(): void {
  if (guarded) return;
  guarded = true;
  process.on("exit", () => {
    for (const child of groups) signalGroup(child, "SIGKILL");
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.on(signal, () => process.exit(code));
  }
}
