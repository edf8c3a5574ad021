/** Many files are hashed by threads as by this one, whatever becomes of the threads. */
import assert from "node:assert/strict";
import { lstatSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { gitBlobId } from "../../../server/src/host/digest.js";
import { hashFiles } from "../../../server/src/host/hashThreads.js";
import { nodeFileSystem } from "../../../server/src/host/nodeFileSystem.js";
import { Cancelled, createSlices } from "../../../server/src/host/slices.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const count = 1_500;

function textOf(number: number): string {
  return `${number}\n`.repeat(1 + (number % 50));
}

/** @param program of a thread, as its text */
function manyFiles(t: TestContext, program: string) {
  const folder = temporaryFolder(t, { "thread.mjs": program });
  const files = Array.from({ length: count }, (_, number) => {
    const file = path.join(folder, `${number}`);
    writeFileSync(file, textOf(number));
    const stat = nodeFileSystem().stat(file);
    assert.ok(stat.ok);
    return { path: file, state: stat.value };
  });
  const machine = {
    fileSystem: nodeFileSystem(),
    now: Date.now,
    threadProgram: path.join(folder, "thread.mjs"),
  };
  return { files, machine };
}

/** As long as one is. */
const byThread = "f".repeat(40);

const programs = {
  "answers a task and then ends": `
    import { parentPort } from "node:worker_threads";
    parentPort.once("message", ({ paths }) => {
      const identities = "${byThread}".repeat(paths.split("\\0").length);
      parentPort.postMessage({ identities, startedAt: Date.now() });
      setTimeout(() => process.exit(), 5);
    });`,
  "finds no file as it was seen": `
    import { parentPort } from "node:worker_threads";
    parentPort.on("message", ({ paths }) => {
      const identities = " ".repeat(40 * paths.split("\\0").length);
      parentPort.postMessage({ identities, startedAt: Date.now() });
    });`,
  "ends at once": "process.exit()",
  "fails at once": "throw new Error('of the test')",
} as const;

for (const [what, program] of Object.entries(programs)) {
  test(`each file is hashed once with a thread that ${what}`, async (t) => {
    const { files, machine } = manyFiles(t, program);
    const seen = new Map<number, string>();
    await hashFiles(machine, files, createSlices(undefined), (number, hashed) => {
      assert.ok(hashed.kind === "hashed" && !seen.has(number));
      seen.set(number, hashed.identity);
    });
    assert.equal(seen.size, count);
    for (const [number, identity] of seen) {
      if (identity === byThread) continue;
      assert.equal(identity, gitBlobId(Buffer.from(textOf(number))));
    }
  });
}

test("a cancelled hashing ends, its threads too", async (t) => {
  const { files, machine } = manyFiles(t, "setInterval(() => undefined, 1000)");
  const cancel = { isCancelled: false };
  const hashing = hashFiles(machine, files, createSlices(cancel), () => {
    cancel.isCancelled = true;
  });
  await assert.rejects(hashing, Cancelled);
  assert.ok(lstatSync(machine.threadProgram).isFile());
});
