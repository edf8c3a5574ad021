/** The hashes that the core asks for: SHA-256 of text, and the git blob id of a file's bytes. */
import { createHash } from "node:crypto";
import type { Digest } from "../core/host.js";

export const sha256: Digest = (text) => createHash("sha256").update(text, "utf8").digest("hex");

/** Builds a git blob id (hex SHA-1 of `blob SIZE\0` and the bytes) piece by piece. */
export interface BlobHash {
  update(bytes: Uint8Array): void;
  hex(): string;
}

/** `size`: how many bytes will follow; git puts it in front of them. */
export function blobHash(size: number): BlobHash {
  const hash = createHash("sha1").update(`blob ${size}\0`);
  return {
    update(bytes) {
      hash.update(bytes);
    },
    hex: () => hash.digest("hex"),
  };
}

/** The git blob id of bytes in memory. */
export function gitBlobId(bytes: Uint8Array): string {
  const hash = blobHash(bytes.length);
  hash.update(bytes);
  return hash.hex();
}
