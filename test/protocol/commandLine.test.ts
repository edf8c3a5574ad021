/** The built program as a process: what only a real process has. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
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
  how: { readonly stdin?: string; readonly closesOutput?: boolean } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [inRepository("dist/cli.mjs"), ...words], { cwd });
  let out = "";
  let err = "";
  child.stdout.on("data", (data: Buffer) => {
    out += data.toString();
    if (how.closesOutput === true) child.stdout.destroy();
  });
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
