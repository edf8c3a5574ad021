/** A few lines that ask for more than there is: a finding on the line, and the rest is answered. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { analysisOf } from "./support.js";

test("values that double from line to line end in a finding on the line that is too much", () => {
  const lines = [
    "FROM alpine",
    "ARG a0=aaaaaaaaaa",
    ...Array.from({ length: 40 }, (_, n) => `ARG a${n + 1}=$a${n}$a${n}`),
    "RUN echo $a40",
  ];
  const { problems, steps } = analysisOf({ text: lines.join("\n") });
  const found = problems.flatMap((problem) =>
    problem.code === "bad-expansion" ? [problem.mistake.code] : [],
  );
  assert.ok(found.length > 0);
  assert.deepEqual(new Set(found), new Set(["expansion-too-large"]));
  assert.equal(steps.length, lines.length);
});

test("a pattern that multiplies a value ends in a finding too", () => {
  const lines = [
    "FROM alpine",
    "ARG a=a",
    ...Array.from({ length: 12 }, () => "ARG a=$" + "{a//a/aaaaaaaaaa}"),
  ];
  const { problems } = analysisOf({ text: lines.join("\n") });
  assert.ok(problems.some(({ code }) => code === "bad-expansion"));
});
