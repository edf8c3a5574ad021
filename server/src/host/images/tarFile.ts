/** The files of a tar archive by their names, found without reading what is in them: POSIX ustar, and pax and GNU long names. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { blockSize, headerSums, octal } from "../tarHeader.js";

export interface TarFile {
  /** Bytes of a file; null: there is none of that name. */
  size(name: string): number | null;
  /** null: there is none, or it has more bytes. */
  read(name: string, maxBytes: number): Uint8Array | null;
  close(): void;
}

/** An archive of more entries is none of an image. */
const maxEntries = 100_000;

/** Bytes of a long name. */
const maxName = 10_000;

/** null: it is no tar archive. Throws what the system says of the file. */
export function openTar(file: string): TarFile | null {
  const descriptor = openSync(file, "r");
  const places = placesIn(descriptor);
  if (places === null) {
    closeSync(descriptor);
    return null;
  }
  return {
    size: (name) => places.get(name)?.size ?? null,
    read(name, maxBytes) {
      const place = places.get(name);
      return place === undefined || place.size > maxBytes
        ? null
        : bytesAt(descriptor, place.at, place.size);
    },
    close: () => closeSync(descriptor),
  };
}

interface Place {
  readonly at: number;
  readonly size: number;
}

function placesIn(descriptor: number): ReadonlyMap<string, Place> | null {
  const places = new Map<string, Place>();
  const end = fstatSync(descriptor).size;
  let longName: string | null = null;
  let at = 0;
  for (let entries = 0; at + blockSize <= end; entries++) {
    const header = bytesAt(descriptor, at, blockSize);
    if (header.every((byte) => byte === 0)) return places;
    const size = octal(header.subarray(124, 136));
    if (entries > maxEntries || size === null || !isHeader(header)) return null;
    const data = at + blockSize;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === "L" || type === "x") {
      const text = Buffer.from(bytesAt(descriptor, data, Math.min(size, maxName))).toString();
      longName = type === "L" ? text.replace(/\0.*$/s, "") : (paxPath(text) ?? longName);
    } else {
      const name = longName ?? nameIn(header);
      longName = null;
      const isFile = type === "0" || type === "\0";
      if (isFile && data + size <= end) places.set(name.replace(/^\.\//, ""), { at: data, size });
    }
    at = data + Math.ceil(size / blockSize) * blockSize;
  }
  return places.size > 0 ? places : null;
}

function bytesAt(descriptor: number, at: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let read = 0;
  while (read < size) {
    const more = readSync(descriptor, bytes, read, size - read, at + read);
    if (more === 0) break;
    read += more;
  }
  return bytes.subarray(0, read);
}

function isHeader(header: Uint8Array): boolean {
  const { unsigned, named } = headerSums(header);
  return named === unsigned;
}

function nameIn(header: Uint8Array): string {
  const text = (from: number, to: number): string =>
    Buffer.from(header.subarray(from, to)).toString("utf8").replace(/\0.*$/s, "");
  const prefix = text(257, 262) === "ustar" ? text(345, 500) : "";
  return prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`;
}

function paxPath(text: string): string | null {
  return /^\d+ path=(.*)$/m.exec(text)?.[1] ?? null;
}
