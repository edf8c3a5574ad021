/** What a failing build leaves, with both builders. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Builder } from "../../../server/src/core/build/builder.js";
import { failureDocument } from "../../../server/src/core/documents/failureDocument.js";
import { type FailureReport, failureAt } from "../../../server/src/core/insight/failure.js";
import { viewOf } from "../../support/viewOf.js";

const dockerfile = [
  "FROM node AS build",
  "WORKDIR /app",
  "RUN one",
  "FROM alpine AS other",
  "RUN beside",
  "FROM alpine",
  "ENV A=1",
  "COPY --from=build /app /app",
  "RUN two",
  "COPY --from=other /x /x",
].join("\n");

test("BuildKit keeps what the failed step waited for, and perhaps what ran beside it", () => {
  const report = failure("buildkit", 9);
  assert.deepEqual(lines(report.kept), [2, 3, 8]);
  assert.deepEqual(lines(report.possible), [5]);
  assert.match(report.left[0] ?? "", /No image and no container/);
  assert.match(report.nextBuild[0] ?? "", /CACHED for lines 2, 3 and 8/);
  assert.deepEqual(
    report.shell?.commands[0],
    "head -n 8 Dockerfile | docker build -t last-good -f - CONTEXT",
  );
});

test("what stands on the failed step has not run", () => {
  const report = failure("buildkit", 3);
  assert.deepEqual(lines(report.kept), [2]);
  assert.deepEqual(lines(report.possible), [5]);
});

test("the classic builder leaves an intermediate image for each step before, and the container", () => {
  const report = failure("classic", 9);
  assert.deepEqual(lines(report.kept), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.match(report.left[0] ?? "", /^5 intermediate images/);
  assert.match(report.left[1] ?? "", /line 8 .* dangling/);
  assert.match(report.left[2] ?? "", /container of the failed step/);
  assert.deepEqual(report.shell?.commands[0], "docker run --rm -it --entrypoint sh IMAGE");
});

test("a classic COPY that fails leaves no container; the first step's shell is the base's", () => {
  const copy = failure("classic", 8);
  assert.ok(copy.left.every((sentence) => !/container/.test(sentence)));
  assert.deepEqual(
    failure("classic", 5).shell?.commands[0],
    "docker run --rm -it --entrypoint sh alpine",
  );
});

test("nothing fails where nothing runs", () => {
  assert.equal(report("buildkit", 7), null, "ENV runs nothing with BuildKit");
  assert.notEqual(report("classic", 7), null);
  assert.equal(failureAt(viewOf("FROM a AS x\nRUN y\nFROM b").analysis, 2, place), null);
  assert.equal(failureAt(viewOf("# nothing").analysis, 1, place), null);
});

test("an instruction of several lines fails on each of them, a FROM too", () => {
  const { analysis } = viewOf("FROM a\nRUN one && \\\n  two\n\n");
  assert.equal(failureAt(analysis, 3, place)?.failed.line, 2);
  assert.equal(failureAt(analysis, 5, place), null);
  const from = failureAt(analysis, 1, place);
  assert.deepEqual([from?.kept, from?.shell], [[], null]);
});

test("the document shows each step and escapes what comes from the file", () => {
  const view = viewOf("FROM a\nRUN `x` | <b>\nRUN y");
  const text = failureDocument(failureAt(view.analysis, 3, place), "Dockerfile");
  assert.match(text, /# If line 3 fails/);
  assert.match(text, /\| 3 \| \*\*fails\*\* \| `RUN y` \|/);
  assert.match(failureDocument(null, "Dockerfile"), /No step of `Dockerfile`/);
});

const place = { dockerfile: "Dockerfile" };

function report(builder: Builder, line: number): FailureReport | null {
  return failureAt(viewOf(dockerfile, { builder }).analysis, line, place);
}

function failure(builder: Builder, line: number): FailureReport {
  const found = report(builder, line);
  assert.ok(found !== null);
  return found;
}

function lines(steps: FailureReport["kept"]): readonly number[] {
  return steps.map(({ line }) => line);
}
