/** Folders in the state document: each once, only what changed anew, and read where they differ. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type FolderNode, fileNode } from "../../../server/src/core/context/fileTree.js";
import {
  childrenOf,
  endsPart,
  folderAt,
  folderNode,
  plainFolder,
  replaceAll,
} from "../../../server/src/core/context/folder.js";
import {
  addTexts,
  type FolderTexts,
  folderReader,
  folderText,
  type TextSink,
} from "../../../server/src/core/context/folderText.js";
import { type ListedFile, listedTree } from "../../../server/src/core/context/listedTree.js";
import { compareManifests } from "../../../server/src/core/context/manifest.js";
import { entriesBelow } from "../../../server/src/core/context/selection.js";
import { transferredTree } from "../../../server/src/core/context/transfer.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { runs } from "../../support/thorough.js";

const ends = Array.from({ length: 3000 }, (_, i) => `e${i}`).filter(endsPart);
const name = fc.constantFrom("a", "b\n", 'c"', "\u{1f433}", "d, e", "d", ...ends.slice(0, 2));
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
const file = fc.record({
  path,
  identity: fc.constantFrom("1", "2"),
  size: fc.nat(1),
  mtimeMs: fc.constantFrom(0, 1.5, 1732609012345.678),
  mode: fc.constantFrom(0o644, 0o4755),
});
const listed: fc.Arbitrary<ListedFile> = fc.oneof(
  { weight: 4, arbitrary: file },
  fc.record({ path, mode: fc.constantFrom(0o755, 0o700), kind: fc.constant("directory") }),
  fc.record({ path, kind: fc.constant("symlink"), linkTarget: fc.constantFrom("../a/b", "/", "") }),
  fc.record({ path, kind: fc.constantFrom("fifo", "socket", "block-device"), device: name }),
);
const files = fc.array(listed, { maxLength: 10 });
const rootOf = (list: readonly ListedFile[]): FolderNode => listedTree(list).root;

/** The texts of folders, and which of them were copied. */
function written(folders: readonly FolderNode[], known: FolderTexts | null = null) {
  const texts = new Map<string, string>();
  const copied = new Set<string>();
  const sink: TextSink = {
    has: (name) => texts.has(name),
    add: (name, text) => texts.set(name, text),
    copy(name, from) {
      texts.set(name, from.get(name));
      copied.add(name);
    },
  };
  for (const folder of folders) addTexts(folder, sha256, sink, known);
  return { texts, copied };
}

function textsOf(...folders: readonly FolderNode[]): Map<string, string> {
  return written(folders).texts;
}

/** A document of these texts. */
function documentOf(texts: ReadonlyMap<string, string>): FolderTexts {
  const get = (name: string): string => texts.get(name) ?? "/";
  return {
    has: (name) => texts.has(name),
    get,
    below: (name) => (get(name).split("/")[0] ?? "").split(",").filter((one) => one !== ""),
    lengthOf: (name) => get(name).length,
  };
}

/** As a document has it. */
function keptOf(folder: FolderNode): FolderNode {
  const read = folderReader(documentOf(textsOf(folder)), sha256)(folderText(folder, sha256));
  assert.ok(read !== null);
  return read;
}

/** All that is in a folder, as plain values. */
function plain(folder: FolderNode): unknown {
  const { parts, ...header } = folder;
  return {
    ...header,
    parts: parts.map((part) =>
      part.map((node) => (node.kind === "directory" ? plain(node) : { ...node })),
    ),
  };
}

test("what is written is read back", () => {
  fc.assert(
    fc.property(files, (list) => {
      const root = rootOf(list);
      const kept = keptOf(root);
      assert.deepEqual(plain(kept), plain(root));
      // Whether somebody has looked into it or not.
      const whole = new Map([...textsOf(root)].sort());
      assert.deepEqual(new Map([...textsOf(keptOf(root))].sort()), whole);
      assert.deepEqual(new Map([...textsOf(kept)].sort()), whole);
    }),
    { numRuns: runs(1000) },
  );
});

