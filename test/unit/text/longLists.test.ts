/** Lists of a length that no call takes as arguments. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { append, largest, smallest } from "../../../server/src/core/text/longLists.js";

const long = Array.from({ length: 300_000 }, (_, n) => n);

test("a list of any length has a largest and a smallest number, and can be appended", () => {
  assert.throws(() => Math.max(...long), RangeError);
  assert.equal(largest(long, 0), 299_999);
  assert.equal(largest([], 7), 7);
  assert.equal(smallest(long), 0);
  const all: number[] = [];
  append(all, long);
  assert.equal(all.length, long.length);
});
