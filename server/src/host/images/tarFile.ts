/** The files of a tar archive by their names, found without reading what is in them: POSIX ustar, and pax and GNU long names. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { blockSize, headerSums, octal } from "../tarHeader.js";

export interface TarFile {
  /** Bytes of a file; null: there is none of that name. */
  size(name: string): number | null;
  /** Where a file begins; null: there is none of that name. */
  place(name: string): TarPlace | null;
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
    place: (name) => places.get(name) ?? null,
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

export interface TarPlace {
  readonly at: number;
  readonly size: number;
}

function placesIn(descriptor: number): ReadonlyMap<string, TarPlace> | null {
  const places = new Map<string, TarPlace>();
  const end = fstatSync(descriptor).size;
  const aliases = new Map<string, string>();
  let longName: string | null = null;
  let at = 0;
  for (let entries = 0; at + blockSize <= end; entries++) {
    const header = bytesAt(descriptor, at, blockSize);
    if (header.every((byte) => byte === 0)) break;
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
      const plain = name.replace(/^\.\//, "");
      if (type === "2") aliases.set(plain, aliasOf(plain, textIn(header, 157, 257)));
      if (isFileType(type) && data + size <= end) places.set(plain, { at: data, size });
    }
    at = data + Math.ceil(size / blockSize) * blockSize;
  }
  for (const [name, target] of aliases) {
    const place = places.get(target);
    if (place !== undefined && !places.has(name)) places.set(name, place);
  }
  return places.size > 0 || at + blockSize <= end ? places : null;
}

/** @param type of a header */
export function isFileType(type: string): boolean {
  return type === "0" || type === "\0";
}

/** What a link in an archive leads to: older engines save a layer that comes twice as a link to the first. */
export function aliasOf(name: string, target: string): string {
  return path.posix.join(path.posix.dirname(name), target);
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

function textIn(header: Uint8Array, from: number, to: number): string {
  return Buffer.from(header.subarray(from, to)).toString("utf8").replace(/\0.*$/s, "");
}

function nameIn(header: Uint8Array): string {
  const name = textIn(header, 0, 100);
  const prefix = textIn(header, 257, 262) === "ustar" ? textIn(header, 345, 500) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function paxPath(text: string): string | null {
  return /^\d+ path=(.*)$/m.exec(text)?.[1] ?? null;
}
