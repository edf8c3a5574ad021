/** Which lines an editor marks beside their numbers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stepMarks } from "../../../server/src/core/features/stepMarks.js";
import { analysisOf, built } from "../analysis/support.js";

const text = `FROM alpine AS files
RUN date > /out/date
COPY a /out/a
FROM alpine
COPY --from=files /out /out
COPY missing /m
RUN true
`;

function marks(given: Parameters<typeof analysisOf>[0]): readonly string[] {
  const view = { analysis: analysisOf(given), isResult: false };
  return stepMarks(view).map(({ line, mark }) => `${line} ${mark}`);
}

test("what rebuilds, may rebuild or fails is marked, by its line", () => {
  const before = { text, files: { a: "1", missing: "" } };
  const state = built(before);
  assert.deepEqual(marks({ ...before, state }), []);
  assert.deepEqual(marks({ text, files: { a: "2", missing: "" }, state }), [
    "3 rebuilds",
    "5 mayRebuild",
    "6 mayRebuild",
    "7 mayRebuild",
  ]);
  const other = text.replace("RUN date", "RUN date -u");
  assert.deepEqual(marks({ text: other, files: { a: "1" }, state }), [
    "2 rebuilds",
    "3 rebuilds",
    "5 mayRebuild",
    "6 fails",
  ]);
});

test("what was never built is not marked, what fails is", () => {
  assert.deepEqual(marks({ text, files: { a: "1" } }), ["6 fails"]);
});
