/** Folders in the state document: each once, and only what changed anew. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  countShared,
  folderReader,
  folderText,
  partTexts,
} from "../../../server/src/core/cache/writtenFolders.js";
import { type FolderNode, fileNode } from "../../../server/src/core/context/fileTree.js";
import {
  childrenOf,
  endsPart,
  folderAt,
  folderNode,
  plainFolder,
  replaceAll,
} from "../../../server/src/core/context/folder.js";
import { type ListedFile, listedTree } from "../../../server/src/core/context/listedTree.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { runs } from "../../support/thorough.js";

const ends = Array.from({ length: 3000 }, (_, i) => `e${i}`).filter(endsPart);
const name = fc.constantFrom("a", "b\n", 'c"', "\u{1f433}", "d, e", ...ends.slice(0, 2));
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
const listed: fc.Arbitrary<ListedFile> = fc.oneof(
  fc.record({
    path,
    identity: fc.constantFrom("1", "2"),
    size: fc.nat(3),
    mtimeMs: fc.double({ noNaN: true, min: 0, max: 1e13 }),
    mode: fc.nat(0o7777),
  }),
  fc.record({ path, mode: fc.nat(0o7777), kind: fc.constant("directory") }),
  fc.record({ path, kind: fc.constant("symlink"), linkTarget: fc.constantFrom("../a/b", "/", "") }),
  fc.record({ path, kind: fc.constantFrom("fifo", "socket", "block-device"), device: name }),
);
const folder = fc.array(listed, { maxLength: 10 }).map((files) => listedTree(files).root);

function readBack(written: FolderNode): FolderNode | null {
  return folderReader(partTexts([written], sha256))(folderText(written, sha256));
}

test("what is written is read back", () => {
  fc.assert(
    fc.property(folder, (written) => {
      // A document names a device where a file has its identity.
      const read = readBack(written);
      assert.deepEqual(read, written);
    }),
    { numRuns: runs(1000) },
  );
});

test("equal folders are written once, and are one object when they are read", () => {
  const files = ["a/x", "a/y", "b/x", "b/y"].map((file) => ({
    path: file,
    identity: "1",
    size: 1,
  }));
  const written = listedTree(files).root;
  const texts = partTexts([written, listedTree(files.slice(0, 2)).root], sha256);
  assert.equal(texts.size, 3);
  const read = folderReader(texts)(folderText(written, sha256));
  assert.ok(read !== null);
  assert.equal(folderAt(read, "a")?.parts[0], folderAt(read, "b")?.parts[0]);
  assert.equal(countShared(read, new Set()), 4);
});

test("one changed file makes the texts of the folders above it anew, and of one part of a large one", () => {
  const many = Array.from({ length: 5000 }, (_, i) => fileNode({ name: `file ${i}`, size: 1 }));
  const large = folderNode(plainFolder("large"), many);
  const nested = listedTree(
    Array.from({ length: 900 }, (_, i) => ({ path: `${i % 30}/${i % 9}/${i}`, size: 1 })),
  ).root;
  const before = folderNode(plainFolder(""), [large, ...childrenOf(nested)]);
  const old = partTexts([before], sha256);
  for (const [changed, fresh] of [
    ["large/file 7", 2],
    ["7/7/7", 3],
  ] as const) {
    const node = fileNode({ name: changed.split("/").at(-1) ?? "", size: 2 });
    const now = partTexts([replaceAll(before, new Map([[changed, node]]))], sha256);
    assert.equal([...now.keys()].filter((digest) => !old.has(digest)).length, fresh);
  }
});

test("a text that is not what is written is no folder, and never a throw", () => {
  const written = listedTree([
    { path: "a/b", size: 1, identity: "1" },
    { path: "c", size: 2, identity: "2" },
  ]).root;
  const texts = [...partTexts([written], sha256)];
  const name = folderText(written, sha256);
  for (const [top, text] of texts.filter(([digest]) => digest === name)) {
    const damaged = [
      ...["", "f", text.slice(1), `${text}/f`, text.replace("c", "0"), `${text}/${text}`],
      ...[text.replace(/\/[0-9a-f]{32}\//, `/${top}/`), text.replace(/[0-9a-f]{32}/, "missing")],
    ];
    for (const other of damaged) {
      assert.equal(folderReader(new Map([...texts, [top, other]]))(name), null, other);
    }
  }
  assert.equal(folderReader(new Map())(name), null);
});
