/** The digests of bytes behind a header are made in one read of the bytes, and remembered by what these are. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { bytesKey } from "../../../server/src/core/cache/exact/contents.js";
import { blobId } from "../../../server/src/core/context/blobId.js";
import { neverCancelled } from "../../../server/src/core/host.js";
import { readBytesDigests } from "../../../server/src/host/bytesDigests.js";
import { createSlices } from "../../../server/src/host/slices.js";
import { DISK_ROOTS, memoryDisk } from "../context/memoryDisk.js";

const text = "a text of its own in this test\n";
const identity = blobId(text);
const folder = DISK_ROOTS.posix;

function slices() {
  return createSlices(neverCancelled);
}

test("one read makes the digests of all headers, and none is made again", async () => {
  const remembered = new Map<string, string>();
  const read = (files: Parameters<typeof readBytesDigests>[1]) =>
    readBytesDigests(disk, files, slices(), remembered);
  const disk = memoryDisk("posix");
  disk.write("a", text);
  disk.write("b", text);
  const file = { folder, path: "a", identity, headers: ["mode 644 ", "mode 755 "] };
  const digests = await read([file]);
  assert.equal(disk.opened, 1);
  for (const header of file.headers) {
    const hex = createHash("sha256").update(`${header}${text}`).digest("hex");
    assert.equal(digests.get(bytesKey(identity, header)), hex);
  }
  // The same bytes elsewhere, under a mode that was seen.
  const again = await read([{ ...file, path: "b", headers: ["mode 755 "] }]);
  assert.equal(disk.opened, 1);
  assert.equal(again.size, 1);
  await read([{ ...file, headers: ["mode 755 ", "mode 600 "] }]);
  assert.equal(disk.opened, 2, "another mode has to be read");
});

test("bytes that are other ones by now have no digest", async () => {
  const disk = memoryDisk("posix");
  disk.write("a", "other bytes\n");
  const file = { folder, path: "a", identity: blobId("those before\n"), headers: ["x"] };
  assert.equal((await readBytesDigests(disk, [file], slices())).size, 0);
  assert.equal((await readBytesDigests(disk, [{ ...file, path: "gone" }], slices())).size, 0);
});
