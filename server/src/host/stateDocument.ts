/**
 * The document of builds as bytes: JSON of which the first line holds all but the texts of folders,
 * and each further line one of these. Who reads it takes the first line apart and finds where the
 * others begin; a text is taken apart when somebody looks into its folder. What a later document has
 * in common with it is copied as bytes.
 */
import { crc32 } from "node:zlib";
import { isObject } from "../core/cache/jsonChecks.js";
import { type BuildState, type ReadState, readState, writeState } from "../core/cache/state.js";
import type { FolderTexts, WrittenTexts } from "../core/context/folderText.js";
import type { Digest } from "../core/host.js";

const newline = 0x0a;
const slash = 0x2f;

/** Of a line: `"`, the digest, `":`. */
const textStart = 35;

/** Behind the first line, and behind the last one. */
const opening = '"folders":{\n';
const closing = "}}\n";

/** The texts of a document: lines with a comma and a newline between them. */
class StoredTexts implements FolderTexts {
  readonly #lines: Buffer;
  /** Where each begins. */
  readonly #starts = new Map<string, number>();

  constructor(lines: Buffer) {
    this.#lines = lines;
    for (let at = 0; at < lines.length; at = this.#end(at) + 2)
      this.#starts.set(lines.toString("latin1", at + 1, at + textStart - 2), at);
  }

  /** All of them, as they stand. */
  get lines(): Buffer {
    return this.#lines;
  }

  get size(): number {
    return this.#starts.size;
  }

  has(name: string): boolean {
    return this.#starts.has(name);
  }

  get(name: string): string {
    try {
      const text: unknown = JSON.parse(this.line(name).toString("utf8", textStart));
      return typeof text === "string" ? text : "/";
    } catch {
      return "/";
    }
  }

  below(name: string): readonly string[] {
    const line = this.line(name);
    const start = textStart + 1;
    const end = line.indexOf(slash, start);
    return end <= start ? [] : line.toString("latin1", start, end).split(",");
  }

  lengthOf(name: string): number {
    return this.line(name).length;
  }

  /** Empty: it has none. */
  line(name: string): Buffer {
    const start = this.#starts.get(name);
    return start === undefined ? Buffer.alloc(0) : this.#lines.subarray(start, this.#end(start));
  }

  /** Of a line, without its comma. */
  #end(start: number): number {
    const end = this.#lines.indexOf(newline, start);
    return end < 0 ? this.#lines.length : end - 1;
  }
}

/**
 * @param digest what everything in the state was made with
 * @param before the texts of the document that this one follows
 */
export function writeDocument(
  state: BuildState,
  digest: Digest,
  before: FolderTexts | null = null,
): { readonly bytes: Buffer; readonly texts: FolderTexts } {
  const written = writeState(state, digest, before);
  const lines = linesOf(written.texts, before);
  const first = JSON.stringify({ ...written.head, check: crc32(lines) });
  const bytes = Buffer.concat([
    Buffer.from(`${first.slice(0, -1)},\n${opening}`),
    lines,
    Buffer.from(`\n${closing}`),
  ]);
  const isSame = before instanceof StoredTexts && before.lines === lines;
  return { bytes, texts: isSame ? before : new StoredTexts(lines) };
}

function linesOf(texts: WrittenTexts, before: FolderTexts | null): Buffer {
  const isAllOfBefore =
    before instanceof StoredTexts &&
    texts.size === before.size &&
    [...texts.values()].every((text) => text === before);
  if (isAllOfBefore) return before.lines;
  const pieces: Buffer[] = [];
  for (const [name, text] of texts) {
    if (pieces.length > 0) pieces.push(separator);
    if (text instanceof StoredTexts) pieces.push(text.line(name));
    else {
      const own = typeof text === "string" ? text : text.get(name);
      pieces.push(Buffer.from(`"${name}":${JSON.stringify(own)}`));
    }
  }
  return Buffer.concat(pieces);
}

const separator = Buffer.from(",\n");

/**
 * @param digest what the document was written with
 * @returns of one that is whole its texts, too, for the document that follows it
 */
export function readDocument(
  bytes: Buffer,
  digest: Digest,
): { readonly read: ReadState; readonly texts: FolderTexts | null } {
  const parts = partsOf(bytes);
  const read = parts === null ? damaged : readState(parts.head, parts.texts, digest);
  return { read, texts: read.kind === "read" && parts !== null ? parts.texts : null };
}

const damaged: ReadState = { kind: "damaged" };

interface Parts {
  readonly head: unknown;
  readonly texts: StoredTexts;
}

/** null: it is damaged. */
function partsOf(bytes: Buffer): Parts | null {
  const end = bytes.indexOf(`,\n${opening}`);
  if (end < 0) return inOneLine(bytes);
  const lines = bytes.subarray(end + 2 + opening.length, bytes.length - 1 - closing.length);
  const head = parsed(`${bytes.toString("utf8", 0, end)}}`);
  const isWhole =
    bytes.subarray(-closing.length).equals(Buffer.from(closing)) &&
    isObject(head) &&
    head["check"] === crc32(lines);
  return isWhole ? { head, texts: new StoredTexts(lines) } : null;
}

/** As earlier versions wrote it. */
function inOneLine(bytes: Buffer): Parts | null {
  const head = parsed(bytes.toString("utf8"));
  if (!isObject(head)) return null;
  const { folders = {} } = head;
  if (!isObject(folders)) return null;
  const texts = Object.entries(folders).flatMap(([name, text]): readonly [string, string][] =>
    typeof text === "string" && /^[0-9a-f]{32}$/.test(name) ? [[name, text]] : [],
  );
  return { head, texts: new StoredTexts(linesOf(new Map(texts), null)) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
