import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Builder } from "../../../server/src/core/build/builder.js";
import {
  createIgnoreMatcher,
  type IgnoreMatcher,
  readIgnoreFile,
} from "../../../server/src/core/context/ignoreFile.js";
import { createPatternMatcher } from "../../../server/src/core/context/patternMatcher.js";
import { cleanPath } from "../../../server/src/core/text/paths.js";
import { isThorough, runs } from "../../support/thorough.js";
import { readVectors } from "./vectors.js";

const FILES = [
  ...["a.txt", "A.TXT", "b.md", ".hid", "#h", "f[1]", "d/a.txt", "d/x.md", "d/.hid", "d/e/a.txt"],
  ...["d/e/y.go", "d", "d/e", "empty", "empty/nested"],
];

function matcherOf(text: string, builder: Builder = "buildkit"): IgnoreMatcher {
  return createIgnoreMatcher(readIgnoreFile(text), builder);
}

/** Asserts exactly which of FILES an ignore file hides. */
function checkIgnored(text: string, expected: readonly string[], builder?: Builder): void {
  const matcher = matcherOf(text, builder);
  assert.deepEqual(matcher.problems, []);
  const hidden = FILES.filter((path) => matcher.isIgnored(path));
  assert.deepEqual(
    hidden,
    FILES.filter((path) => expected.includes(path)),
    JSON.stringify(text),
  );
}

const D = ["d/a.txt", "d/x.md", "d/.hid", "d/e/a.txt", "d/e/y.go", "d/e"];

test("one name, at the root only, with its case", () => {
  for (const text of ["a.txt", "/a.txt", "./a.txt", "  a.txt  ", "\ufeffa.txt", "a.txt\r\n"]) {
    checkIgnored(text, ["a.txt"]);
  }
  checkIgnored("*.txt", ["a.txt"]);
});

test("two stars reach every depth", () => {
  checkIgnored("**/a.txt", ["a.txt", "d/a.txt", "d/e/a.txt"]);
  checkIgnored("**.txt", ["a.txt", "d/a.txt", "d/e/a.txt"]);
});

test("a directory hides its content; its content does not hide it", () => {
  checkIgnored("d", ["d", ...D]);
  checkIgnored("d/", ["d", ...D]);
  checkIgnored("d/*", D);
  checkIgnored("d/**", D);
});

test("dots, classes and escapes", () => {
  checkIgnored(".*", [".hid"]);
  checkIgnored("f\\[1\\]", ["f[1]"]);
  checkIgnored("[ab].*", ["a.txt", "b.md"]);
  checkIgnored("a**", ["a.txt"]);
});

test("a star or two alone hide everything; dots and parents nothing", () => {
  checkIgnored("*", FILES);
  checkIgnored("**", FILES);
  for (const text of [".", "/", "../a.txt"]) checkIgnored(text, []);
});

test("a comment starts in the first column only", () => {
  checkIgnored("#h", []);
  checkIgnored(" #h", ["#h"]);
  checkIgnored("\\#h", ["#h"]);
});

test("the last matching line decides", () => {
  checkIgnored(
    "d\n!d/e/a.txt",
    ["d", ...D].filter((path) => path !== "d/e/a.txt"),
  );
  checkIgnored("!a.txt\n*.txt", ["a.txt"]);
  checkIgnored("*.txt\n! a.txt", []);
});

test("an exception with wildcards reaches below ignored folders under BuildKit only", () => {
  const kept = (paths: readonly string[]) => FILES.filter((path) => !paths.includes(path));
  checkIgnored("**\n!**/*.md", kept(["b.md", "d/x.md"]), "buildkit");
  checkIgnored("**\n!**/*.md", kept(["b.md"]), "classic");
});

test("BuildKit does not look for `a/*/**` in an ignored folder two levels down", () => {
  // fsutil strips `/**` and then `/*` before it asks whether an exception starts with the folder.
  const matcher = matcherOf("a\n!a/*/**");
  assert.equal(matcher.shouldDescend("a"), true);
  assert.equal(matcher.isIgnored("a/b/c"), true);
});

test("a walk stays out of ignored folders that no exception can reach", () => {
  const matcher = matcherOf("node_modules\ndist\n!*.md\n!dist/keep/*.js");
  assert.equal(matcher.shouldDescend("node_modules"), false);
  assert.equal(matcher.shouldDescend("dist"), true);
  assert.equal(matcher.shouldDescend("dist/other"), false);
  assert.equal(matcherOf("node_modules").shouldDescend("node_modules"), false);
});

test("patterns keep their line, and a bad one is reported with it", () => {
  const patterns = readIgnoreFile("# head\n\na//b/../c/\n  !  /x \n");
  assert.deepEqual(patterns, [
    { text: "a/c", line: 3 },
    { text: "!x", line: 4 },
  ]);
  const matcher = matcherOf("ok\n\n[\n!\n");
  assert.deepEqual(
    matcher.problems.map((problem) => problem.line),
    [3, 4],
  );
  assert.equal(matcher.isIgnored("ok"), true);
});

test("a backslash escapes, except for BuildKit's client on Windows", () => {
  const patterns = readIgnoreFile("d\\e");
  assert.equal(createIgnoreMatcher(patterns, "buildkit", "windows").isIgnored("d/e"), true);
  assert.equal(createIgnoreMatcher(patterns, "buildkit", "posix").problems.length, 1);
  // On Unix `\d` even becomes a digit, since the pattern turns into a regular expression.
  assert.equal(matcherOf("a\\d").isIgnored("a7"), true);
});

