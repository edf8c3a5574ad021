/**
 * A cache that BuildKit exported: its config, read with distrust. Source: cache/remotecache/v1/spec.go.
 */
import { isObject } from "../jsonChecks.js";

export interface ExportedCache {
  readonly records: readonly ExportedRecord[];
}

export interface ExportedRecord {
  /** `sha256:…` */
  readonly digest: string;
  /** What each input may be. */
  readonly inputs: readonly (readonly ExportedLink[])[];
  /** False: its result is not in the export, it only leads to others. */
  readonly isKept: boolean;
}

export interface ExportedLink {
  /** The place of the record. */
  readonly record: number;
  /** What of it is taken; null: that is not said. */
  readonly selector: string | null;
}

/** Of an export; one of more is none. A build of a thousand steps makes some thousand. */
const mostRecords = 200_000;
const mostLinks = 2_000_000;

/**
 * @param value what the JSON of a cache config says, or its records alone, as an image carries them
 * @returns null: it is no cache config
 */
export function readExportedCache(value: unknown): ExportedCache | null {
  const all = Array.isArray(value) ? value : member(value, "records");
  if (!Array.isArray(all)) return isObject(value) && all == null ? { records: [] } : null;
  if (all.length > mostRecords) return null;
  let links = 0;
  const records: ExportedRecord[] = [];
  for (const one of all as readonly unknown[]) {
    const record = readRecord(one, all.length);
    if (record === null) return null;
    links += record.inputs.reduce((sum, input) => sum + input.length, 0);
    if (links > mostLinks) return null;
    records.push(record);
  }
  return { records };
}

/** Several as one: a builder takes what any of them has. */
export function united(caches: readonly ExportedCache[]): ExportedCache {
  const [only] = caches;
  if (only !== undefined && caches.length === 1) return only;
  const records: ExportedRecord[] = [];
  for (const cache of caches) {
    const before = records.length;
    for (const { digest, inputs, isKept } of cache.records) {
      const moved = inputs.map((links) =>
        links.map(({ record, selector }) => ({ record: record + before, selector })),
      );
      records.push({ digest, inputs: moved, isKept });
    }
  }
  return { records };
}

function readRecord(value: unknown, count: number): ExportedRecord | null {
  const digest = member(value, "digest");
  const inputs = member(value, "inputs") ?? [];
  if (typeof digest !== "string" || !Array.isArray(inputs)) return null;
  const read = (inputs as readonly unknown[]).map((links) => readLinks(links, count));
  const known = read.filter((links) => links !== null);
  if (known.length < read.length) return null;
  const isKept = [member(value, "layers"), member(value, "chains")].some(
    (results) => Array.isArray(results) && results.length > 0,
  );
  return { digest, inputs: known, isKept };
}

function readLinks(value: unknown, count: number): readonly ExportedLink[] | null {
  if (!Array.isArray(value)) return null;
  const links: ExportedLink[] = [];
  for (const one of value as readonly unknown[]) {
    const [record, selector] = [member(one, "link"), member(one, "selector")];
    if (typeof record !== "number" || !Number.isInteger(record)) return null;
    if (record < 0 || record >= count) return null;
    links.push({ record, selector: typeof selector === "string" && selector ? selector : null });
  }
  return links;
}

function member(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
