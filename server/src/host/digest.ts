/** The hashes that the core asks for: SHA-256 of text, and the git blob id of a file's bytes. */
import { createHash, hash } from "node:crypto";
import type { Digest } from "../core/host.js";

/** Characters. */
const longestRemembered = 500;

/** Enough for every text of a file of some 5,000 lines; both generations take some 20 MB when full. */
const generationSize = 32_768;

/** Hex SHA-256 of UTF-8 text. */
export const sha256: Digest = remembering("");

/** SHA-256 of a salt and the text behind it: no two salts have a digest in common. */
export function saltedSha256(salt: string): Digest {
  return remembering(salt);
}

/**
 * Between two keystrokes nearly every text is the same again, and to look a short one up costs a
 * tenth of hashing it.
 */
function remembering(salt: string): Digest {
  /** What was asked for since the last change of generations, and what was before. */
  let young = new Map<string, string>();
  let old = new Map<string, string>();
  return (text) => {
    if (text.length > longestRemembered) return hash("sha256", salt + text, "hex");
    const recent = young.get(text);
    if (recent !== undefined) return recent;
    const digest = old.get(text) ?? hash("sha256", salt + text, "hex");
    if (young.size === generationSize) {
      old = young;
      young = new Map();
    }
    young.set(text, digest);
    return digest;
  };
}

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
  const buffer = Buffer.allocUnsafe(blobHeaderRoom + bytes.length);
  buffer.set(bytes, blobHeaderRoom);
  return blobIdIn(buffer, bytes.length);
}

/** What git puts before the bytes fits into so many bytes. */
export const blobHeaderRoom = 32;

/**
 * The git blob id of `length` bytes that stand in a buffer behind `blobHeaderRoom` bytes, which are
 * written over: of small files a third faster than to hash piece by piece.
 */
export function blobIdIn(buffer: Buffer, length: number): string {
  const header = `blob ${length}\0`;
  const start = blobHeaderRoom - header.length;
  buffer.write(header, start, "latin1");
  return hash("sha1", buffer.subarray(start, blobHeaderRoom + length), "hex");
}
