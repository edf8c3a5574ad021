/** Asks a program one question: what it prints, bounded in time and length. */
import { type ChildProcess, spawn } from "node:child_process";

export interface Question {
  readonly env: NodeJS.ProcessEnv;
  /** Where it runs. */
  readonly folder: string;
  readonly input: string;
}

/** Milliseconds: a keychain may have to be unlocked. */
const timeout = 15_000;

/** Bytes. */
const maxAnswer = 100_000;

/** null: it failed, took too long or said too much. What it complains about is not kept. */
export function askProgram(
  program: string,
  words: readonly string[],
  { env, folder, input }: Question,
): Promise<Uint8Array | null> {
  return new Promise<Uint8Array | null>((resolve) => {
    const child = spawn(program, [...words], {
      cwd: folder,
      env,
      stdio: ["pipe", "pipe", "ignore"],
      windowsHide: true,
      // A group of its own, so that what it starts ends with it.
      detached: process.platform !== "win32",
    });
    const parts: Buffer[] = [];
    let length = 0;
    const finish = (answer: Uint8Array | null): void => {
      clearTimeout(timer);
      if (answer === null) endGroup(child);
      resolve(answer);
    };
    const timer = setTimeout(() => finish(null), timeout);
    child.stdout.on("data", (part: Buffer) => {
      length += part.length;
      if (length > maxAnswer) finish(null);
      else parts.push(part);
    });
    child.once("error", () => finish(null));
    child.once("close", (code) => finish(code === 0 ? Buffer.concat(parts) : null));
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
