/**
 * The files of one layer as it is kept: a tar, plain or packed by gzip or zstd. It is read and never
 * unpacked anywhere, and bounded in all that a small one could make large. Source: OCI image-spec, layer.md.
 */
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { LayerEntry, LayerEntryKind } from "../../core/image/layerEntry.js";
import { blobHash } from "../digest.js";
import type { Slices } from "../slices.js";
import { cleaned } from "../tar.js";
import { type NameRoom, takeNames } from "../tarNames.js";
import {
  bytesOf,
  linkTargetOf,
  nameOf,
  nextHeader,
  numberAt,
  ownerOf,
  padding,
  sizeOf,
  skim,
  type TarHeader,
  Unreadable,
} from "../tarStream.js";
import { unzstd, type WindowRoom } from "../unzstd.js";

/** What all layers of an image together may take. */
export interface LayerRoom extends NameRoom, WindowRoom {
  /** Unpacked. */
  bytes: number;
  entries: number;
}

/** A disk of an image has less, and it is read in a minute. */
export function usualRoom(): LayerRoom {
  return { bytes: 16 * 2 ** 30, entries: 500_000, names: 2 ** 28, windows: 2 ** 38 };
}

/** Is told of each entry; what it gives back hears the bytes of a file. */
export type EachEntry = (
  entry: Omit<LayerEntry, "identity">,
) => ((piece: Buffer) => void) | undefined;

/** The entries of a layer. Throws `Unreadable`, and `Cancelled`. */
export async function readLayer(
  packed: AsyncIterable<Buffer>,
  room: LayerRoom,
  slices: Slices,
): Promise<readonly LayerEntry[]> {
  const entries: { readonly entry: Omit<LayerEntry, "identity">; readonly hash: Hash | null }[] =
    [];
  await eachEntry(packed, room, slices, (entry) => {
    const hash = entry.kind === "file" ? blobHash(entry.size) : null;
    entries.push({ entry, hash });
    return hash === null ? undefined : (piece) => hash.update(piece);
  });
  return entries.map(({ entry, hash }) => ({ ...entry, identity: hash?.hex() ?? null }));
}

type Hash = ReturnType<typeof blobHash>;

/** Goes through a layer to its end. Throws `Unreadable`, and `Cancelled`. */
export async function eachEntry(
  packed: AsyncIterable<Buffer>,
  room: LayerRoom,
  slices: Slices,
  each: EachEntry,
): Promise<void> {
  const bytes = counted(unpacked(packed, room, slices), room);
  const input = bytesOf(bytes, Number.POSITIVE_INFINITY, slices);
  let isFirst = true;
  let above = "";
  for (;;) {
    const header = await nextHeader(input, isFirst);
    if (header === "plain") throw new Unreadable("failed");
    // An empty one is the layer of a step that changes nothing.
    if (header === "empty" || header === null) break;
    isFirst = false;
    if (--room.entries < 0) throw new Unreadable("too-large");
    const entry = entryOf(header);
    if (entry !== null) takeNames(room, entry, above);
    above = entry?.path ?? above;
    const content = entry === null ? undefined : each(entry);
    const size = hasContent(header) ? sizeOf(header) : 0;
    await skim(input, size, content);
    await skim(input, padding(size));
  }
  // What stands behind the end belongs to the layer's digest.
  while ((await input.some(1 << 20)) !== null);
}

async function* counted(bytes: AsyncIterable<Buffer>, room: LayerRoom) {
  for await (const piece of bytes) {
    room.bytes -= piece.length;
    if (room.bytes < 0) throw new Unreadable("too-large");
    yield piece;
  }
}

function hasContent({ type }: TarHeader): boolean {
  return !"123456".includes(type);
}

const kinds: Readonly<Record<string, LayerEntryKind>> = {
  "0": "file",
  "\0": "file",
  "7": "file",
  "1": "hard-link",
  "2": "symlink",
  "3": "special",
  "4": "special",
  "5": "directory",
  "6": "special",
};

const whiteout = ".wh.";

/** null: it says nothing of the image's files. */
function entryOf(header: TarHeader): Omit<LayerEntry, "identity"> | null {
  const { block, type } = header;
  for (const key of header.given.keys())
    if (key.startsWith("GNU.sparse.")) throw new Unreadable("unsupported");
  const name = nameOf(header);
  const kind = type === "\0" && name.endsWith("/") ? "directory" : kinds[type];
  if (kind === undefined) throw new Unreadable("unsupported");
  const link = linkTargetOf(header);
  const entry = {
    path: cleaned(name),
    kind,
    mode: numberAt(block, 100, 8) & 0o7777,
    uid: ownerOf(header, "uid"),
    gid: ownerOf(header, "gid"),
    size: kind === "file" ? sizeOf(header) : 0,
    // Where a symbolic link leads is never followed.
    linkTarget: kind === "symlink" ? link : kind === "hard-link" ? cleaned(link) : null,
  };
  const at = entry.path.lastIndexOf("/") + 1;
  const last = entry.path.slice(at);
  if (!last.startsWith(whiteout)) return entry;
  const folder = entry.path.slice(0, Math.max(0, at - 1));
  const gone = { ...entry, size: 0, linkTarget: null };
  if (last === ".wh..wh..opq") return { ...gone, kind: "emptied", path: folder };
  // What else begins so is the union file system's own.
  if (last.startsWith(".wh..wh.")) return null;
  return { ...gone, kind: "removed", path: entry.path.slice(0, at) + last.slice(whiteout.length) };
}

/** By its first bytes: what a manifest calls a layer is not always what it is. */
async function* unpacked(packed: AsyncIterable<Buffer>, room: WindowRoom, slices: Slices) {
  const input = bytesOf(packed, Number.POSITIVE_INFINITY, slices);
  const start = await input.take(4);
  if (start === null) return;
  const whole = async function* () {
    yield start;
    for (let piece = await input.some(1 << 16); piece !== null; piece = await input.some(1 << 16))
      yield piece;
  };
  if (start.readUInt32LE(0) === 0xfd2fb528 || start.readUInt32LE(0) >>> 4 === 0x184d2a5)
    yield* unzstd(whole(), room, slices);
  else if (start.readUInt16BE(0) === 0x1f8b) yield* gunzipped(whole());
  else yield* whole();
}

async function* gunzipped(packed: AsyncIterable<Buffer>) {
  const raw = Readable.from(packed, { objectMode: false });
  const stream = raw.pipe(createGunzip());
  raw.on("error", (error) => stream.destroy(error));
  try {
    for await (const piece of stream) yield piece as Buffer; // no encoding is set
  } catch (thrown) {
    // Where the bytes come from has errors of its own.
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
    throw code.startsWith("Z_") ? new Unreadable("failed") : thrown;
  } finally {
    stream.destroy();
    raw.destroy();
  }
}
