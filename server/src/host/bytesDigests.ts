/** Reads files once more, for digests that stand on their bytes: those of BuildKit's own records. */
import { createHash } from "node:crypto";
import path from "node:path";
import { type BytesDigests, bytesKey } from "../core/cache/exact/contents.js";
import { known, pending } from "../core/host.js";
import type { WantedBytes } from "../core/world/facts.js";
import { blobHash } from "./digest.js";
import { type FileSystem, nodeFileSystem } from "./nodeFileSystem.js";
import type { Supplier } from "./settle.js";
import { Cancelled, createSlices, type Slices } from "./slices.js";

const piece = Buffer.alloc(1 << 20);

/** Digests that are remembered from one question to the next, for contexts of usual sizes. */
const maxRemembered = 200_000;

/** Reads what nobody has read for it before. */
export function bytesSupplier(fileSystem: FileSystem = nodeFileSystem()): Supplier<"bytes"> {
  const remembered = new Map<string, string>();
  return async ({ files }, cancel) => {
    try {
      return known(await readBytesDigests(fileSystem, files, createSlices(cancel), remembered));
    } catch (error) {
      if (error instanceof Cancelled) return pending;
      throw error;
    }
  };
}

/**
 * One that cannot be read, or holds other bytes than are meant by now, has no digest.
 * @param remembered of what was read before, and from now on
 * @throws Cancelled
 */
export async function readBytesDigests(
  fileSystem: FileSystem,
  files: readonly WantedBytes[],
  slices: Slices,
  remembered = new Map<string, string>(),
): Promise<BytesDigests> {
  const digests = new Map<string, string>();
  for (const { folder, path: name, identity, headers } of files) {
    await slices.next();
    const keys = headers.map((header) => bytesKey(identity, header));
    if (!keys.every((key) => remembered.has(key))) {
      const hashes = readOnce(fileSystem, path.join(folder, name), headers);
      if (hashes?.identity !== identity) continue;
      if (remembered.size > maxRemembered) remembered.clear();
      for (const [at, key] of keys.entries()) remembered.set(key, hashes.digests[at] ?? "");
    }
    for (const key of keys) digests.set(key, remembered.get(key) ?? "");
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
