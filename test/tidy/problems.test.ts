/** The list of problems keeps step with the code that reports them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { projectFiles, projectText } from "../support/projectFiles.js";

/** Where problems come from. */
const reporters =
  /^server\/src\/(?:core\/(?:syntax|graph|instructions|context|analysis)\/.*|core\/features\/diagnostics|host\/project)\.ts$/;

/** Mistakes of an expansion have codes of their own, and are reported as `bad-expansion`. */
const notReporters = /\/syntax\/shell(?:Lexer|Pattern)\.ts$/;

test("every problem that can be reported is in the list, and the list names no other", () => {
  const rows = [...projectText("docs/problems.md").matchAll(/^\| `([a-z-]+)` +\| (.+?) +\|$/gm)];
  const listed = rows.map((row) => row[1] ?? "");
  assert.equal(new Set(listed).size, listed.length, "each code is listed once");
  for (const [, code, sentence] of rows) assert.match(sentence ?? "", /^[A-Z`].*\.$/, code);
  assert.deepEqual([...listed].sort(), reportedCodes());
});

/** The codes as they are written where something is reported. */
function reportedCodes(): readonly string[] {
  const codes = new Set<string>();
  for (const file of projectFiles("server/src")) {
    if (!reporters.test(file) || notReporters.test(file)) continue;
    const source = projectText(file);
    const calls = source.matchAll(
      /\b(?:report|foundWrong|problem|make|fail)\(([\s\S]{0,300}?)(?:\);|\),)/g,
    );
    const texts = [
      ...[...calls].map((call) => call[1] ?? ""),
      ...(source.match(/\bcode: "[^"]*"/g) ?? []),
    ];
    for (const text of texts) {
      for (const [, code] of text.matchAll(/"([a-z]+(?:-[a-z]+)+)"/g)) codes.add(code ?? "");
    }
  }
  assert.ok(codes.size > 40, "the codes are found in the source");
  return [...codes].sort();
}
