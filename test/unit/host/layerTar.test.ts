/** The room that the layers of an image may take: a bomb is given up where it ends. */
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { type LayerRoom, readLayer, usualRoom } from "../../../server/src/host/images/layerTar.js";
import { createSlices } from "../../../server/src/host/slices.js";
import { Unreadable } from "../../../server/src/host/tarStream.js";
import { type TarEntry, tarArchive } from "../../support/engine/tar.js";

async function read(entries: readonly TarEntry[], room: Partial<LayerRoom> = {}) {
  return readPacked(gzipSync(tarArchive(entries)), Object.assign(usualRoom(), room));
}

async function readPacked(packed: Buffer, room: LayerRoom) {
  let taken = 0;
  const stream = async function* () {
    for (let at = 0; at < packed.length; at += 1_000) {
      taken = Math.min(at + 1_000, packed.length);
      yield packed.subarray(at, taken);
    }
  };
  const found = await readLayer(stream(), room, createSlices(undefined)).catch(
    (thrown: unknown) => {
      if (thrown instanceof Unreadable) return thrown.reason;
      throw thrown;
    },
  );
  return { found, share: taken / packed.length };
}

const file = (name: string, size: number): TarEntry => ({ name, data: Buffer.alloc(size) });

test("bytes that a packed layer unpacks to, and its entries, have an end", async () => {
  // Larger than what streams take ahead, of whichever Node.js.
  const bomb = gzipSync(tarArchive([file("zeros", 60_000_000)]), { level: 1 });
  const { found, share } = await readPacked(bomb, Object.assign(usualRoom(), { bytes: 100_000 }));
  assert.equal(found, "too-large");
  assert.ok(share < 0.6, `${share} of it was read`);
  const many = Array.from({ length: 11 }, (_, n) => file(String(n), 1));
  assert.equal((await read(many, { bytes: 1e9, entries: 10 })).found, "too-large");
  assert.equal((await read(many, { bytes: 1e9, entries: 11 })).found.length, 11);
});

test("the room is that of all layers together", async () => {
  const room = Object.assign(usualRoom(), { entries: 3 });
  const two = gzipSync(tarArchive([file("a", 1), file("b", 1)]));
  assert.equal((await readPacked(two, room)).found.length, 2);
  assert.equal((await readPacked(two, room)).found, "too-large");
});

test("names that a few bytes stand for, and folders that they go through, have an end", async () => {
  const deep = (n: number) => file(`r${n}/${"a/".repeat(2_000)}f`, 0);
  const folders = Array.from({ length: 2_000 }, (_, n) => deep(n));
  assert.equal((await read(folders)).found, "too-large");
  const links = Array.from({ length: 1_000 }, (_, n) => ({
    name: `l${n}`,
    link: "x".repeat(4_000),
  }));
  assert.equal((await read(links)).found.length, 1_000);
  assert.equal((await read(links, { names: 1e6 })).found, "too-large");
  assert.equal((await read([{ name: "l", link: "x".repeat(5_000) }])).found, "unsupported");
  assert.equal((await read([file("d/".repeat(3_000), 0)])).found, "unsupported");
  const tree = Array.from({ length: 2_000 }, (_, n) => file(`usr/lib/p${n >> 5}/q/f${n}`, 0));
  assert.equal((await read(tree, { names: 400_000 })).found.length, 2_000);
});

test("headers that belong to no entry have an end", async () => {
  const global = tarArchive([file("g", 0)]).subarray(0, 512);
  global.write("g", 156);
  global.fill(" ", 148, 156);
  const sum = global.reduce((total, byte) => total + byte, 0);
  global.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const layer = (count: number) =>
    Buffer.concat([...Array.from({ length: count }, () => global), tarArchive([file("a", 0)])]);
  assert.equal((await readPacked(layer(2), usualRoom())).found.length, 1);
  assert.equal((await readPacked(layer(1_000), usualRoom())).found, "too-large");
});

test("frames of zstd that hold nothing and ask for much memory have an end", async () => {
  const frame = (window: number) => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, window << 3, 1, 0, 0]);
  const many = (count: number, window: number) =>
    Buffer.concat(Array.from({ length: count }, () => frame(window)));
  const largest = 17;
  assert.equal((await readPacked(many(100_000, largest), usualRoom())).found, "too-large");
  assert.deepEqual((await readPacked(many(100, largest), usualRoom())).found, []);
  assert.deepEqual((await readPacked(many(5_000, 0), usualRoom())).found, []);
});

test("an error of what the bytes come from is told as it is", async () => {
  const broken = Readable.from(
    (async function* () {
      yield gzipSync(tarArchive([file("a", 1)])).subarray(0, 30);
      throw Object.assign(new Error("gone"), { code: "EIO" });
    })(),
  );
  await assert.rejects(readLayer(broken, usualRoom(), createSlices(undefined)), /gone/);
});
