/** What words on the command line of the tests choose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readSelections, select } from "../../support/runner/selection.js";

const suites = ["unit", "host"];
const files = ["cli/schema.test.ts", "cli/simulate.test.ts", "syntax/tree.test.ts"];
const fixtures = ["codeLens", "codeLens/cached.txt", "codeLens/cached-twice.txt", "cli/simulate"];

test("words belong to the suite before them", () => {
  const read = readSelections(["unit", "a", "b", "host"], suites);
  assert.deepEqual(
    read,
    new Map([
      ["unit", ["a", "b"]],
      ["host", []],
    ]),
  );
  assert.deepEqual(readSelections([], suites), new Map());
  assert.equal(
    readSelections(["uint", "unit"], suites),
    "No such suite: uint. There are: unit, host.",
  );
});

test("a word is a test file or a folder of them before it is a fixture", () => {
  const cli = { files: files.slice(0, 2), pattern: null };
  assert.deepEqual(select("cli", files, fixtures), cli);
  const schema = { files: files.slice(0, 1), pattern: null };
  for (const word of ["cli/schema", "cli/schema.test.ts", "test/unit/cli/schema.test.ts"]) {
    assert.deepEqual(select(word, files, fixtures), schema, word);
  }
});

test("a fixture is chosen by its whole name, other tests by words of theirs", () => {
  const matches = (word: string, name: string) => {
    const { pattern } = select(word, files, fixtures);
    const [, text = pattern ?? "", flags] = /^\/(.*)\/(i)$/.exec(pattern ?? "") ?? [];
    return new RegExp(text, flags).test(name);
  };
  for (const word of ["codeLens/cached", "test/fixtures/codeLens/cached.txt"]) {
    assert.ok(matches(word, "codeLens/cached"));
    assert.ok(!matches(word, "codeLens/cached-twice"));
  }
  for (const word of ["codeLens", "codeLens/"]) assert.ok(matches(word, "codeLens/cached"));
  assert.ok(!matches("codeLens", "no answer to codeLens is wrong"));
  assert.ok(matches("(in german)", "A hover (in German)"));
  assert.ok(!matches("nosuch", "codeLens/cached"));
});
