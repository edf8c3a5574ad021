/**
 * What an analysis keeps by the thousand is of few shapes. V8 of Node.js 20 gives an object a shape of
 * its own where properties stand behind a spread in its literal: some 400 bytes each, and every look at
 * a property of them is slow.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { getHeapSnapshot } from "node:v8";
import { KeptLenses } from "../../../server/src/core/features/codeLens.js";
import { changedAbove, typedAfterBuild } from "./shapes.js";

const size = 300;

test("what is kept of each instruction is of few shapes", async () => {
  const kept = Object.values(changedAbove).map((shape) => keptOf(shape, size));
  const before = await shapeCount();
  kept.push(...Object.values(changedAbove).map((shape) => keptOf(shape, 2 * size)));
  const more = (await shapeCount()) - before;
  const steps = kept.slice(kept.length / 2).reduce((sum, { count }) => sum + count, 0);
  assert.ok(steps > 6 * size, `${steps} steps`);
  assert.ok(more < steps / 10, `${more} more shapes for ${steps} steps`);
});

/** Memory, answers and lenses after a build, a key and its taking back. */
function keptOf(shape: (size: number, change: string) => string, instructions: number) {
  const [text, typed] = [shape(instructions, "a"), shape(instructions, "b")];
  const { memory, answer } = typedAfterBuild(text);
  const lenses = new KeptLenses();
  let count = 0;
  for (const next of [text, typed, text]) {
    const analysis = answer(next);
    lenses.of({ analysis, isResult: false }, "all");
    count = analysis.steps.length;
  }
  return { memory, lenses, count };
}

/** How many shapes the objects of this process have. */
async function shapeCount(): Promise<number> {
  const pieces: string[] = [];
  for await (const piece of getHeapSnapshot()) pieces.push(String(piece));
  // V8 wrote it.
  const { snapshot, nodes, strings } = JSON.parse(pieces.join("")) as {
    readonly snapshot: {
      readonly meta: {
        readonly node_fields: readonly string[];
        readonly node_types: readonly [readonly string[]];
      };
    };
    readonly nodes: readonly number[];
    readonly strings: readonly string[];
  };
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name] = [fields.indexOf("type"), fields.indexOf("name")];
  let count = 0;
  for (let at = 0; at < nodes.length; at += fields.length) {
    const isShape = types[0][nodes[at + type] ?? 0] === "object shape";
    if (isShape && strings[nodes[at + name] ?? 0] === "system / Map") count++;
  }
  return count;
}
