/**
 * Reads the entries of a tar: ustar, GNU and PAX headers as Go's archive/tar takes them. What it does
 * otherwise, or what a forecast cannot hold (sparse files, extended attributes), makes it unknown.
 */
import type { ArchiveEntry } from "../core/context/archive.js";
import type { Reason } from "../core/host.js";
import { blobHash } from "./digest.js";
import type { Slices } from "./slices.js";
import { blockSize, headerSums, octal } from "./tarHeader.js";

export interface TarLimits {
  /** Of the whole, unpacked. */
  readonly bytes: number;
  readonly entries: number;
}

export type Tar =
  /** It does not start like one. */
  | { readonly kind: "plain" }
  | { readonly kind: "unknown"; readonly reason: Reason }
  | { readonly kind: "entries"; readonly entries: readonly ArchiveEntry[] };

/** Of a long name, or of the records of one entry. */
const longestText = 1 << 20;

/** Thrown where the rest cannot be made sense of, or is too much. */
class Unreadable extends Error {
  constructor(readonly reason: Reason) {
    super(reason);
  }
}

/** @param stream of the unpacked bytes; an error of it makes the archive unknown */
export async function readTar(
  stream: AsyncIterable<Buffer>,
  limits: TarLimits,
  slices: Slices,
): Promise<Tar> {
  const input = bytesOf(stream, limits.bytes, slices);
  const entries: ArchiveEntry[] = [];
  let isFirst = true;
  try {
    for (;;) {
      const header = await nextHeader(input, isFirst);
      if (header === "plain") return { kind: "plain" };
      if (header === null) return { kind: "entries", entries };
      isFirst = false;
      const entry = await entryOf(header, input);
      if (entry !== null) entries.push(entry);
      if (entries.length > limits.entries) throw new Unreadable("too-large");
    }
  } catch (thrown) {
    if (thrown instanceof Unreadable) return { kind: "unknown", reason: thrown.reason };
    if (thrown instanceof Error && "code" in thrown) return { kind: "unknown", reason: "failed" };
    throw thrown;
  }
}

interface TarBytes {
  /** null: the end comes before. */
  take(count: number): Promise<Buffer | null>;
  /** Hands on so many bytes, piece by piece; false: the end comes before. */
  skim(count: number, each: (piece: Buffer) => void): Promise<boolean>;
}

function bytesOf(stream: AsyncIterable<Buffer>, most: number, slices: Slices): TarBytes {
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
    async skim(count, each) {
      for (let left = count; left > 0; ) {
        if (held.length === 0 && !(await more())) return false;
        const piece = off(Math.min(left, held.length));
        each(piece);
        left -= piece.length;
      }
      return true;
    },
  };
}

interface TarHeader {
  readonly block: Buffer;
  readonly type: string;
  /** Of PAX and GNU headers in front of it: they count more than the block. */
  readonly given: ReadonlyMap<string, string>;
}

/**
 * The next header with what is given in front of it; null: the end. An archive that begins with its end,
 * or with something else, is none.
 */
async function nextHeader(input: TarBytes, isFirst: boolean): Promise<TarHeader | "plain" | null> {
  const given = new Map<string, string>();
  for (;;) {
    const block = await input.take(blockSize);
    if (block === null) {
      if (isFirst) return "plain";
      // Go takes the end of the bytes for the end of the archive.
      return null;
    }
    if (block.every((byte) => byte === 0)) return isFirst ? "plain" : null;
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
    else given.set(type === "L" ? "path" : "linkpath", utf8(cut(text)));
  }
}

async function textOf(input: TarBytes, size: number): Promise<Buffer> {
  if (size > longestText) throw new Unreadable("too-large");
  const text = await input.take(size);
  if (text === null || !(await input.skim(padding(size), () => undefined)))
    throw new Unreadable("failed");
  return text;
}

