/** The page of the problems keeps step with the table of their words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { problemCodes } from "../../server/src/core/words/problems.js";
import { problemPages } from "../support/problemPages.js";

test("every problem that can be reported has a section, and there is no other", () => {
  const described = problemPages().map(({ code }) => code);
  assert.equal(new Set(described).size, described.length, "each code is described once");
  assert.deepEqual([...described].sort(), [...problemCodes()].sort());
});

test("each section says what is wrong, and shows it and what is right or nothing", () => {
  for (const { code, text, examples } of problemPages()) {
    assert.match(text, /^[A-Z`].*\.$/, code);
    const shown = examples.map(({ isBad }) => isBad);
    assert.ok(shown.length === 0 || String(shown) === "true,false", `${code}: ${shown}`);
  }
});
