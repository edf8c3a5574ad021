// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are a Dockerfile's, not ours.
/** Parsing after an edit: the same tree as from scratch, and what was not touched is not read again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import type { Dockerfile } from "../../../server/src/core/syntax/syntax.js";
import { anyText, FRAGMENTS } from "../../support/anyDockerfile.js";
import { runs } from "../../support/thorough.js";

const edits = fc.array(
  fc.record({
    at: fc.nat(),
    cut: fc.oneof(fc.nat(6), fc.nat(400)),
    piece: fc.oneof(fc.constantFrom(...FRAGMENTS, ""), anyText),
  }),
  { minLength: 1, maxLength: 8 },
);

test("after any edits of any text the tree is the one that the text alone has", () => {
  fc.assert(
    fc.property(anyText, edits, (start, changes) => {
      let tree = parseDockerfile(start);
      for (const { at, cut, piece } of changes) {
        const place = at % (tree.text.length + 1);
        const text = tree.text.slice(0, place) + piece + tree.text.slice(place + cut);
        tree = parseDockerfile(text, tree);
        assert.deepEqual(tree, parseDockerfile(text));
      }
    }),
    { numRuns: runs(5000) },
  );
});

const file = [
  "# syntax=docker/dockerfile:1",
  "FROM alpine AS one",
  "# why",
  "RUN first",
  "RUN second \\",
  "    # between",
  "    --more",
  "COPY <<EOF /file",
  "text",
  "EOF",
  "",
  "RUN third",
  "RUN fourth",
  "",
].join("\n");

/** The places of the instructions that are new objects. */
function renewed(before: Dockerfile, text: string): readonly number[] {
  const after = parseDockerfile(text, before);
  return after.instructions.flatMap((one, at) => (before.instructions.includes(one) ? [] : [at]));
}

test("an edit renews the instruction that it touches alone", () => {
  const before = parseDockerfile(file);
  assert.deepEqual(renewed(before, file.replace("second", "2nd")), [2]);
  assert.deepEqual(renewed(before, file.replace("first", "first\n\n\n")), [1]);
  assert.deepEqual(renewed(before, file.replace("text", "other text")), [3]);
  assert.deepEqual(renewed(before, file.replace("RUN third", "RUN new\nRUN third")), [4]);
  assert.deepEqual(renewed(before, file.replace("RUN third\n", "")), []);
  assert.deepEqual(renewed(before, file.replace("# why", "# because")), [1]);
  assert.deepEqual(renewed(before, file.replace("AS one", "AS two")), [0]);
  assert.deepEqual(renewed(before, file.replace("FROM", "# a\nFROM")), [0]);
});

test("another escape character reads the whole file again", () => {
  const before = parseDockerfile(file);
  assert.equal(renewed(before, `# escape=\`\n${file}`).length, before.instructions.length + 1);
});

test("a body that a line far below closes holds what stands between", () => {
  const open = parseDockerfile(file.replace("\nEOF\n", "\n"));
  const closed = parseDockerfile(file.replace("\nEOF\n", "\n").replace("RUN fourth", "EOF"), open);
  assert.deepEqual(
    closed.instructions.map(({ keyword }) => keyword),
    ["FROM", "RUN", "RUN", "COPY"],
  );
});
