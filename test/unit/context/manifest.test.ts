import assert from "node:assert/strict";
import { test } from "node:test";
import { type ListedFile, listedTree } from "../../../server/src/core/context/listedTree.js";
import { compareManifests, manifestOf } from "../../../server/src/core/context/manifest.js";
import { selectSources } from "../../../server/src/core/context/select.js";

function manifest(...files: readonly ListedFile[]) {
  const tree = listedTree(files);
  const lines = manifestOf(selectSources(tree, { builder: "buildkit", sources: ["."] }));
  assert.ok(lines !== null);
  return lines;
}

const file = (path: string, identity: string, mode = 0o644): ListedFile => ({
  path,
  size: 1,
  identity,
  mode,
});

test("the changes between two states are named by path", () => {
  const before = manifest(file("a", "1"), file("d/b", "2"), file("d/c", "3"), file("old", "4"));
  const after = manifest(
    file("a", "1"),
    file("d/b", "9"),
    file("d/c", "3", 0o755),
    file("new", "4"),
  );
  assert.deepEqual(compareManifests(before, after), {
    added: ["new"],
    removed: ["old"],
    contentChanged: ["d/b"],
    modeChanged: ["d/c"],
  });
});

test("a file that becomes a link, and a link that is re-pointed, have changed content", () => {
  const linked = (linkTarget: string): ListedFile => ({ path: "a", kind: "symlink", linkTarget });
  for (const [before, after] of [
    [file("a", "1"), linked("b")],
    [linked("b"), linked("c")],
  ] as const) {
    const changes = compareManifests(manifest(before), manifest(after));
    assert.deepEqual(changes.contentChanged, ["a"]);
  }
});

test("a manifest waits for every identity", () => {
  const tree = listedTree([{ path: "a", size: 1 }]);
  assert.equal(manifestOf(selectSources(tree, { builder: "buildkit", sources: ["a"] })), null);
});
