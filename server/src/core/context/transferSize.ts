/**
 * What BuildKit prints of a context that it gets for the first time: "transferring context: 1.2MB".
 * It counts the packets of its protocol: one for each entry, and a file's bytes in pieces. Source:
 * fsutil, receive.go (`p.Size()`), send.go `sendFile`, types/stat.proto, types/wire.proto.
 */
import type { FileNode, FolderNode } from "./fileTree.js";
import { childrenOf } from "./folder.js";

/** Bytes; sockets are not sent. */
export function transferSize(root: FolderNode): number {
  const { entries, packets, messages } = sumsOf(root);
  // Files go by their numbers among the entries; half of those are shorter than the middle one.
  return packets + messages * (kindField + 1 + varintLength(entries >> 1));
}

interface Sums {
  readonly entries: number;
  /** Of all packets but for what names their files, were the folder the root of what is sent. */
  readonly packets: number;
  /** How many packets name a file. */
  readonly messages: number;
}

/** A folder's own, whatever its place: below another one each path is longer by that one's name. */
const remembered = new WeakMap<FolderNode, Sums>();

function sumsOf(folder: FolderNode): Sums {
  let sums = remembered.get(folder);
  if (sums !== undefined) return sums;
  let [entries, packets, messages] = [0, 0, 0];
  for (const child of childrenOf(folder)) {
    if (child.kind === "socket") continue;
    const nameLength = utf8Length(child.name);
    entries++;
    packets += entryFrame + nameLength;
    if (child.kind === "directory") {
      const below = sumsOf(child);
      entries += below.entries;
      messages += below.messages;
      packets += longMode + below.packets + below.entries * (nameLength + 1);
    } else if (child.kind === "file") {
      packets += fileMode + contentLength(child.size);
      messages += Math.ceil(child.size / pieceSize) + 1;
    } else packets += longMode + linkLength(child);
  }
  sums = { entries, packets, messages };
  remembered.set(folder, sums);
  return sums;
}

/** Tags and lengths around an entry and its path, and its time in nanoseconds. */
const entryFrame = 2 + 2 + 10;
const fileMode = 3;
/** Go keeps the kind of what is no file in the high bits of its mode. */
const longMode = 6;
const kindField = 2;
/** So many bytes of a file are read at a time. */
const pieceSize = 32 * 1024;

/** The field of the size, and the pieces with the length of each. */
function contentLength(size: number): number {
  if (size === 0) return 0;
  const last = size % pieceSize;
  const whole = (size - last) / pieceSize;
  const pieces = whole * (1 + varintLength(pieceSize)) + (last === 0 ? 0 : 1 + varintLength(last));
  return 1 + varintLength(size) + pieces + size;
}

function linkLength({ linkTarget }: FileNode): number {
  return linkTarget === null ? 0 : 2 + utf8Length(linkTarget);
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

function utf8Length(text: string): number {
  let length = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
