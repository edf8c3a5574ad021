import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FileTree } from "../../../server/src/core/context/fileTree.js";
import { endsPart } from "../../../server/src/core/context/folder.js";
import { type ListedFile, listedTree } from "../../../server/src/core/context/listedTree.js";
import {
  compareManifests,
  type ManifestChanges,
  manifestOf,
} from "../../../server/src/core/context/manifest.js";
import { selectSources } from "../../../server/src/core/context/select.js";
import { type CopyRequest, entriesOf } from "../../../server/src/core/context/selection.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { runs } from "../../support/thorough.js";

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
  assert.deepEqual(compareManifests(before, after, sha256), {
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
    const changes = compareManifests(manifest(before), manifest(after), sha256);
    assert.deepEqual(changes.contentChanged, ["a"]);
  }
});

test("a manifest waits for every identity", () => {
  const tree = listedTree([{ path: "a", size: 1 }]);
  assert.equal(manifestOf(selectSources(tree, { builder: "buildkit", sources: ["a"] })), null);
});

/** As a list of all that is selected, by path. */
function linesOf(tree: FileTree, request: CopyRequest): ReadonlyMap<string, readonly unknown[]> {
  const lines = new Map<string, readonly unknown[]>();
  for (const source of selectSources(tree, request).sources) {
    for (const { path, node } of entriesOf(source)) {
      if (path === "") continue;
      const content = node.kind === "directory" ? "" : (node.linkTarget ?? node.identity);
      lines.set(path, [`${node.kind}:${content}`, node.mode]);
    }
  }
  return lines;
}

function listChanges(
  before: ReadonlyMap<string, readonly unknown[]>,
  after: ReadonlyMap<string, readonly unknown[]>,
): ManifestChanges {
  const both = [...after].filter(([path]) => before.has(path));
  const contentChanged = both.filter(([path, [content]]) => before.get(path)?.[0] !== content);
  const modeChanged = both.filter(
    ([path, [content, mode]]) =>
      before.get(path)?.[0] === content && before.get(path)?.[1] !== mode,
  );
  const paths = (list: readonly (readonly [string, unknown])[]) =>
    list.map(([path]) => path).sort();
  return {
    added: paths([...after].filter(([path]) => !before.has(path))),
    removed: paths([...before].filter(([path]) => !after.has(path))),
    contentChanged: paths(contentChanged),
    modeChanged: paths(modeChanged),
  };
}

test("manifests compared folder by folder change as lists of all files do", () => {
  // Some of these names end a part of a folder.
  const ends = Array.from({ length: 3000 }, (_, i) => `e${i}`).filter(endsPart);
  const name = fc.constantFrom("a", "a.b", "b", ...ends.slice(0, 2));
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
  const listed: fc.Arbitrary<ListedFile> = fc.oneof(
    fc.record({ path, identity: fc.constantFrom("1", "2"), mode: fc.constantFrom(0o644, 0o755) }),
    fc.record({ path, mode: fc.constantFrom(0o755, 0o700), kind: fc.constant("directory") }),
    fc.record({ path, kind: fc.constant("symlink"), linkTarget: name }),
  );
  const files = fc
    .array(listed, { maxLength: 8 })
    .map((list) =>
      listedTree(list.map((one) => ({ size: one.identity === undefined ? 0 : 1, ...one }))),
    );
  const source = fc.oneof(fc.constantFrom(".", "*", "a*", "*/b"), path);
  const request: fc.Arbitrary<CopyRequest> = fc.record({
    builder: fc.constantFrom("buildkit", "classic"),
    sources: fc.array(source, { minLength: 1, maxLength: 3 }),
    exclude: fc.constantFrom([], ["b"], ["**/b"]),
  });
  fc.assert(
    fc.property(files, files, request, request, fc.boolean(), (old, now, was, is, isSame) => {
      const asked = isSame ? was : is;
      const before = manifestOf(selectSources(old, was));
      const after = manifestOf(selectSources(now, asked));
      assert.ok(before !== null && after !== null);
      assert.deepEqual(
        compareManifests(before, after, sha256),
        listChanges(linesOf(old, was), linesOf(now, asked)),
      );
    }),
    { numRuns: runs(5000) },
  );
});
