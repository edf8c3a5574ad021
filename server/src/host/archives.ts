/**
 * Reads archives that ADD unpacks, as they are asked for: what is in them, never where it would go.
 * Bounded in all that a small file could make large.
 */
import path from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type Archive, unpacked } from "../core/context/archive.js";
import { type Cancellation, type Known, known, pending, unknown } from "../core/host.js";
import { blobHash } from "./digest.js";
import type { FileSystem, OpenFile } from "./nodeFileSystem.js";
import type { Supplier } from "./settle.js";
import { Cancelled, createSlices, type Slices } from "./slices.js";
import { readTar, type TarLimits } from "./tar.js";

/** Bytes of a file; a larger one is not looked into. */
const largestFile = 256 << 20;
/** Some seconds of work. */
const usualLimits: TarLimits = { bytes: 1 << 30, entries: 100_000, names: 1 << 25 };
/** What was found is kept whatever context it is of, as long as all the names in it take no more. */
const keptNames = 1 << 27;

/** A supplier that reads each file once for its bytes. */
export function archiveSupplier(fileSystem: FileSystem, limits = usualLimits): Supplier<"archive"> {
  const kept = new Map<string, Known<Archive>>();
  let names = 0;
  return async ({ folder, path: name, identity }, cancel) => {
    const before = kept.get(identity);
    if (before !== undefined) return before;
    const { archive, takes } = await readArchive(
      { fileSystem, limits },
      path.join(folder, name),
      identity,
      cancel,
    );
    if (
      archive.kind === "known" ||
      (archive.kind === "unknown" && archive.reason === "too-large")
    ) {
      names += takes;
      if (names > keptNames) kept.clear();
      if (kept.size === 0) names = takes;
      kept.set(identity, archive);
    }
    return archive;
  };
}

/** What was found in a file. */
interface ReadArchive {
  readonly archive: Known<Archive>;
  /** What keeping it takes: see `NameRoom`. */
  readonly takes: number;
}

/** Of one in which nothing was found. */
function noArchive(archive: Known<Archive>): ReadArchive {
  return { archive, takes: 100 };
}

interface Reading {
  readonly fileSystem: FileSystem;
  readonly limits: TarLimits;
}

async function readArchive(
  { fileSystem, limits }: Reading,
  file: string,
  identity: string,
  cancel: Cancellation,
): Promise<ReadArchive> {
  const opened = fileSystem.open(file);
  if (!opened.ok) return noArchive(unknown("failed", opened.error));
  try {
    return await readOpened(opened.value, identity, limits, createSlices(cancel));
  } catch (thrown) {
    if (thrown instanceof Cancelled) return noArchive(pending);
    throw thrown;
  } finally {
    opened.value.close();
  }
}

async function readOpened(
  file: OpenFile,
  identity: string,
  limits: TarLimits,
  slices: Slices,
): Promise<ReadArchive> {
  const stat = file.stat();
  if (!stat.ok || stat.value.kind !== "file") return noArchive(unknown("failed"));
  if (stat.value.size > largestFile) return noArchive(unknown("too-large"));
  const bytes = hashedBytes(file, stat.value.size);
  const found = await archiveIn(bytes, limits, slices);
  for (let rest = bytes.read(); rest !== null; rest = bytes.read()) await slices.next();
  // Other bytes than are meant by now say nothing of those.
  return bytes.identity() === identity ? found : noArchive(unknown("missing"));
}

interface HashedBytes {
  /** The next bytes; null at the end. */
  read(): Buffer | null;
  /** The git blob id of all that was read. */
  identity(): string;
}

const pieceSize = 64 << 10;

function hashedBytes(file: OpenFile, size: number): HashedBytes {
  const hash = blobHash(size);
  return {
    read() {
      const piece = Buffer.allocUnsafe(pieceSize);
      const read = file.read(piece);
      if (!read.ok || read.value === 0) return null;
      const bytes = piece.subarray(0, read.value);
      hash.update(bytes);
      return bytes;
    },
    identity: () => hash.hex(),
  };
}

/** What is told apart by its first bytes. Source: moby go-archive, compression.go `Detect`. */
const formats = [
  { start: [0x1f, 0x8b, 0x08], read: "gzip" },
  { start: [0x42, 0x5a, 0x68], read: null },
  { start: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], read: null },
  { start: [0x28, 0xb5, 0x2f, 0xfd], read: null },
] as const;

async function archiveIn(
  bytes: HashedBytes,
  limits: TarLimits,
  slices: Slices,
): Promise<ReadArchive> {
  const first = bytes.read();
  if (first === null) return noArchive(plain);
  const format = formats.find(({ start }) => start.every((byte, at) => first[at] === byte));
  // Bzip2, xz and zstd are left to the builder, which starts a program of its machine for xz.
  if (format?.read === null) return noArchive(unknown("unsupported"));
  const raw = Readable.from(piecesOf(first, bytes, slices), { objectMode: false });
  const stream = format === undefined ? raw : raw.pipe(createGunzip());
  raw.on("error", (error) => stream.destroy(error));
  try {
    const tar = await readTar(stream, limits, slices);
    switch (tar.kind) {
      case "plain":
        return noArchive(plain);
      case "unknown":
        return noArchive(unknown(tar.reason));
      case "entries": {
        const archive = unpacked(tar.entries);
        return archive === null
          ? noArchive(unknown("unsupported"))
          : { archive: known(archive), takes: tar.names };
      }
    }
  } finally {
    stream.destroy();
    raw.destroy();
  }
}

const plain = known<Archive>({ kind: "plain" });

async function* piecesOf(
  first: Buffer,
  bytes: HashedBytes,
  slices: Slices,
): AsyncGenerator<Buffer, void, undefined> {
  for (let piece: Buffer | null = first; piece !== null; piece = bytes.read()) {
    yield piece;
    await slices.next();
  }
}
