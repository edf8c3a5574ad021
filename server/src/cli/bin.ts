#!/usr/bin/env node
/** The program: `main` on the real process. */
import path from "node:path";
import { createInterface } from "node:readline";
import { printableLines } from "../core/text/surfaces.js";
import { main } from "./main.js";
import { openProgress } from "./terminal.js";

// A reader that stops early (`| head`) is not an error: the rest is thrown away.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const progress = openProgress(
  process.stderr.isTTY ? (text) => process.stderr.write(text) : () => undefined,
  () => performance.now(),
);

/** True: the language server holds the process. */
let isServing = false;

const threadProgram = path.join(import.meta.dirname, "hashThread.mjs");

main(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  isTerminal: process.stdout.isTTY === true,
  width: process.stdout.columns ?? 120,
  program: path.join(import.meta.dirname, "cli.mjs"),
  threadProgram,
  async readStdin() {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer); // no encoding is set
    return Buffer.concat(chunks);
  },
  readLines: () => createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }),
  print(text) {
    progress.clear();
    process.stdout.write(text);
  },
  printBytes(bytes) {
    progress.clear();
    const text = (): string => printableLines(Buffer.from(bytes).toString("utf8"));
    process.stdout.write(process.stdout.isTTY === true ? text() : bytes);
  },
  error(line) {
    progress.clear();
    process.stderr.write(`${line}\n`);
  },
  progress: progress.tell,
  passError: (chunk) => process.stderr.write(chunk),
  async serve(state) {
    isServing = true;
    (await import("../main.js")).start(threadProgram, state);
  },
}).then(end, (error: unknown) => {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `stratacast: this is a defect of Stratacast, please report it: ${printableLines(detail)}\n`,
  );
  end(2);
});

/**
 * Once all is written nothing is left to do, and the memory goes with the process: to take that of a
 * large context apart before takes as long as to look at some thousand files.
 */
function end(code: number): void {
  process.exitCode = code;
  if (isServing) return;
  process.stdout.write("", () => process.stderr.write("", () => process.exit()));
}
