/** The built program as a process: what only a real process has. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { inRepository } from "../support/repository.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { test } from "./support/limitedTest.js";

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(
  words: readonly string[],
  cwd: string,
  how: {
    readonly stdin?: string;
    readonly closesOutput?: boolean;
    /** Milliseconds in which nothing is read. */
    readonly readsAfter?: number;
  } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [inRepository("dist/cli.mjs"), ...words], { cwd });
  let out = "";
  let err = "";
  setTimeout(() => {
    child.stdout.on("data", (data: Buffer) => {
      out += data.toString();
      if (how.closesOutput === true) child.stdout.destroy();
    });
  }, how.readsAfter ?? 0);
  child.stderr.on("data", (data: Buffer) => {
    err += data.toString();
  });
  child.stdin.end(how.stdin ?? "");
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code, out, err }));
  });
}

test("the program answers, reads stdin and says mistakes in one line", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: "FROM scratch\nCOPY . /\n", a: "1" });
  const state = temporaryFolder(t);
  const first = await run(["simulate", "--state", state, "."], folder);
  assert.deepEqual([first.code, first.err], [0, ""]);
  assert.match(first.out, /^1 step to build/m);
  const piped = await run(["explain", "-f", "-", "."], folder, {
    stdin: "FROM scratch\nUSER me\n",
  });
  assert.match(piped.out, /USER me/);
  const wrong = await run(["simulate", "nowhere"], folder);
  assert.deepEqual([wrong.code, wrong.out], [2, ""]);
  assert.equal(wrong.err, "stratacast simulate: nowhere: no such folder\n");
});

test("a reader that stops early does not keep the build from being recorded", async (t) => {
  const lines = Array.from({ length: 20_000 }, (_, n) => `RUN echo ${n}`);
  const folder = temporaryFolder(t, { Dockerfile: `FROM alpine\n${lines.join("\n")}\n` });
  const state = temporaryFolder(t);
  const ended = await run(["simulate", "--state", state, "."], folder, { closesOutput: true });
  assert.deepEqual([ended.code, ended.err], [0, ""]);
  assert.deepEqual(readdirSync(state).sort(), ["salt", "simulated-builds.json"]);
});

test("a reader that is slow gets all of a long answer, and the exit code", async (t) => {
  const lines = Array.from({ length: 3_000 }, (_, n) => `RUN echo ${n}`);
  const folder = temporaryFolder(t, { Dockerfile: `FROM alpine\n${lines.join("\n")}\n` });
  const words = ["simulate", "--dry-run", "--format", "json", "--require-cached", "."];
  const { code, out, err } = await run(words, folder, { readsAfter: 3_000 });
  assert.equal(code, 1);
  assert.match(err, /^stratacast simulate: not cached: /);
  // More than waits in a pipe.
  assert.ok(out.length > 500_000, `${out.length}`);
  assert.equal(JSON.parse(out).steps.length, lines.length + 1);
});

/** Starts the program in a terminal of its own; null: this system has no `script` that makes one. */
function inTerminal(words: readonly string[], cwd: string, columns: number): string | null {
  const program = [process.execPath, inRepository("dist/cli.mjs"), ...words].join(" ");
  const call = `stty cols ${columns}; ${program}`;
  const { stdout, error } = spawnSync("script", ["-qec", call, "/dev/null"], {
    cwd,
    env: { PATH: process.env["PATH"], TERM: "xterm" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return error === undefined ? stdout.toString().replaceAll("\r\n", "\n") : null;
}

test("a terminal gets colours and lines of its width, a file neither", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: "FROM node\nRUN npm ci --omit=dev --no-audit --no-fund && npm cache clean\n",
  });
  const told = inTerminal(["simulate", "--dry-run", "."], folder, 50);
  if (told === null) return t.skip("There is no script(1) here.");
  assert.ok(told.includes("\x1b[33mbuilds     \x1b[0m"), told);
  const lines = stripVTControlCharacters(told).split("\n");
  assert.deepEqual(
    lines.filter((line) => line.length > 50),
    [],
  );
  assert.deepEqual(lines.slice(2, 5), [
    "2  builds       layer 1",
    "   RUN npm ci --omit=dev --no-audit --no-fund &&",
    "     npm cache clean",
  ]);
  const { out } = await run(["simulate", "--dry-run", "."], folder);
  assert.match(out, /^2 {2}builds .* && npm cache clean$/m);
  assert.ok(!out.includes("\x1b"));
});
