/** What cannot be told as it is elsewhere is said to be so: Windows, line ends that a shell gets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnostics } from "../../../server/src/core/features/diagnostics.js";
import { runPlan } from "../../../server/src/core/insight/runPlan.js";
import { viewOf } from "../../support/viewOf.js";

test("the CR at the end of a heredoc's lines is said where a shell gets it", () => {
  const codes = (text: string) =>
    diagnostics(viewOf(text).analysis).map(({ code, range }) => [code, range?.start]);
  const run = "FROM a\r\nRUN <<EOF\r\necho hi\r\nEOF\r\n";
  assert.deepEqual(codes(run), [["heredoc-carriage-return", 8]]);
  assert.deepEqual(codes(run.replaceAll("\r", "")), []);
  // A file may be meant to be as it is.
  assert.deepEqual(codes(run.replace("RUN <<EOF", "COPY <<EOF /x")), []);
});

test("how a container for Windows runs is not told as Linux does it", () => {
  const text = "FROM windows/nanoserver:ltsc2022\nWORKDIR C:/app\nENV A=1\nCMD foo\n";
  const plan = runPlan(viewOf(text).analysis, { remove: false, args: [], image: null });
  assert.deepEqual([plan?.argv, plan?.values, plan?.traps], [null, [], []]);
  assert.deepEqual(
    plan?.steps.map(({ title }) => title),
    ["Start a container of Windows"],
  );
});
