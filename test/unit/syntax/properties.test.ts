// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are a Dockerfile's, not ours.
/** What holds for any text at all: no exception, no character lost, every range inside the text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  expandWord,
  expandWords,
  variableReferences,
} from "../../../server/src/core/syntax/expand.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { piecesOf } from "../../../server/src/core/syntax/pieces.js";
import { syntaxProblems } from "../../../server/src/core/syntax/placed.js";
import type { Dockerfile, Instruction } from "../../../server/src/core/syntax/syntax.js";
import type { TextRange } from "../../../server/src/core/text/range.js";
import { anyText, noise, SAMPLES } from "../../support/anyDockerfile.js";
import { runs } from "../../support/thorough.js";

test("the pieces of any text are the text, in order, and only blanks are left between nodes", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const file = parseDockerfile(text);
      const pieces = piecesOf(file);
      assert.equal(pieces.map(({ range }) => text.slice(range.start, range.end)).join(""), text);
      for (const { kind, range } of pieces) {
        if (kind !== "blank") continue;
        assert.match(text.slice(range.start, range.end), /^[\s\u0085\ufeff]+$/u);
      }
      const kept = new Set(pieces.flatMap((piece) => (piece.kind === "blank" ? [] : [piece.node])));
      for (const node of [...file.directives, ...file.instructions]) assert.ok(kept.has(node));
    }),
    { numRuns: runs(3000) },
  );
});

test("every range of any tree lies in the text and inside its instruction", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const file = parseDockerfile(text);
      const whole = { start: 0, end: text.length };
      for (const { range } of [...file.directives, ...file.comments, ...syntaxProblems(file)]) {
        assertInside(range ?? { start: -1, end: -1 }, whole);
      }
      for (const [at, instruction] of file.instructions.entries()) {
        const rest = { start: 0, end: text.length - (file.starts[at] ?? 0) };
        assert.equal(instruction.range.start, 0);
        assertRanges(instruction, rest, rest.end);
      }
    }),
    { numRuns: runs(3000) },
  );
});

test("instructions follow one another, line by line", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { instructions, lines, starts } = parseDockerfile(text);
      let line = 0;
      let end = 0;
      for (const [at, { lineCount, range }] of instructions.entries()) {
        const [first = 0, start = -1] = [lines[at], starts[at]];
        assert.ok(first > line && lineCount > 0 && start >= end);
        line = first + lineCount - 1;
        end = start + range.end;
      }
      assert.ok(line <= text.split("\n").length);
    }),
    { numRuns: runs(1000) },
  );
});

test("a word that stands on one line reads there as its value says", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const { start, words } of wordsOf(parseDockerfile(text))) {
        for (const { value, range } of words) {
          const written = text.slice(start + range.start, start + range.end);
          // Bytes of a character that BuildKit cuts in two have no text of their own.
          if (!written.includes("\n") && !value.includes("\ufffd")) assert.equal(written, value);
        }
      }
    }),
    { numRuns: runs(2000) },
  );
});

test("what is written below changes nothing above, but for what is still open", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SAMPLES), fc.nat(), (text, seed) => {
      const lines = text.split("\n");
      const part = lines.slice(0, seed % lines.length);
      const { instructions } = parseDockerfile(part.join("\n"));
      // The last one may go on below, and what is broken may be mended there.
      const closed = instructions.slice(0, -1);
      const firstBroken = closed.findIndex(({ broken }) => broken);
      if (firstBroken >= 0) closed.length = firstBroken;
      const whole = parseDockerfile(text).instructions.slice(0, closed.length);
      assert.deepEqual(
        closed.map(({ original }) => original),
        whole.map(({ original }) => original),
      );
    }),
  );
});

test("expansion of any text ends, and its references read as their names say", () => {
  const variables = fc.dictionary(fc.constantFrom("A", "a", "1", "é"), noise);
  const options = fc.record({
    rawQuotes: fc.boolean(),
    rawEscapes: fc.boolean(),
    skipUnset: fc.boolean(),
    skipQuotes: fc.boolean(),
  });
  const word = fc
    .array(fc.constantFrom(..."$$${{}:-+?#%/*\\`'\"<Aaé1 \n"), { maxLength: 24 })
    .map((units) => units.join(""));
  fc.assert(
    fc.property(fc.oneof(word, anyText), variables, options, (text, values, knobs) => {
      const lookup = (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined);
      for (const escapeCharacter of ["\\", "`"] as const) {
        const { value, error } = expandWord(text, lookup, escapeCharacter, knobs);
        if (error !== null) {
          assert.equal(value, "");
          assertInside(error.range, { start: 0, end: text.length });
        }
        for (const { range } of expandWords(text, lookup, escapeCharacter, knobs).words) {
          assertInside(range, { start: 0, end: text.length });
        }
        for (const { name, range, nameRange } of variableReferences(text, escapeCharacter)) {
          assert.equal(text.slice(nameRange.start, nameRange.end), name);
          assert.equal(text[range.start], "$");
          assertInside(nameRange, range);
        }
      }
    }),
    { numRuns: runs(3000) },
  );
});

test("a text without quotes, escapes and dollars expands to itself", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      fc.pre(!/['"\\$]/.test(text) && !text.startsWith("\ufeff"));
      assert.equal(expandWord(text, () => undefined, "\\").value, text);
    }),
  );
});

function assertRanges(instruction: Instruction, outer: TextRange, textEnd: number): void {
  assertInside(instruction.range, outer);
  assertInside(instruction.keywordRange, instruction.range);
  for (const flag of instruction.flags) {
    assertInside(flag.range, instruction.range);
    assertInside(flag.valueRange, flag.range);
  }
  for (const arg of instruction.args) assertInside(arg.range, instruction.range);
  for (const heredoc of instruction.heredocs) {
    assertInside(heredoc.range, instruction.range);
    // A body ends where the next line starts, which may be just past the instruction's last one.
    assertInside(heredoc.bodyRange, { start: instruction.range.start, end: textEnd });
    if (heredoc.closingRange !== null) assertInside(heredoc.closingRange, instruction.range);
  }
  if (instruction.trigger !== null) {
    assertRanges(instruction.trigger, instruction.range, textEnd);
  }
}

function assertInside(inner: TextRange, outer: TextRange): void {
  assert.ok(
    outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end,
    `${JSON.stringify(inner)} is not inside ${JSON.stringify(outer)}`,
  );
}

/** The words of the instructions that are not written as JSON, those of triggers included. */
/** The arguments of every instruction that are no JSON, and the offset that their ranges count from. */
function wordsOf(
  file: Dockerfile,
): readonly { readonly start: number; readonly words: Instruction["args"] }[] {
  return file.instructions.flatMap((instruction, at) => {
    const all: Instruction[] = [instruction];
    for (let next = instruction.trigger; next !== null; next = next.trigger) all.push(next);
    const start = file.starts[at] ?? 0;
    return all.filter(({ json }) => !json).map(({ args }) => ({ start, words: args }));
  });
}
