/** What was read is remembered, by one process and over processes. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { createHashMemory } from "../../../server/src/host/hashMemory.js";
import { openIdentityStore } from "../../../server/src/host/identityStore.js";
import type { FileState } from "../../../server/src/host/identityTable.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

/** @param ino of the file */
function stateOf(ino: number, changed: Partial<FileState> = {}): FileState {
  return { dev: 7, ino, size: 3, mtimeMs: 1_000.25, ctimeMs: 2_000.125, ...changed };
}

function id(number: number): string {
  return number.toString(16).padStart(40, "0");
}

test("a file in another state is another one", () => {
  const memory = createHashMemory();
  memory.set(stateOf(1), id(1));
  assert.equal(memory.get(stateOf(1)), id(1));
  for (const changed of [{ dev: 8 }, { size: 4 }, { mtimeMs: 1_000.5 }, { ctimeMs: 2_000 }])
    assert.equal(memory.get(stateOf(1, changed)), null, JSON.stringify(changed));
  assert.equal(memory.get(stateOf(2)), null);
  memory.set(stateOf(1, { size: 4 }), id(2));
  assert.equal(memory.get(stateOf(1, { size: 4 })), id(2));
});

test("files whose inodes have no sure number are not told apart, and not remembered", () => {
  const memory = createHashMemory();
  for (const ino of [0, 2 ** 53]) {
    memory.set(stateOf(ino), id(1));
    assert.equal(memory.get(stateOf(ino)), null);
  }
});

test("the memory forgets what was not asked for lately", () => {
  const memory = createHashMemory(100);
  for (let ino = 1; ino <= 1_000; ino++) {
    memory.set(stateOf(ino), id(ino));
    assert.equal(memory.get(stateOf(1)), id(1), "asked for all the time");
    assert.ok(memory.size <= 100, `${memory.size} remembered`);
  }
  assert.equal(memory.get(stateOf(1_000)), id(1_000));
  assert.equal(memory.get(stateOf(500)), null);
});

test("the next process knows what this one read, and nothing is written where nothing was", async (t) => {
  const folder = path.join(temporaryFolder(t), "not there yet");
  const first = openIdentityStore(folder);
  assert.equal(first.memory.get(stateOf(1)), null);
  await first.save();
  assert.equal(existsSync(folder), false);
  for (let ino = 1; ino <= 300; ino++) first.memory.set(stateOf(ino), id(ino));
  assert.deepEqual(await first.save(), { ok: true, value: null });
  assert.equal(readdirSync(folder).length, 1, "nothing is left behind");
  const second = openIdentityStore(folder);
  for (let ino = 1; ino <= 300; ino++) assert.equal(second.memory.get(stateOf(ino)), id(ino));
});

test("two processes add to one file, and a new state takes the place of the old", async (t) => {
  const folder = temporaryFolder(t);
  const one = openIdentityStore(folder);
  const two = openIdentityStore(folder);
  one.memory.set(stateOf(1), id(1));
  await one.save();
  two.memory.set(stateOf(2), id(2));
  await two.save();
  one.memory.set(stateOf(2, { size: 9 }), id(9));
  await one.save();
  const { memory } = openIdentityStore(folder);
  assert.deepEqual(
    [stateOf(1), stateOf(2), stateOf(2, { size: 9 })].map((state) => memory.get(state)),
    [id(1), null, id(9)],
  );
});

test("a file that is not whole is none, and is written anew", async (t) => {
  const folder = temporaryFolder(t);
  const store = openIdentityStore(folder);
  store.memory.set(stateOf(1), id(1));
  await store.save();
  const [name = ""] = readdirSync(folder);
  const file = path.join(folder, name);
  const whole = readFileSync(file);
  const flipped = Buffer.from(whole);
  flipped[whole.length - 10] = 1;
  for (const damaged of [Buffer.alloc(0), whole.subarray(0, -1), whole.subarray(0, -64), flipped]) {
    writeFileSync(file, damaged);
    const next = openIdentityStore(folder);
    assert.equal(next.memory.get(stateOf(1)), null);
    next.memory.set(stateOf(2), id(2));
    await next.save();
    assert.equal(openIdentityStore(folder).memory.get(stateOf(2)), id(2));
  }
});

test("a state folder that cannot be written is an error, as a value", async (t) => {
  const folder = path.join(temporaryFolder(t, { file: "" }), "file");
  const store = openIdentityStore(folder);
  store.memory.set(stateOf(1), id(1));
  const saved = await store.save();
  assert.equal(saved.ok, false);
});
