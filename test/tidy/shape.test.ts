/** How big a piece of the core may be. */
import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";
import { projectText, sources } from "../support/projectFiles.js";

/** What fits on a screen or two, and into a head. Lines. */
const longest = 80;

test("no function of the core is longer than can be read at once", () => {
  const files = sources("server/src/core");
  assert.ok(files.length > 100, "there are sources");
  assert.deepEqual(files.flatMap(longFunctions), []);
});

function longFunctions(file: string): readonly string[] {
  const source = ts.createSourceFile(file, projectText(file), ts.ScriptTarget.Latest, true);
  const lineOf = (offset: number) => source.getLineAndCharacterOfPosition(offset).line;
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const lines = lineOf(node.end) - lineOf(node.getStart(source)) + 1;
      if (lines > longest)
        found.push(`${file}:${lineOf(node.getStart(source)) + 1}: ${lines} lines`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
