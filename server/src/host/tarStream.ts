/**
 * The entries of a tar that comes as a stream: ustar, GNU and PAX headers as Go's archive/tar takes them.
 * What an entry means is left to those who read it.
 */
import type { Reason } from "../core/host.js";
import type { Slices } from "./slices.js";
import { blockSize, headerSums, octal } from "./tarHeader.js";

/** Thrown where the rest cannot be made sense of, or is too much. */
export class Unreadable extends Error {
  constructor(readonly reason: Reason) {
    super(reason);
  }
}

/** Of a long name, or of the records of one entry. */
const longestText = 1 << 20;

/** Headers in front of that of one entry: what counts entries would go on with them for ever. */
const mostInFront = 16;

export interface TarBytes {
  /** null: the end comes before. */
  take(count: number): Promise<Buffer | null>;
  /** Some bytes, at most so many and at least one; null: the end. */
  some(most: number): Promise<Buffer | null>;
}

/** @param most bytes of the whole; more of them are too many */
export function bytesOf(stream: AsyncIterable<Buffer>, most: number, slices: Slices): TarBytes {
  const pieces = stream[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let total = 0;
  const more = async (): Promise<boolean> => {
    const { done, value } = await pieces.next();
    if (done === true) return false;
    total += value.length;
    if (total > most) throw new Unreadable("too-large");
    held = held.length === 0 ? value : Buffer.concat([held, value]);
    await slices.next();
    return true;
  };
  const off = (count: number): Buffer => {
    const bytes = held.subarray(0, count);
    held = held.subarray(count);
    return bytes;
  };
  return {
    async take(count) {
      while (held.length < count) if (!(await more())) return null;
      return off(count);
    },
    async some(count) {
      while (held.length === 0) if (!(await more())) return null;
      return off(Math.min(count, held.length));
    },
  };
}

/** Hands on so many bytes, piece by piece. Throws `Unreadable` where the end comes before. */
export async function skim(
  input: TarBytes,
  count: number,
  each: (piece: Buffer) => void = () => undefined,
): Promise<void> {
  for (let left = count; left > 0; ) {
    const piece = await input.some(left);
    if (piece === null) throw new Unreadable("failed");
    each(piece);
    left -= piece.length;
  }
}

export interface TarHeader {
  readonly block: Buffer;
  readonly type: string;
  /** Of PAX and GNU headers in front of it: they count more than the block. */
  readonly given: ReadonlyMap<string, string>;
}

/**
 * The next header with what is given in front of it; null: the end. `empty`: it begins with its end;
 * `plain`: with something else, so that it is no archive.
 */
export async function nextHeader(
  input: TarBytes,
  isFirst: boolean,
): Promise<TarHeader | "plain" | "empty" | null> {
  const given = new Map<string, string>();
  for (let inFront = 0; ; inFront++) {
    if (inFront > mostInFront) throw new Unreadable("too-large");
    const block = await input.take(blockSize);
    if (block === null && isFirst && (await input.some(1)) !== null) return "plain";
    // Go takes the end of the bytes for the end of the archive.
    if (block === null || block.every((byte) => byte === 0)) return isFirst ? "empty" : null;
    if (!hasItsSum(block)) {
      if (isFirst) return "plain";
      throw new Unreadable("failed");
    }
    const type = String.fromCharCode(block[156] ?? 0);
    if (!"xgLK".includes(type) || type === "\0") return { block, type, given };
    const text = await textOf(input, numberAt(block, 124, 12));
    // Of a global header the builder takes no notice.
    if (type === "g") isFirst = false;
    else if (type === "x") for (const [key, value] of paxRecords(text)) given.set(key, value);
    else given.set(type === "L" ? "path" : "linkpath", cut(text).toString());
  }
}

async function textOf(input: TarBytes, size: number): Promise<Buffer> {
  if (size > longestText) throw new Unreadable("too-large");
  const text = await input.take(size);
  if (text === null) throw new Unreadable("failed");
  await skim(input, padding(size));
  return text;
}

/** Bytes behind a content of that size, up to the next header. */
export function padding(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}

function hasItsSum(block: Buffer): boolean {
  const { unsigned, signed, named } = headerSums(block);
  return named === unsigned || named === signed;
}

/** `LENGTH KEY=VALUE\n`, again and again. */
function* paxRecords(text: Buffer): Generator<readonly [string, string], void, undefined> {
  for (let at = 0; at < text.length; ) {
    const blank = text.indexOf(0x20, at);
    const length = Number(text.subarray(at, blank).toString("latin1"));
    const record = text.subarray(blank + 1, at + length - 1).toString();
    const sign = record.indexOf("=");
    if (blank < 0 || !(length > blank - at) || at + length > text.length || sign < 1)
      throw new Unreadable("failed");
    yield [record.slice(0, sign), record.slice(sign + 1)];
    at += length;
  }
}

/** Where its bytes are no UTF-8, U+FFFD stands for them. */
export function nameOf({ block, given }: TarHeader): string {
  return given.get("path") ?? nameIn(block);
}

export function linkTargetOf({ block, given }: TarHeader): string {
  return given.get("linkpath") ?? cut(block.subarray(157, 257)).toString();
}

export function sizeOf({ block, given }: TarHeader): number {
  const text = given.get("size");
  const size = text === undefined ? numberAt(block, 124, 12) : Number(text);
  if (!Number.isSafeInteger(size) || size < 0) throw new Unreadable("failed");
  return size;
}

/** `uid` or `gid`. */
export function ownerOf({ block, given }: TarHeader, key: "uid" | "gid"): number {
  const text = given.get(key);
  return text === undefined ? numberAt(block, key === "uid" ? 108 : 116, 8) : Number(text);
}

/** In front of the name stands a prefix, where the format has one. */
function nameIn(block: Buffer): string {
  const name = cut(block.subarray(0, 100));
  const magic = block.subarray(257, 265).toString("latin1");
  const isStar = magic.startsWith("ustar\0") && block.subarray(508).toString("latin1") === "tar\0";
  const prefix = magic.startsWith("ustar\0") ? cut(block.subarray(345, isStar ? 476 : 500)) : "";
  return prefix.length === 0 ? name.toString() : `${prefix}/${name}`;
}

/** Up to its first NUL. */
function cut(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** In octal digits, or as GNU writes a larger one. */
export function numberAt(block: Buffer, at: number, width: number): number {
  const field = block.subarray(at, at + width);
  const [first = 0] = field;
  const number = (first & 0x80) === 0 ? octal(field) : binary(field);
  if (number === null || !Number.isSafeInteger(number)) throw new Unreadable("failed");
  return number;
}

/** Below zero is nothing that is counted here. */
function binary(field: Buffer): number | null {
  if (((field[0] ?? 0) & 0x40) !== 0) return null;
  return field.reduce((sum, byte, at) => sum * 256 + (at === 0 ? byte & 0x3f : byte), 0);
}
