/** The identity of a text is that of a file of its bytes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { blobId } from "../../../server/src/core/context/blobId.js";

function known(text: string): string {
  const bytes = Buffer.from(text);
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

test("a text has the blob id that git gives its bytes", () => {
  assert.equal(blobId(""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      assert.equal(blobId(text), known(text));
    }),
  );
});

test("half of a surrogate pair is stored as a file would have it", () => {
  assert.equal(blobId("a\ud800b"), known("a\ud800b"));
});
