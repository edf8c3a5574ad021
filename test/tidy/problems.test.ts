/** The list of problems keeps step with the table of their words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { problemCodes } from "../../server/src/core/words/problems.js";
import { projectText } from "../support/projectFiles.js";

test("every problem that can be reported is in the list, and the list names no other", () => {
  const rows = [...projectText("docs/problems.md").matchAll(/^\| `([a-z-]+)` +\| (.+?) +\|$/gm)];
  const listed = rows.map((row) => row[1] ?? "");
  assert.equal(new Set(listed).size, listed.length, "each code is listed once");
  for (const [, code, sentence] of rows) assert.match(sentence ?? "", /^[A-Z`].*\.$/, code);
  assert.deepEqual([...listed].sort(), [...problemCodes()].sort());
});