test("a folder of a document is compared as the folder that it was", () => {
  fc.assert(
    fc.property(files, files, fc.nat(10), (list, other, from) => {
      const before = rootOf(list);
      // Most of it stays.
      const after = rootOf([...list.slice(0, from), ...other.slice(0, 2)]);
      const tree = { root: after, isIgnored: () => false };
      assert.deepEqual(
        plain(transferredTree(tree, keptOf(before), sha256).root),
        plain(transferredTree(tree, before, sha256).root),
      );
      const [old, kept, now] = [before, keptOf(before), after].map((root) => ({
        root,
        through: new Set<string>(),
      }));
      assert.ok(old !== undefined && kept !== undefined && now !== undefined);
      const changes = compareManifests(old, now, sha256);
      assert.deepEqual(compareManifests(kept, now, sha256), changes);
    }),
    { numRuns: runs(2000) },
  );
});

test("what is sent as it was is the tree itself", () => {
  const { root } = listedTree([{ path: "a/b", size: 1, identity: "1" }, { path: "c" }]);
  const tree = { root, isIgnored: () => false };
  assert.equal(transferredTree(tree, keptOf(root), sha256).root, root);
});

test("equal folders are written once, and are one object when they are read", () => {
  const list = ["a/x", "a/y", "b/x", "b/y"].map((at) => ({ path: at, identity: "1", size: 1 }));
  const root = rootOf(list);
  assert.equal(textsOf(root, rootOf(list.slice(0, 2))).size, 3);
  const read = keptOf(root);
  assert.equal(folderAt(read, "a")?.parts[0], folderAt(read, "b")?.parts[0]);
});

test("one changed file makes the texts of the folders above it anew, and of one part of a large one", () => {
  const many = Array.from({ length: 5000 }, (_, i) => fileNode({ name: `file ${i}`, size: 1 }));
  const large = folderNode(plainFolder("large"), many);
  const nested = rootOf(
    Array.from({ length: 900 }, (_, i) => ({ path: `${i % 30}/${i % 9}/${i}`, size: 1 })),
  );
  const before = folderNode(plainFolder(""), [large, ...childrenOf(nested)]);
  const old = textsOf(before);
  for (const [changed, fresh] of [
    ["large/file 7", 2],
    ["7/7/7", 3],
  ] as const) {
    const node = fileNode({ name: changed.split("/").at(-1) ?? "", size: 2 });
    const now = textsOf(replaceAll(before, new Map([[changed, node]])));
    assert.equal([...now.keys()].filter((digest) => !old.has(digest)).length, fresh);
  }
});

test("texts that are not what is written lead to nothing, and never to a throw", () => {
  const root = rootOf([{ path: "a/b", size: 1, identity: "1" }, { path: "c" }]);
  const name = folderText(root, sha256);
  const texts = textsOf(root);
  const names = (folder: FolderNode | null): readonly string[] =>
    folder === null ? [] : [...entriesBelow(folder, "", "")].map(({ path: at }) => at);
  const read = (changed: ReadonlyMap<string, string>, text = name): readonly string[] =>
    names(folderReader(documentOf(changed), sha256)(text));
  assert.deepEqual(read(texts), ["a", "a/b", "c"]);
  for (const [digest, text] of texts) {
    const left = name.startsWith(digest) ? [] : ["a", "c"];
    const lost = new Map(texts);
    lost.delete(digest);
    assert.deepEqual(read(lost), left);
    for (const other of ["", `${text}/f`, text.slice(1), `${digest}/d/1/1/1/1/1/1/x`])
      assert.deepEqual(read(new Map([...texts, [digest, other]])), left);
  }
  assert.deepEqual(read(texts, ""), []);
  assert.deepEqual(read(texts, `${name}/1`), []);
  // Somebody who makes digests as well does no harm.
  for (const text of ["/", "/f", "/d/1/1/1/1/1/1/x", "/f/-1/x/y/z", "/z/1", "/f/1/1/1//a/d"]) {
    const digest = sha256(text).slice(0, 32);
    const kept = folderReader(documentOf(new Map([[digest, text]])), sha256)(`${digest}/1/1/0/1`);
    assert.ok(kept !== null);
    plain(kept);
  }
});

test("what a document has is not made again, and is known by its digest alone", () => {
  fc.assert(
    fc.property(files, files, (list, other) => {
      const known = textsOf(rootOf(list));
      const after = rootOf([...list, ...other]);
      const { texts, copied } = written([after], documentOf(known));
      const whole = textsOf(rootOf([...list, ...other]));
      assert.deepEqual(new Map([...texts].sort()), new Map([...whole].sort()));
      assert.deepEqual(
        [...copied].sort(),
        [...whole.keys()].filter((name) => known.has(name)).sort(),
      );
    }),
    { numRuns: runs(500) },
  );
});
