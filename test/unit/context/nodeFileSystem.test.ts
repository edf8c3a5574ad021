/** The one test of this folder that needs a disk: that ours answers as the reader expects. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { childrenOf, nodeAt } from "../../../server/src/core/context/folder.js";
import { ignoreNothing } from "../../../server/src/core/context/ignoreFile.js";
import { createContextReader } from "../../../server/src/host/contextReader.js";
import { gitBlobId } from "../../../server/src/host/digest.js";

const folder = fs.mkdtempSync(path.join(tmpdir(), "stratacast-context-"));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const posixOnly = process.platform === "win32" ? { skip: "needs links and modes" } : {};

test("the identity of a file is its git blob id", async () => {
  const root = path.join(folder, "blobs");
  fs.mkdirSync(root);
  fs.writeFileSync(path.join(root, "hello"), "hello\n");
  const big = Buffer.alloc(3_000_000, "0123456789");
  fs.writeFileSync(path.join(root, "big"), big);
  const reader = createContextReader({ root, ignore: ignoreNothing("buildkit") });
  assert.ok((await reader.scan()).ok);
  const report = await reader.hash(["hello", "big"]);
  assert.deepEqual(report.ok && [report.value.files, report.value.bytes], [2, 3_000_006]);
  const identityOf = (name: string) => {
    const node = nodeAt(reader.tree.root, name);
    return node?.kind === "file" ? node.identity : null;
  };
  // As `git hash-object` prints it.
  assert.equal(identityOf("hello"), "ce013625030ba8dba906f756967f9e9ca394464a");
  assert.equal(identityOf("big"), gitBlobId(big));
});

test("modes, links and loops of a real folder", posixOnly, async () => {
  const root = path.join(folder, "real");
  fs.mkdirSync(path.join(root, "d"), { recursive: true });
  fs.writeFileSync(path.join(root, "d", "tool"), "x");
  fs.chmodSync(path.join(root, "d", "tool"), 0o4755);
  fs.symlinkSync("..", path.join(root, "d", "up"));
  fs.symlinkSync("self", path.join(root, "self"));
  fs.symlinkSync("/etc", path.join(root, "out"));
  fs.symlinkSync(root, path.join(folder, "alias"));
  const reader = createContextReader({
    root: path.join(folder, "alias"),
    ignore: ignoreNothing("buildkit"),
  });
  assert.ok((await reader.scan()).ok);
  assert.deepEqual(
    [...childrenOf(reader.tree.root)].map((node) => [
      node.name,
      node.kind,
      node.kind === "directory" ? null : node.linkTarget,
    ]),
    [
      ["d", "directory", null],
      ["out", "symlink", "/etc"],
      ["self", "symlink", "self"],
    ],
  );
  assert.equal(nodeAt(reader.tree.root, "d/tool")?.mode, 0o4755);
  const up = nodeAt(reader.tree.root, "d/up");
  assert.equal(up?.kind === "symlink" && up.linkTarget, "..");
  assert.equal(reader.tree.root.entryCount, 5);
});

test("a link that takes a file's place is not read through", posixOnly, async () => {
  const root = path.join(folder, "swap");
  fs.mkdirSync(root);
  fs.writeFileSync(path.join(root, "a"), "x");
  const reader = createContextReader({ root, ignore: ignoreNothing("buildkit") });
  await reader.scan();
  fs.rmSync(path.join(root, "a"));
  fs.symlinkSync("/etc/hostname", path.join(root, "a"));
  const report = await reader.hash(["a"]);
  assert.deepEqual(report.ok && report.value.errors.map((error) => error.code), ["ELOOP"]);
});

test("a missing context is one sentence", async () => {
  const root = path.join(folder, "missing");
  const result = await createContextReader({ root, ignore: ignoreNothing("buildkit") }).scan();
  assert.equal(
    result.ok ? "" : result.error.message,
    `The build context "${root}" does not exist.`,
  );
});
