/** Folders that are changed are equal to folders that are made anew, and share what did not change. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { contentDigest } from "../../../server/src/core/context/contentDigest.js";
import {
  type FileTree,
  type FolderNode,
  fileNode,
  type TreeNode,
} from "../../../server/src/core/context/fileTree.js";
import {
  childrenOf,
  emptyFolder,
  endsPart,
  folderNode,
  nodeAt,
  plainFolder,
  replaceAll,
} from "../../../server/src/core/context/folder.js";
import { listedTree } from "../../../server/src/core/context/listedTree.js";
import { resolvePath } from "../../../server/src/core/context/resolvePath.js";
import { selectSources } from "../../../server/src/core/context/select.js";
import { entriesBelow } from "../../../server/src/core/context/selection.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { runs } from "../../support/thorough.js";

/** Names of which every third ends a part, so that small folders have parts. */
const names = namesOf((name) => endsPart(name), 5).flatMap((end, i) => [
  end,
  ...namesOf((name) => !endsPart(name), 10).slice(2 * i, 2 * i + 2),
]);

function namesOf(is: (name: string) => boolean, count: number): readonly string[] {
  const found: string[] = [];
  for (let i = 0; found.length < count; i++) if (is(`n${i}`)) found.push(`n${i}`);
  return found;
}

const kinds = fc.constantFrom("file", "link", "socket", "folder", "nothing");
const change = fc.record({
  path: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 2 }),
  kind: kinds,
  content: fc.nat(2),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function made({ path, kind, content }: Change): TreeNode | null {
  const name = path.at(-1) ?? "";
  switch (kind) {
    case "nothing":
      return null;
    case "folder":
      return folderNode({ ...plainFolder(name), mode: 0o700 + content }, [
        fileNode({ name: "inside", size: content, identity: `${content}` }),
      ]);
    case "link":
      return fileNode({ name, kind: "symlink", linkTarget: names[content] ?? "" });
    case "socket":
      return fileNode({ name, kind: "socket" });
    default:
      return fileNode({ name, size: content, identity: `${content}` });
  }
}

/** Of changes to one path, or to one above another, the last. */
function replacements(changes: readonly Change[]): ReadonlyMap<string, TreeNode | null> {
  const all = new Map<string, TreeNode | null>();
  for (const one of changes) {
    const path = one.path.join("/");
    for (const other of all.keys()) {
      if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) all.delete(other);
    }
    all.set(path, made(one));
  }
  return all;
}

/** The same files in folders that were made at once. */
function anew(folder: FolderNode): FolderNode {
  const children = [...childrenOf(folder)].reverse();
  return folderNode(
    folder,
    children.map((child) => (child.kind === "directory" ? anew(child) : child)),
    folder.errors,
  );
}

function digestsOf(tree: FileTree): readonly unknown[] {
  return (["buildkit", "classic"] as const).map((builder) => {
    const selection = selectSources(tree, { builder, sources: ["."] });
    const { fileCount, bytes } = selection;
    return [contentDigest(tree, selection, sha256), fileCount, bytes];
  });
}

const treeOf = (root: FolderNode): FileTree => ({ root, isIgnored: () => false });

test("after any changes a folder is as if it were made anew", () => {
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 12 }), { maxLength: 5 }), (rounds) => {
      let root = emptyFolder;
      for (const round of rounds) {
        // So that what is remembered of the state before is used.
        digestsOf(treeOf(root));
        root = replaceAll(root, replacements(round));
        const other = anew(root);
        assert.deepEqual(root, other);
        assert.deepEqual(digestsOf(treeOf(root)), digestsOf(treeOf(other)));
      }
    }),
    { numRuns: runs(2000) },
  );
});

test("a batch of changes is what they are one by one, and shares what they do not touch", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), fc.array(change, { maxLength: 8 }), (a, b) => {
      const before = replaceAll(emptyFolder, replacements(a));
      const changes = replacements(b);
      const after = replaceAll(before, changes);
      let single = before;
      for (const [path, node] of changes) single = replaceAll(single, new Map([[path, node]]));
      assert.deepEqual(after, single);
      const touched = new Set([...changes.keys()].map((path) => path.split("/")[0]));
      for (const child of childrenOf(before)) {
        if (!touched.has(child.name)) assert.equal(nodeAt(after, child.name), child);
      }
    }),
    { numRuns: runs(1000) },
  );
});

test("in a folder of many names a change renews one part", () => {
  const many = Array.from({ length: 20_000 }, (_, i) =>
    fileNode({ name: `file ${i}`, size: 1, identity: "1" }),
  );
  const before = folderNode(plainFolder(""), many);
  assert.ok(before.parts.length > 20, `${before.parts.length} parts`);
  const longest = Math.max(...before.parts.map(({ length }) => length));
  assert.ok(longest < 6_000, `the longest has ${longest}`);
  const name = "file 7777";
  const after = replaceAll(before, new Map([[name, fileNode({ name, size: 2 })]]));
  const old = new Set(before.parts);
  assert.equal(after.parts.filter((part) => !old.has(part)).length, 1);
  assert.equal(after.bytes, 20_001);
});

/**
 * What the classic builder's sum of a folder is made of, as it makes it: a list of all records,
 * sorted. Two folders have one digest exactly when these lists are equal.
 */
function classicRecords(tree: FileTree): string {
  const records: string[] = [];
  for (const { path, node } of entriesBelow(tree.root, "", "")) {
    if (node.kind === "socket") continue;
    const target = resolvePath(tree, path, true);
    if (target.kind === "loop") records.push("");
    else if (target.kind === "missing") records.push(`path ${path}`);
    else records.push(`${target.path} ${textOf(target.node)}`);
  }
  return JSON.stringify(records.sort());
}

function textOf(node: TreeNode): string {
  return node.kind === "directory"
    ? `folder ${node.mode}`
    : `${node.kind} ${node.size > 0 ? node.identity : ""}`;
}

test("the classic builder's digests are equal exactly when its records are", () => {
  const name = fc.constantFrom(...names.slice(0, 5));
  const linkOrFile = fc.tuple(name, fc.constantFrom("x", "y", "-> n", "socket"), name);
  const listOf = fc.array(linkOrFile, { minLength: 1, maxLength: 6 });
  const tree = (list: readonly (readonly [string, string, string])[]): FileTree =>
    listedTree(
      list.map(([path, what, target]) =>
        what === "-> n"
          ? { path, kind: "symlink", linkTarget: target }
          : what === "socket"
            ? { path, kind: "socket" }
            : { path, size: 1, identity: what },
      ),
    );
  const digestOf = (one: FileTree): unknown =>
    contentDigest(one, selectSources(one, { builder: "classic", sources: ["."] }), sha256);
  fc.assert(
    fc.property(listOf, fc.nat(5), linkOrFile, (list, at, other) => {
      const a = tree(list);
      const b = tree(list.map((one, i) => (i === at % list.length ? other : one)));
      const areEqual = classicRecords(a) === classicRecords(b);
      assert.equal(JSON.stringify(digestOf(a)) === JSON.stringify(digestOf(b)), areEqual);
    }),
    { numRuns: runs(3000) },
  );
});
