/** Asks a program one question: what it prints, bounded in time and length. It is started without a shell. */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { findProgram, programFolders, type Untrusted } from "./programs.js";

export interface Question {
  readonly words: readonly string[];
  readonly input?: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Bytes of all that it prints. */
  readonly maxAnswer: number;
}

export interface ProgramAnswer {
  readonly out: Uint8Array;
  readonly err: Uint8Array;
}

/**
 * Asks a program of that name, found where nothing untrusted lies, as is whatever it starts itself.
 * @returns null: there is none, it failed, took too long or said too much
 */
export function askProgram(
  name: string,
  { words, input = "", timeout, maxAnswer }: Question,
  { env, untrusted }: { readonly env: NodeJS.ProcessEnv; readonly untrusted: Untrusted },
): Promise<ProgramAnswer | null> {
  const program = findProgram(name, env, untrusted);
  if (program === null) return Promise.resolve(null);
  const search = programFolders(env, untrusted).join(path.delimiter);
  return new Promise<ProgramAnswer | null>((resolve) => {
    const child = spawn(program, [...words], {
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
    const finish = (answer: ProgramAnswer | null): void => {
      clearTimeout(timer);
      if (answer === null) endGroup(child);
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
      const answer = { out: Buffer.concat(parts.out), err: Buffer.concat(parts.err) };
      finish(code === 0 ? answer : null);
    });
    // It may end without reading.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  }).catch(() => null);
}

function endGroup({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // It is gone.
  }
}