function padding(size: number): number {
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

const kinds: Readonly<Record<string, ArchiveEntry["kind"]>> = {
  "0": "file",
  "\0": "file",
  "1": "hard-link",
  "2": "symlink",
  "3": "character-device",
  "4": "block-device",
  "5": "directory",
  "6": "fifo",
};

/** null: the destination itself. */
async function entryOf(
  { block, type, given }: TarHeader,
  input: TarBytes,
): Promise<ArchiveEntry | null> {
  for (const key of given.keys())
    if (/^(?:GNU\.sparse|SCHILY\.xattr|LIBARCHIVE\.xattr|RHT\.security)\./.test(key))
      throw new Unreadable("unsupported");
  const name = given.get("path") ?? nameIn(block);
  const isOldFolder = type === "\0" && name.endsWith("/");
  const kind = isOldFolder ? "directory" : kinds[type];
  if (kind === undefined) throw new Unreadable("unsupported");
  const number = (key: string, at: number): number => {
    const text = given.get(key);
    return text === undefined ? numberAt(block, at, 8) : Number(text);
  };
  const size = kind === "file" ? sizeOf(block, given) : 0;
  const linkTarget = given.get("linkpath") ?? utf8(cut(block.subarray(157, 257)));
  const isLink = kind === "symlink" || kind === "hard-link";
  const isDevice = kind === "character-device" || kind === "block-device";
  const entry = {
    path: cleaned(name),
    kind,
    // The builder's own file system says it of a link.
    mode: kind === "symlink" ? 0o777 : numberAt(block, 100, 8) & 0o7777,
    uid: number("uid", 108),
    gid: number("gid", 116),
    size,
    linkTarget: !isLink
      ? null
      : kind === "symlink"
        ? inside(name, linkTarget)
        : cleaned(linkTarget),
    device: isDevice ? `${numberAt(block, 329, 8)}:${numberAt(block, 337, 8)}` : null,
    identity: kind === "file" ? await identityOf(input, size) : null,
  };
  return entry.path === "" ? null : entry;
}

function sizeOf(block: Buffer, given: ReadonlyMap<string, string>): number {
  const text = given.get("size");
  const size = text === undefined ? numberAt(block, 124, 12) : Number(text);
  if (!Number.isSafeInteger(size) || size < 0) throw new Unreadable("failed");
  return size;
}

async function identityOf(input: TarBytes, size: number): Promise<string> {
  const hash = blobHash(size);
  const isThere =
    (await input.skim(size, (piece) => hash.update(piece))) &&
    (await input.skim(padding(size), () => undefined));
  if (!isThere) throw new Unreadable("failed");
  return hash.hex();
}

/** In front of the name stands a prefix, where the format has one. */
function nameIn(block: Buffer): string {
  const name = cut(block.subarray(0, 100));
  const magic = block.subarray(257, 265).toString("latin1");
  const isStar = magic.startsWith("ustar\0") && block.subarray(508).toString("latin1") === "tar\0";
  const prefix = magic.startsWith("ustar\0") ? cut(block.subarray(345, isStar ? 476 : 500)) : "";
  return prefix.length === 0 ? utf8(name) : `${utf8(Buffer.from(prefix))}/${utf8(name)}`;
}

function utf8(bytes: Buffer): string {
  const text = bytes.toString();
  if (text.includes("\ufffd")) throw new Unreadable("unsupported");
  return text;
}

/** Up to its first NUL. */
function cut(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** A path below the destination; one that leads out of it fails the build. */
function cleaned(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) throw new Unreadable("failed");
  }
  return names.join("/");
}

/** The text of a link, which may lead nowhere but not out of the destination. */
function inside(name: string, target: string): string {
  const folder = name.replace(/[^/]*\/*$/, "");
  cleaned(`${folder}/${target}`);
  return target;
}

/** In octal digits, or as GNU writes a larger one. */
function numberAt(block: Buffer, at: number, width: number): number {
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
