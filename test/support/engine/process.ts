/** Runs one program to its end and hands back what it printed. */
import { spawn } from "node:child_process";

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  /** `stdout` before it was read as text. */
  readonly bytes: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Bytes for its standard input; none: an empty input. */
  readonly input?: Uint8Array | string;
  readonly timeoutMs?: number;
}

/**
 * Never rejects: a program that cannot be started gives code 127 and the reason on `stderr`, one
 * that runs over its time gives 124.
 */
export function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, options.timeoutMs ?? 300_000);
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({
        code: 127,
        stdout: "",
        bytes: Buffer.alloc(0),
        stderr: `${program}: ${error.message}`,
      });
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      const bytes = Buffer.concat(stdout);
      resolve({
        code: timedOut ? 124 : (code ?? 137),
        stdout: bytes.toString(),
        bytes,
        stderr: Buffer.concat(stderr).toString(),
      });
    });
    // A program may end without reading its input: that is no failure of ours.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
  });
}
