/** What steps take from a context stays the same value while the context changes elsewhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Builder } from "../../../server/src/core/build/builder.js";
import { fileNode } from "../../../server/src/core/context/fileTree.js";
import { replaceAll } from "../../../server/src/core/context/folder.js";
import { listedTree } from "../../../server/src/core/context/listedTree.js";
import { contextView } from "../../../server/src/core/files/contextInput.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { builders } from "../analysis/support.js";

const before = listedTree([
  { path: "package.json", size: 1, identity: "1" },
  { path: "src/a", size: 1, identity: "2" },
  { path: "lib/l", kind: "symlink", linkTarget: "../src/a" },
]);
const changed = fileNode({ name: "a", size: 1, identity: "3" });
const after = { ...before, root: replaceAll(before.root, new Map([["src/a", changed]])) };

function isSame(builder: Builder, ...sources: readonly string[]): boolean {
  const request = { builder, sources };
  const [old, now] = [before, after].map((tree) => contextView(tree, sha256).input(request));
  return old === now;
}

for (const builder of builders) {
  test(`${builder}: over a later tree what selects the same nodes is the same object`, () => {
    assert.ok(isSame(builder, "package.json"));
    assert.ok(isSame(builder, "p*"));
    assert.ok(!isSame(builder, "src"));
    assert.ok(!isSame(builder, "package.json", "src"));
  });
}

test("the classic builder's input is another one when what a link leads to is", () => {
  assert.ok(isSame("buildkit", "lib"));
  assert.ok(!isSame("classic", "lib"));
});
