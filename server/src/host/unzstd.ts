/**
 * Unpacks zstd as it comes: Node.js 20 has none of its own. Frames and blocks are told apart here, so that
 * one block at a time is unpacked, and no frame can ask for more memory than is given. Source: RFC 8878.
 */
import type { Slices } from "./slices.js";
import { bytesOf, skim, type TarBytes, Unreadable } from "./tarStream.js";

/** Bytes of the window of a frame: what the highest levels of the zstd program ask for. */
const largestWindow = 128 << 20;

/** Bytes that a block holds at most. */
const largestBlock = 1 << 17;

export interface WindowRoom {
  /** Bytes of the windows of all frames: each is made anew, whatever the frame holds. */
  windows: number;
}

/** Throws `Unreadable` where the bytes are none of zstd, end too early or want too much. */
export async function* unzstd(
  packed: AsyncIterable<Buffer>,
  room: WindowRoom,
  slices: Slices,
): AsyncGenerator<Buffer, void, undefined> {
  const input = bytesOf(packed, Number.POSITIVE_INFINITY, slices);
  for (;;) {
    const magic = await input.take(4);
    // Bytes that are no whole magic number are none of a frame either.
    if (magic === null) return;
    const number = magic.readUInt32LE(0);
    if (number >>> 4 === 0x184d2a5) await skim(input, (await some(input, 4)).readUInt32LE(0));
    else if (number === 0xfd2fb528) yield* unpackedFrame(input, magic, room);
    else throw new Unreadable("failed");
  }
}

async function some(input: TarBytes, count: number): Promise<Buffer> {
  const bytes = await input.take(count);
  if (bytes === null) throw new Unreadable("failed");
  return bytes;
}

async function* unpackedFrame(
  input: TarBytes,
  magic: Buffer,
  room: WindowRoom,
): AsyncGenerator<Buffer, void, undefined> {
  const { header, window, hasSum } = await frameHeader(input);
  room.windows -= window;
  if (window > largestWindow || room.windows < 0) throw new Unreadable("too-large");
  // Most layers are packed otherwise.
  const { Decompress } = await import("fzstd");
  const unpacked: Buffer[] = [];
  const decoder = new Decompress((bytes) => unpacked.push(Buffer.from(bytes)));
  const give = (bytes: Buffer, isLast: boolean) => {
    try {
      decoder.push(bytes, isLast);
    } catch {
      throw new Unreadable("failed");
    }
  };
  give(Buffer.concat([magic, header]), false);
  for (let isLast = false; !isLast; ) {
    const head = await some(input, 3);
    const word = head.readUIntLE(0, 3);
    const [kind, size] = [(word >> 1) & 3, word >> 3];
    if (kind === 3 || size > largestBlock) throw new Unreadable("failed");
    isLast = (word & 1) === 1;
    const sum = isLast && hasSum ? 4 : 0;
    // Of one byte that is repeated that byte alone stands there.
    give(Buffer.concat([head, await some(input, (kind === 1 ? 1 : size) + sum)]), isLast);
    for (let piece = unpacked.shift(); piece !== undefined; piece = unpacked.shift()) yield piece;
  }
}

async function frameHeader(input: TarBytes) {
  const first = await some(input, 1);
  const [flags = 0] = first;
  const isOnePiece = (flags & 0x20) !== 0;
  // A dictionary would have to be known.
  if ((flags & 3) !== 0) throw new Unreadable("unsupported");
  const sizeFlag = flags >> 6;
  const sizeBytes = sizeFlag === 0 ? (isOnePiece ? 1 : 0) : 1 << sizeFlag;
  const rest = await some(input, (isOnePiece ? 0 : 1) + sizeBytes);
  const window = isOnePiece ? contentSize(rest) : windowSize(rest[0] ?? 0);
  return { header: Buffer.concat([first, rest]), window, hasSum: (flags & 4) !== 0 };
}

function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

function contentSize(bytes: Buffer): number {
  const number = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  return bytes.length === 2 ? number + 256 : number;
}
