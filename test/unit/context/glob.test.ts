import assert from "node:assert/strict";
import { test } from "node:test";
import { matchFilePath, matchPath } from "../../../server/src/core/context/glob.js";
import { readVectors } from "./vectors.js";

function checkGlob(pattern: string, name: string, expected: ReturnType<typeof matchPath>): void {
  assert.equal(matchPath(pattern, name), expected, `${pattern} against ${name}`);
}

test("a star stays within one name", () => {
  checkGlob("*.json", "package.json", "match");
  checkGlob("*.json", "src/package.json", "none");
  checkGlob("src/*/a", "src/x/a", "match");
  checkGlob("**", "a/b", "none");
});

test("braces, `!` and leading dots mean nothing special", () => {
  checkGlob("a.{js,ts}", "a.js", "none");
  checkGlob("a.{js,ts}", "a.{js,ts}", "match");
  checkGlob("[!a]", "!", "match");
  checkGlob("*", ".env", "match");
});

test("a class may match a slash, a question mark may not", () => {
  checkGlob("a[^b]c", "a/c", "match");
  checkGlob("a?c", "a/c", "none");
});

test("a star advances by bytes, as in Go: three question marks fit into one emoji", () => {
  checkGlob("*???", "\u{1f433}", "match");
  checkGlob("????", "\u{1f433}", "none");
  checkGlob("?", "\u{1f433}", "match");
});

test("both functions report a bad pattern that they get to", () => {
  for (const pattern of ["[", "[]a]", "[-x]", "a[", "\\"]) {
    checkGlob(pattern, "a", "bad-pattern");
    assert.equal(matchFilePath(pattern, "a"), "bad-pattern");
  }
});

test("only path.Match looks at the rest of a pattern after a mismatch", () => {
  checkGlob("x*a[", "b", "bad-pattern");
  assert.equal(matchFilePath("x*a[", "b"), "none");
});

test("many stars do not make matching slow", () => {
  const before = performance.now();
  checkGlob(`${"*a".repeat(200)}b`, "a".repeat(4000), "none");
  assert.ok(performance.now() - before < 2000);
});

for (const name of ["glob-Go.jsonl", "glob-COPY-like.jsonl", "glob-random.jsonl"]) {
  test(`agrees with Go on ${name}`, (context) => {
    const names = { match: 1, none: 0, "bad-pattern": 2 };
    // The answers stand in the order filepath.Match, path.Match: Go's sources have only path.Match
    // look at the rest of a pattern, and it is the last column that has the additional bad ones.
    for (const row of readVectors(name, context) ?? []) {
      // The vectors' README gives every row this shape.
      const [pattern, path, filePathAnswer, pathAnswer] = row as [string, string, number, number];
      assert.equal(names[matchFilePath(pattern, path)], filePathAnswer, JSON.stringify(row));
      assert.equal(names[matchPath(pattern, path)], pathAnswer, JSON.stringify(row));
    }
  });
}
