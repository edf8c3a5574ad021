/**
 * What git makes of a file's bytes when it takes them in, for the conversions that are git's own and
 * for pointers of Git LFS. A filter that is a program is never run: what it makes is not known.
 * Source: git, convert.c, Documentation/gitattributes.txt; git-lfs, docs/spec.md.
 */
import { createHash } from "node:crypto";
import type { FileAttributes } from "./git.js";
import { type GitSetting, isYes } from "./gitConfig.js";

/** The attributes that decide it. */
export const convertingAttributes = [
  ...["text", "crlf", "eol", "ident", "filter", "working-tree-encoding"],
] as const;

export interface Conversion {
  /** `auto`: only where the bytes look like text. */
  readonly lineEnds: "never" | "auto" | "always";
  readonly collapsesIdent: boolean;
  /** What only a program, or another encoding, tells. */
  readonly other: "none" | "lfs" | "unknown";
}

const none: FileAttributes = new Map();

/** How git takes a file in; null: as it is. */
export function conversionOf(
  attributes: FileAttributes = none,
  settings: readonly GitSetting[],
  system: "posix" | "windows",
): Conversion | null {
  const conversion: Conversion = {
    lineEnds: lineEndsOf(attributes, settings, system),
    collapsesIdent: attributes.get("ident") === "set",
    other: otherOf(attributes, settings),
  };
  const { lineEnds, collapsesIdent, other } = conversion;
  return lineEnds === "never" && !collapsesIdent && other === "none" ? null : conversion;
}

function lineEndsOf(
  attributes: FileAttributes,
  settings: readonly GitSetting[],
  system: "posix" | "windows",
): Conversion["lineEnds"] {
  const text = attributes.get("text") ?? attributes.get("crlf");
  if (text === "unset") return "never";
  if (text === "auto") return "auto";
  if (text !== undefined || attributes.has("eol")) return "always";
  const setting = settings.findLast(({ name }) => name === "core.autocrlf");
  // Git for Windows turns them by a setting of its own package, which is not looked for.
  const isAuto = setting === undefined ? system === "windows" : isYes(setting);
  return isAuto ? "auto" : "never";
}

function otherOf(attributes: FileAttributes, settings: readonly GitSetting[]): Conversion["other"] {
  const encoding = attributes.get("working-tree-encoding");
  if (encoding !== undefined && encoding !== "unset" && !/^utf-?8$/i.test(encoding))
    return "unknown";
  const filter = attributes.get("filter");
  if (filter === undefined || filter === "unset" || filter === "set") return "none";
  if (filter === "lfs") return "lfs";
  // A filter that nobody has set up does nothing.
  const hasFilters = settings.some(
    ({ name }) => name === "filter.clean" || name === "filter.process",
  );
  return hasFilters ? "unknown" : "none";
}

/** The bytes as git would keep them. */
export function takenIn(bytes: Buffer, { lineEnds, collapsesIdent }: Conversion): Buffer {
  const turnsLines = lineEnds === "always" || (lineEnds === "auto" && !looksBinary(bytes));
  const lines = turnsLines ? withoutReturns(bytes) : bytes;
  return collapsesIdent ? withoutIdents(lines) : lines;
}

/** Git's own guess. */
function looksBinary(bytes: Buffer): boolean {
  let printable = 0;
  let others = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x0d) {
      if (bytes[at + 1] !== 0x0a) return true;
      at++;
    } else if (byte === 0) return true;
    else if (byte === 0x0a) continue;
    else if (byte === 0x7f || (byte < 0x20 && !isLayout(byte))) others++;
    else printable++;
  }
  // An end of file of DOS.
  if (bytes.at(-1) === 0x1a) others--;
  return printable >> 7 < others;
}

/** Backspace, tabulator, escape, form feed. */
function isLayout(byte: number): boolean {
  return byte === 0x08 || byte === 0x09 || byte === 0x1b || byte === 0x0c;
}

/** Every end of line as a line feed alone. */
function withoutReturns(bytes: Buffer): Buffer {
  if (!bytes.includes("\r\n")) return bytes;
  const kept = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x0d && bytes[at + 1] === 0x0a) continue;
    kept[length++] = byte;
  }
  return kept.subarray(0, length);
}

/** `$Id: … $` as `$Id$`, where it stands in one line. */
function withoutIdents(bytes: Buffer): Buffer {
  const text = bytes.toString("latin1").replace(/\$Id:[^$\n]*\$/g, "$$Id$$");
  return Buffer.from(text, "latin1");
}

/** Of a file that Git LFS keeps elsewhere: what it is kept by. */
export interface LfsPointer {
  /** Hex SHA-256 of the bytes. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** A longer blob is no pointer. Bytes. */
export const maxPointer = 1024;

/** What a blob points to; null: it is no pointer. */
export function lfsPointer(blob: Buffer): LfsPointer | null {
  if (blob.length > maxPointer) return null;
  const text = blob.toString("utf8");
  if (!text.startsWith("version https://git-lfs.github.com/spec/")) return null;
  const [, sha256] = /^oid sha256:([0-9a-f]{64})$/m.exec(text) ?? [];
  const [, size] = /^size (\d+)$/m.exec(text) ?? [];
  return sha256 === undefined || size === undefined ? null : { sha256, size: Number(size) };
}

/** The id of a blob of these bytes, in a repository whose ids have so many hex digits. */
export function blobId(bytes: Buffer, digits: number): string {
  const hash = createHash(digits === 64 ? "sha256" : "sha1");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
