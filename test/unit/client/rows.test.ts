/** Which row of the layer tree a line of the Dockerfile stands for. */
import assert from "node:assert/strict";
import test from "node:test";
import { rowOfLine, toRows } from "../../../client/src/layerStack/row.js";
import type { LayerNode } from "../../../server/src/protocol.js";

const rows = toRows("file:///Dockerfile", [
  node("context", null),
  node("stage", 4, [
    node("writable", null),
    node("layer", 7, [node("file", 7), node("file", 7)]),
    node("layer", 5),
    node("base", 4),
    node("config", null, [node("metadata", 9), node("metadata", 6)]),
  ]),
  node("stage", 1, [node("layer", 2, "lazy"), node("base", 1)]),
]);

const cases: readonly [line: number, row: string | undefined, why: string][] = [
  [7, "layer 7", "the layer itself, not its files"],
  [8, "layer 7", "a continuation line belongs to the instruction above"],
  [4, "base 4", "a FROM means its base image, not its stage"],
  [6, "metadata 6", "rows that are folded away count"],
  [99, "metadata 9", "below the last instruction"],
  [2, "layer 2", "a layer whose files are not loaded"],
];

for (const [line, row, why] of cases) {
  test(`line ${line} is ${row}: ${why}`, () => assert.equal(rowOfLine(rows, line)?.node.id, row));
}

test("a line above the first instruction has no row", () => {
  assert.equal(rowOfLine(toRows("file:///Dockerfile", [node("base", 3)]), 2), undefined);
});

test("every row knows the way to its root, which revealing it needs", () => {
  const path: string[] = [];
  for (let row = rowOfLine(rows, 6); row !== undefined; row = row.parent) path.push(row.node.id);
  assert.deepEqual(path, ["metadata 6", "config null", "stage 4"]);
});

function node(
  kind: LayerNode["kind"],
  line: number | null,
  children: LayerNode["children"] = null,
): LayerNode {
  return {
    id: `${kind} ${line}`,
    kind,
    label: kind,
    description: "",
    tooltip: "",
    accessibilityLabel: kind,
    prediction: null,
    line,
    children,
    expanded: false,
  };
}