test("no pattern is slow", () => {
  const before = performance.now();
  const matcher = matcherOf(`${"*a".repeat(12)}b\n${"**/a/".repeat(30)}*b\n${"**".repeat(40)}x`);
  matcher.isIgnored("a".repeat(4000));
  matcher.isIgnored(`${"a/".repeat(2000)}c`);
  assert.ok(performance.now() - before < 2000);
});

interface IgnoreVector {
  readonly raw?: readonly string[];
  readonly ignore?: string;
  readonly paths: readonly string[];
  readonly expect: {
    readonly err?: string;
    readonly patterns: readonly string[];
    readonly walk: readonly number[];
    readonly orp?: readonly number[];
  };
}

for (const name of ["ignore-tables.jsonl", "ignore-random.jsonl"]) {
  test(`agrees with patternmatcher on ${name}`, (context) => {
    // Of the random ones a plain run takes each tenth.
    const step = name === "ignore-random.jsonl" && !isThorough ? 10 : 1;
    for (const [at, row] of (readVectors(name, context) ?? []).entries()) {
      if (at % step !== 0) continue;
      // The vectors' README gives every row this shape.
      const { raw, ignore, paths, expect } = row as IgnoreVector;
      const patterns =
        raw?.map((text, index) => ({ text, line: index + 1 })) ?? readIgnoreFile(ignore ?? "");
      const texts = patterns.map((pattern) => pattern.text);
      assert.deepEqual(texts, expect.patterns);
      const matcher = createIgnoreMatcher(patterns, "buildkit");
      assert.equal(matcher.problems.length > 0, expect.err !== undefined, JSON.stringify(row));
      if (expect.err !== undefined) continue;
      const direct = createPatternMatcher(texts);
      for (const [i, path] of paths.entries()) {
        const where = `${JSON.stringify(texts)} on ${path}`;
        assert.equal(Number(matcher.isIgnored(path)), expect.walk[i], where);
        if (expect.orp === undefined) continue;
        assert.equal(Number(direct.match(path, direct.start).matched), expect.orp[i], where);
      }
    }
  });
}

test("of a hidden path the line is known that decides", () => {
  const matcher = matcherOf("# first\nd\n\n!d/x.md\n*.md\n!b.md\nd/e/*.go\n");
  const lines = FILES.map((path) => [path, matcher.hiding(path)?.line ?? null]);
  assert.deepEqual(Object.fromEntries(lines), {
    ...Object.fromEntries(FILES.map((path) => [path, null])),
    ...{ d: 2, "d/a.txt": 2, "d/.hid": 2, "d/e": 2, "d/e/a.txt": 2, "d/e/y.go": 2 },
  });
  for (const path of FILES) assert.equal(matcher.hiding(path) !== null, matcher.isIgnored(path));
});

/** patternmatcher's own loop: every pattern is asked, in the order of the file. */
function askedOneByOne(
  texts: readonly string[],
  path: string,
  parent: readonly boolean[] | null,
): { readonly matched: boolean; readonly state: readonly boolean[] } {
  let matched = false;
  const state = texts.map((text, i) => {
    const isException = text.startsWith("!");
    const { match, start } = createPatternMatcher([text.replace(/^!/, "")]);
    const own = { isStart: false, matched: [] };
    const isMatch =
      parent?.[i] === true ||
      (isException === matched && match(path, parent === null ? start : own).matched);
    if (isMatch) matched = !isException;
    return isMatch;
  });
  return { matched, state };
}

const patternText = fc
  .tuple(
    fc.constantFrom("", "", "!"),
    fc.array(fc.constantFrom("a", "b", "ab1", "*", "?", "/", "**/", "/**", "[ab]", "x.md"), {
      minLength: 1,
      maxLength: 5,
    }),
  )
  .map(([mark, parts]) => mark + cleanPath(parts.join("")).replace(/^\/+/, ""))
  .filter((text) => createPatternMatcher([text]).patterns.length === 1);

const manyPatterns = fc.array(patternText, { minLength: 33, maxLength: 90 });
const somePath = fc.array(fc.constantFrom("a", "b", "ab1", "aab", "x.md", "b1"), {
  minLength: 1,
  maxLength: 4,
});

test("very many patterns decide as each of them asked in turn would", () => {
  fc.assert(
    fc.property(
      manyPatterns,
      fc.array(somePath, { minLength: 1, maxLength: 6 }),
      (texts, paths) => {
        const matcher = createPatternMatcher(texts);
        for (const names of paths) {
          const whole = names.join("/");
          assert.equal(
            matcher.match(whole, matcher.start).matched,
            askedOneByOne(texts, whole, null).matched,
            whole,
          );
          let state = matcher.start;
          let asked: readonly boolean[] | null = null;
          for (let depth = 1; depth <= names.length; depth++) {
            const path = names.slice(0, depth).join("/");
            const verdict = matcher.match(path, state);
            const wanted = askedOneByOne(texts, path, asked);
            assert.equal(verdict.matched, wanted.matched, path);
            for (const areExceptions of [false, true]) {
              const below = areExceptions ? matcher.canExceptBelow : matcher.canMatchBelow;
              const some = matcher.patterns.some(
                (pattern) => (!areExceptions || pattern.isException) && pattern.canMatchBelow(path),
              );
              assert.equal(below(path), some, path);
            }
            state = verdict.state;
            asked = wanted.state;
          }
        }
      },
    ),
    { numRuns: runs(3_000) },
  );
});
