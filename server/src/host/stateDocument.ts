/**
 * The document of builds as bytes: JSON of which the first line holds all but the texts of folders,
 * and each further line one of these. Who reads it takes the first line apart and finds where the
 * others begin; a text is taken apart when somebody looks into its folder. What a later document has
 * in common with it is copied as bytes.
 */
import { crc32 } from "node:zlib";
import { isObject } from "../core/cache/jsonChecks.js";
import { type BuildState, type ReadState, readState, writeState } from "../core/cache/state.js";
import type { FolderTexts, TextSink } from "../core/context/folderText.js";
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
 * @returns the document in pieces
 */
export function writeDocument(
  state: BuildState,
  digest: Digest,
  before: FolderTexts | null = null,
): readonly Buffer[] {
  const lines = new WrittenLines();
  const head = writeState(state, digest, lines, before);
  const all = lines.isAllOf(before) ? before.lines : lines.joined();
  const first = JSON.stringify({ ...head, check: crc32(all) });
  return [Buffer.from(`${first.slice(0, -1)},\n${opening}`), all, Buffer.from(`\n${closing}`)];
}

/** The lines of a document that is being written. */
class WrittenLines implements TextSink {
  readonly #names = new Set<string>();
  readonly #pieces: Buffer[] = [];
  /** Documents that lines were copied from; null: something was added that none of them has. */
  readonly #sources = new Set<FolderTexts | null>();

  has(name: string): boolean {
    return this.#names.has(name);
  }

  add(name: string, text: string): void {
    this.#addLine(name, Buffer.from(`"${name}":${JSON.stringify(text)}`), null);
  }

  copy(name: string, from: FolderTexts): void {
    if (from instanceof StoredTexts) this.#addLine(name, from.line(name), from);
    else this.add(name, from.get(name));
  }

  /** True where what was written is a whole document as it stands. */
  isAllOf(document: FolderTexts | null): document is StoredTexts {
    const isAll = (other: FolderTexts | null) => other === document;
    return (
      document instanceof StoredTexts &&
      this.#names.size === document.size &&
      [...this.#sources].every(isAll)
    );
  }

  joined(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  #addLine(name: string, line: Buffer, source: FolderTexts | null): void {
    if (this.#pieces.length > 0) this.#pieces.push(separator);
    this.#names.add(name);
    this.#pieces.push(line);
    this.#sources.add(source);
  }
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
  const lines = new WrittenLines();
  for (const [name, text] of Object.entries(folders))
    if (typeof text === "string" && /^[0-9a-f]{32}$/.test(name)) lines.add(name, text);
  return { head, texts: new StoredTexts(lines.joined()) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
