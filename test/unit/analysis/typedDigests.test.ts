/** Keys that are typed and taken back turn all below them to and fro, and digest no more for that. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Analysis } from "../../../server/src/core/analysis/analyse.js";
import { areSameKeys } from "../../../server/src/core/cache/predict.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { changedAbove, typedAfterBuild } from "./shapes.js";

for (const [name, shape] of Object.entries(changedAbove)) {
  test(`what a key digests does not grow with the file below it: ${name}`, () => {
    const [short, long] = [digestsOfKey(shape, 60), digestsOfKey(shape, 240)];
    assert.ok(long <= short, `${short} digests in a short file, ${long} in one four times as long`);
  });

  test(`what a key digests does not grow with the file above it: ${name}`, () => {
    const last = (size: number, change: string): string =>
      `${shape(size, "a")}RUN echo ${change}\nRUN true\n`;
    const [short, long] = [digestsOfKey(last, 60), digestsOfKey(last, 240)];
    assert.ok(long <= short, `${short} digests in a short file, ${long} in one four times as long`);
  });
}

/** How many digests a key and its taking back make, once both have been seen. */
function digestsOfKey(shape: (size: number, change: string) => string, size: number): number {
  let digests = 0;
  const digest = (text: string): string => {
    digests++;
    return sha256(text);
  };
  const text = shape(size, "a");
  const { answer } = typedAfterBuild(text, digest);
  const first = answer(text);
  assert.ok(first.summary.hit > 0, "it was built");
  // Another word each time, as somebody types: of each the step is a new one.
  for (const typed of [shape(size, "b"), text]) answer(typed);
  const [rebuilt, cached] = [answer(shape(size, "c")), answer(text)];
  digests = 0;
  const [again, back] = [answer(shape(size, "d")), answer(text)];
  assert.ok(again.summary.hit < first.summary.hit, "what is below rebuilds");
  assert.ok(areSameKeys(back.keys, first.keys), "taken back, it is the build that was");
  assert.ok(others(again, rebuilt) <= 2, "nothing is made anew of what rebuilds again");
  assert.ok(others(back, cached) <= 2, "nor of what is cached again");
  return digests;
}

/** How many steps are other ones than in another answer. */
function others({ steps }: Analysis, before: Analysis): number {
  return steps.filter((step, at) => step !== before.steps[at]).length;
}
