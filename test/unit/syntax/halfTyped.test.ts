/** What of a text is half typed, and where all else of it stands meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type EditedPart,
  editedPart,
  laidOver,
} from "../../../server/src/core/syntax/halfTyped.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { anyText, FRAGMENTS } from "../../support/anyDockerfile.js";
import { runs } from "../../support/thorough.js";

const file = "FROM alpine\nRUN one\n\nCOPY a b\nRUN two \\\n  three\nCMD x\n";

function edited(from: string, to: string): EditedPart {
  assert.ok(file.includes(from));
  return editedPart(parseDockerfile(file), parseDockerfile(file.replace(from, to)));
}

const cases: readonly {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly lines: readonly [number, number];
  readonly swallows?: true;
}[] = [
  { name: "a letter in a line", from: "COPY", to: "COY", lines: [4, 4] },
  { name: "the first letter of a line that goes", from: "COPY", to: "OPY", lines: [4, 4] },
  { name: "the last letter of a line that goes", from: "a b", to: "a ", lines: [4, 4] },
  { name: "a new line above others", from: "RUN one\n", to: "RU\nRUN one\n", lines: [2, 2] },
  { name: "a new line below others", from: "one\n", to: "one\nRU\n", lines: [3, 3] },
  { name: "a new line at the end", from: "CMD x\n", to: "CMD x\nEN", lines: [8, 8] },
  { name: "the second line of an instruction", from: "three", to: "3", lines: [5, 6] },
  { name: "a line cut in two", from: "RUN one", to: "RUN\none", lines: [2, 3] },
  { name: "a continuation", from: "a b", to: "a b \\", lines: [4, 6], swallows: true },
  { name: "an open heredoc", from: "RUN one", to: "RUN <<E", lines: [2, 3] },
  { name: "a comment alone", from: "\n\n", to: "\n# why\n", lines: [0, 0] },
];

for (const { name, from, to, lines, swallows = false } of cases) {
  test(`half typed: ${name}`, () => {
    const half = edited(from, to);
    assert.deepEqual([half.lines.first, half.lines.last], lines);
    assert.equal(half.swallows, swallows);
  });
}

test("after any edit what was not touched stands where it stands now", () => {
  const edit = fc.record({
    at: fc.nat(),
    cut: fc.nat(40),
    piece: fc.oneof(fc.constantFrom(...FRAGMENTS, ""), anyText),
  });
  fc.assert(
    fc.property(anyText, edit, (start, { at, cut, piece }) => {
      const before = parseDockerfile(start);
      const place = at % (start.length + 1);
      const now = parseDockerfile(start.slice(0, place) + piece + start.slice(place + cut));
      const part = editedPart(before, now);
      const { range, swallows } = part;
      const held = laidOver(before, now, part);
      assert.equal(held.starts.length, before.starts.length);
      if (swallows || before.escape !== now.escape) return;
      const isIn = (offset: number) => offset >= range.start && offset <= range.end;
      for (const [index, offset] of now.starts.entries()) {
        if (isIn(offset) && range.end > range.start) continue;
        const old = held.starts.lastIndexOf(offset);
        assert.ok(old >= 0, `nothing stands at ${offset}`);
        assert.equal(held.lines[old], now.lines[index]);
        assert.equal(held.instructions[old]?.original, now.instructions[index]?.original);
      }
    }),
    { numRuns: runs(3000) },
  );
});
