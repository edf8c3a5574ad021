/** The room that the layers of an image may take: a bomb is given up where it ends. */
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { type LayerRoom, readLayer } from "../../../server/src/host/images/layerTar.js";
import { createSlices } from "../../../server/src/host/slices.js";
import { Unreadable } from "../../../server/src/host/tarStream.js";
import { type TarEntry, tarArchive } from "../../support/engine/tar.js";

async function read(entries: readonly TarEntry[], room: LayerRoom) {
  const packed = gzipSync(tarArchive(entries));
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
  const bomb = [file("zeros", 60_000_000)];
  const { found, share } = await read(bomb, { bytes: 100_000, entries: 10 });
  assert.equal(found, "too-large");
  assert.ok(share < 0.6, `${share} of it was read`);
  const many = Array.from({ length: 11 }, (_, n) => file(String(n), 1));
  assert.equal((await read(many, { bytes: 1e9, entries: 10 })).found, "too-large");
  assert.equal((await read(many, { bytes: 1e9, entries: 11 })).found.length, 11);
});

test("the room is that of all layers together", async () => {
  const room = { bytes: 1e9, entries: 3 };
  assert.equal((await read([file("a", 1), file("b", 1)], room)).found.length, 2);
  assert.equal((await read([file("a", 1), file("b", 1)], room)).found, "too-large");
});

test("an error of what the bytes come from is told as it is", async () => {
  const broken = Readable.from(
    (async function* () {
      yield gzipSync(tarArchive([file("a", 1)])).subarray(0, 30);
      throw Object.assign(new Error("gone"), { code: "EIO" });
    })(),
  );
  await assert.rejects(
    readLayer(broken, { bytes: 1e9, entries: 9 }, createSlices(undefined)),
    /gone/,
  );
});
