/** A storm of file events ends in one look at the disk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gatherEvents } from "../../../server/src/workspace/fileEvents.js";

test("events that come at once are one look, and what comes meanwhile is the next", async () => {
  const looks: (readonly string[])[] = [];
  const ends: (() => void)[] = [];
  const { tell, looked: allLooked } = gatherEvents((files) => {
    looks.push(files);
    return new Promise<void>((resolve) => ends.push(resolve));
  });
  for (let n = 0; n < 10_000; n++) tell([`${n % 5_000}`]);
  await looked(looks, 1);
  assert.equal(looks[0]?.length, 5_000, "each file once");
  for (let n = 0; n < 100; n++) tell([`later ${n}`, "1"]);
  await pause();
  assert.equal(looks.length, 1, "one look at a time");
  ends[0]?.();
  await looked(looks, 2);
  assert.equal(looks[1]?.length, 101);
  ends[1]?.();
  await pause();
  assert.equal(looks.length, 2);
  tell(["after"]);
  await looked(looks, 3);
  assert.deepEqual(looks[2], ["after"]);
  let isOver = false;
  const over = allLooked().then(() => {
    isOver = true;
  });
  await pause();
  assert.equal(isOver, false, "the look goes on");
  ends[2]?.();
  await over;
  await allLooked();
});

async function looked(looks: readonly unknown[], count: number): Promise<void> {
  while (looks.length < count) await pause();
}

function pause(): Promise<void> {
  return new Promise((resume) => setTimeout(resume, 10));
}

test("who is told of no file at all waits for nothing", async () => {
  const looks: (readonly string[])[] = [];
  const events = gatherEvents(async (files) => {
    looks.push(files);
  });
  events.tell([]);
  await events.looked();
  assert.deepEqual(looks, []);
  events.tell(["a"]);
  await events.looked();
  assert.deepEqual(looks, [["a"]]);
});
