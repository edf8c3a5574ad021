/** Asks a program one question: what it prints, bounded in time and length. No shell reads its words. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import path from "node:path";
import { findProgram, programFolders, type Untrusted } from "./programs.js";

export interface Question {
  readonly words: readonly string[];
  readonly input?: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Bytes of all that it prints. */
  readonly maxAnswer: number;
  /** Bytes of address space for each of its processes, where the system can say so. */
  readonly maxMemory?: number;
}

export interface ProgramAnswer {
  readonly out: Uint8Array;
  readonly err: Uint8Array;
}

/** How it ended; a code of null: by a signal. */
export interface ProgramEnd extends ProgramAnswer {
  readonly code: number | null;
}

/** With what it is asked. */
interface Asking {
  readonly env: NodeJS.ProcessEnv;
  readonly untrusted: Untrusted;
}

/**
 * Asks a program of that name, found where nothing untrusted lies, as is whatever it starts itself.
 * @returns null: there is none, it failed, took too long or said too much
 */
export async function askProgram(
  name: string,
  question: Question,
  asking: Asking,
): Promise<ProgramAnswer | null> {
  const ended = await runProgram(name, question, asking);
  return ended?.code === 0 ? ended : null;
}

/** The same, with what one says that fails. */
export function runProgram(
  name: string,
  { words, input = "", timeout, maxAnswer, maxMemory }: Question,
  { env, untrusted }: Asking,
): Promise<ProgramEnd | null> {
  const program = findProgram(name, env, untrusted);
  if (program === null) return Promise.resolve(null);
  const [file, ...given] = bounded([program, ...words], maxMemory);
  const search = programFolders(env, untrusted).join(path.delimiter);
  return new Promise<ProgramEnd | null>((resolve) => {
    const child = spawn(file, given, {
      // Not where the user works: what is there may be anybody's.
      cwd: path.dirname(program),
      env: { ...env, PATH: search },
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      // A group of its own, so that what it starts ends with it: docker's plugins would outlive it.
      detached: process.platform !== "win32",
    });
    const parts = { out: [] as Buffer[], err: [] as Buffer[] };
    let length = 0;
    const finish = (answer: ProgramEnd | null): void => {
      clearTimeout(timer);
      if (answer === null) abandon(child);
      resolve(answer);
    };
    const timer = setTimeout(() => finish(null), timeout);
    const take = (to: Buffer[]) => (part: Buffer) => {
      length += part.length;
      if (length > maxAnswer) finish(null);
      else to.push(part);
    };
    child.stdout.on("data", take(parts.out));
    child.stderr.on("data", take(parts.err));
    child.once("error", () => finish(null));
    child.once("close", (code) => {
      finish({ code, out: Buffer.concat(parts.out), err: Buffer.concat(parts.err) });
    });
    // It may end without reading.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  }).catch(() => null);
}

/** Linux has a limit for what is started; the shell that sets it becomes the program. */
function bounded(
  call: readonly [string, ...string[]],
  maxMemory: number | undefined,
): readonly [string, ...string[]] {
  if (maxMemory === undefined || process.platform !== "linux") return call;
  const limit = String(Math.floor(maxMemory / 1024));
  return ["/bin/sh", "-c", 'ulimit -v "$0" && exec "$@"', limit, ...call];
}

/**
 * Ends it with all that it started in its group, which may go on after it, and waits for nothing of it:
 * what left the group may still hold its pipes.
 */
function abandon(child: ChildProcessWithoutNullStreams): void {
  for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
  child.unref();
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  } catch {
    // It is gone.
  }
}
