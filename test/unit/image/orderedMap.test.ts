/** Maps that share all but a few nodes, and what is summed over them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OrderedMap } from "../../../server/src/core/image/orderedMap.js";
import type { SumMemory } from "../../../server/src/core/image/persistentMap.js";

const names = fc.integer({ min: 0, max: 40 }).map((n) => `n${n}`);
const values = fc.integer({ min: 1, max: 5 });

test("a sum is that of the names which nothing hides, whatever was set and summed before", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(names, values, fc.boolean())), (settings) => {
      const remembered: SumMemory = new WeakMap();
      let shown = OrderedMap.of<number>([]);
      let hidden = OrderedMap.of<number>([]);
      for (const [name, value, hides] of settings) {
        if (hides) hidden = hidden.with(name, value);
        else shown = shown.with(name, value);
        let expected = 0n;
        for (const [one, number] of shown) if (!hidden.has(one)) expected += weight(one, number);
        assert.equal(shown.sum(hidden, weight, remembered), expected);
      }
    }),
  );
});

test("of a large map a name more costs few of the others", () => {
  const entries = Array.from({ length: 5_000 }, (_, n) => [`n${n}`, n] as const);
  const hidden = OrderedMap.of(entries.filter(([, n]) => n % 3 === 0));
  const remembered: SumMemory = new WeakMap();
  let asked = 0;
  const counted = (name: string, value: number): bigint => {
    asked++;
    return weight(name, value);
  };
  const map = OrderedMap.of(entries);
  const sum = map.sum(hidden, counted, remembered);
  asked = 0;
  const more = map.with("more", 1).sum(hidden, counted, remembered);
  assert.equal(more, sum + weight("more", 1));
  assert.ok(asked < 100, `${asked}`);
});

/** Other than all others, as a digest is. */
function weight(name: string, value: number): bigint {
  return BigInt(value) << BigInt(8 * Number(name === "more" ? 5_001 : name.slice(1)));
}
