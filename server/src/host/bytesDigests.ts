/** Reads files once more, for digests that stand on their bytes: those of BuildKit's own records. */
import { createHash } from "node:crypto";
import path from "node:path";
import { type BytesDigests, bytesKey, type WantedFile } from "../core/cache/exact/contents.js";
import { blobHash } from "./digest.js";
import type { FileSystem } from "./nodeFileSystem.js";

const piece = Buffer.alloc(1 << 20);

/**
 * One that cannot be read, or holds other bytes than are meant by now, has no digest.
 * @param folderOf the absolute path of a context; null: it has none
 */
export function readBytesDigests(
  fileSystem: FileSystem,
  files: readonly WantedFile[],
  folderOf: (folder: string | null) => string | null,
): BytesDigests {
  const digests = new Map<string, string>();
  for (const { folder, path: name, identity, headers } of files) {
    const root = folderOf(folder);
    const hashes = root === null ? null : readOnce(fileSystem, path.join(root, name), headers);
    if (hashes?.identity !== identity) continue;
    for (const [at, header] of headers.entries()) {
      const hex = hashes.digests[at];
      if (hex !== undefined) digests.set(bytesKey(identity, header), hex);
    }
  }
  return digests;
}

interface Read {
  /** The git blob id. */
  readonly identity: string;
  /** In the order of the headers. */
  readonly digests: readonly string[];
}

function readOnce(fileSystem: FileSystem, file: string, headers: readonly string[]): Read | null {
  const opened = fileSystem.open(file);
  if (!opened.ok) return null;
  try {
    const stat = opened.value.stat();
    if (!stat.ok || stat.value.kind !== "file") return null;
    const blob = blobHash(stat.value.size);
    const hashes = headers.map((header) => createHash("sha256").update(header));
    for (let left = stat.value.size; left > 0; ) {
      const read = opened.value.read(piece.subarray(0, Math.min(left, piece.length)));
      if (!read.ok || read.value === 0) return null;
      const bytes = piece.subarray(0, read.value);
      blob.update(bytes);
      for (const hash of hashes) hash.update(bytes);
      left -= read.value;
    }
    return { identity: blob.hex(), digests: hashes.map((hash) => hash.digest("hex")) };
  } finally {
    opened.value.close();
  }
}
