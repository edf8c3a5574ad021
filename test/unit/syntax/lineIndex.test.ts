/** Lines and columns as editors count them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildLineIndex, offsetAt, positionAt } from "../../../server/src/core/text/lineIndex.js";

test("every kind of line end starts a new line", () => {
  const index = buildLineIndex("a\nbc\r\nd\re");
  assert.deepEqual(index.starts, [0, 2, 6, 8]);
  assert.deepEqual(positionAt(index, 3), { line: 1, character: 1 });
  assert.deepEqual(positionAt(index, 9), { line: 3, character: 1 });
});

test("a column counts UTF-16 units", () => {
  assert.deepEqual(positionAt(buildLineIndex("😀b"), 2), { line: 0, character: 2 });
});

test("an empty text has one empty line, a last line end one more", () => {
  assert.deepEqual(positionAt(buildLineIndex(""), 0), { line: 0, character: 0 });
  assert.deepEqual(positionAt(buildLineIndex("a\n"), 2), { line: 1, character: 0 });
});

test("places outside the text become the nearest one in it", () => {
  const index = buildLineIndex("ab\r\ncd");
  assert.equal(offsetAt(index, { line: -1, character: 5 }), 0);
  assert.equal(offsetAt(index, { line: 0, character: 99 }), 2);
  assert.equal(offsetAt(index, { line: 1, character: -1 }), 4);
  assert.equal(offsetAt(index, { line: 7, character: 0 }), 6);
  assert.deepEqual(positionAt(index, 3), { line: 0, character: 2 });
  assert.deepEqual(positionAt(index, 99), { line: 1, character: 2 });
  assert.deepEqual(positionAt(index, -4), { line: 0, character: 0 });
});

test("a place and its offset lead to each other, in any text", () => {
  const text = fc
    .array(fc.constantFrom("a", "é", "😀", "\n", "\r", "\r\n", " "))
    .map((all) => all.join(""));
  fc.assert(
    fc.property(text, fc.nat(), (content, seed) => {
      const index = buildLineIndex(content);
      const offset = seed % (content.length + 1);
      const position = positionAt(index, offset);
      const back = offsetAt(index, position);
      const isInsideLineEnd = content[offset - 1] === "\r" && content[offset] === "\n";
      assert.equal(back, isInsideLineEnd ? offset - 1 : offset);
    }),
  );
});
