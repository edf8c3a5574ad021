/**
 * What earlier builds left in the cache, as an exported cache has it too: records, each found by the
 * digest of its definition and by the records and contents that its inputs may be. Source: BuildKit,
 * cache/remotecache/v1/spec.go.
 */
import { type InputName, isSameName, mayBeEqual, mayEqualOthers, nameText } from "./inputName.js";

/** One record, known by its identity: two are the same place in the cache only if they are one. */
export interface CacheRecord {
  readonly definition: string;
  /** What each input may be: any of them is enough. The root file system first. */
  readonly inputs: readonly (readonly RecordedInput[])[];
}

export type RecordedInput =
  | { readonly kind: "record"; readonly record: CacheRecord }
  /** Content, an image, a download. */
  | { readonly kind: "name"; readonly name: InputName };

/**
 * Immutable. Later graphs share the layers of earlier ones: each layer is at least twice as large as
 * the next, so that there are few, and adding costs little.
 */
export interface RecordGraph {
  readonly layers: readonly RecordLayer[];
}

interface RecordLayer {
  /** Oldest first, each with whether its result is there: without one it only leads to others. */
  readonly records: ReadonlyMap<CacheRecord, boolean>;
  readonly byDefinition: ReadonlyMap<string, ReadonlyMap<Root, readonly CacheRecord[]>>;
}

/** What a record stands on: another record, the text of a name, or nothing. One line can be there often. */
type Root = CacheRecord | string | null;

export const noRecords: RecordGraph = { layers: [] };

/** The graph with more records, the newest last; one that is there already becomes the newest. */
export function withRecords(
  graph: RecordGraph,
  records: ReadonlyMap<CacheRecord, boolean>,
): RecordGraph {
  if (records.size === 0) return graph;
  const kept = [...graph.layers];
  const added = new Map(records);
  const lower: ReadonlyMap<CacheRecord, boolean>[] = [];
  let size = added.size;
  for (let top = kept.at(-1); top !== undefined && top.records.size < 2 * size; top = kept.at(-1)) {
    lower.unshift(top.records);
    size += top.records.size;
    kept.pop();
  }
  return { layers: [...kept, layerOf(inOrder([...lower, added]))] };
}

/** All records, oldest first, each with whether its result is there. */
export function recordsIn({ layers }: RecordGraph): ReadonlyMap<CacheRecord, boolean> {
  return layers.length === 1
    ? (layers[0]?.records ?? new Map())
    : inOrder(layers.map(({ records }) => records));
}

/** What is newer stands last. */
function inOrder(
  parts: readonly ReadonlyMap<CacheRecord, boolean>[],
): ReadonlyMap<CacheRecord, boolean> {
  const all = new Map<CacheRecord, boolean>();
  for (const part of parts) {
    for (const [record, hasResult] of part) {
      const had = all.get(record) === true;
      all.delete(record);
      all.set(record, hasResult || had);
    }
  }
  return all;
}

function layerOf(records: ReadonlyMap<CacheRecord, boolean>): RecordLayer {
  const byDefinition = new Map<string, Map<Root, CacheRecord[]>>();
  for (const record of records.keys()) {
    const byRoot = byDefinition.get(record.definition) ?? new Map<Root, CacheRecord[]>();
    byDefinition.set(record.definition, byRoot);
    for (const root of rootsOf(record.inputs)) {
      const list = byRoot.get(root);
      if (list === undefined) byRoot.set(root, [record]);
      else list.push(record);
    }
  }
  return { records, byDefinition };
}

function rootsOf([alternatives]: CacheRecord["inputs"]): readonly Root[] {
  if (alternatives === undefined) return [null];
  return alternatives.map((one) => (one.kind === "record" ? one.record : nameText(one.name)));
}

/** The record of exactly these inputs; null: there is none. */
export function recordOf(
  { layers }: RecordGraph,
  definition: string,
  inputs: CacheRecord["inputs"],
): CacheRecord | null {
  for (const { byDefinition } of layers) {
    const found = byDefinition
      .get(definition)
      ?.get(rootsOf(inputs)[0] ?? null)
      ?.find(
        (record) =>
          record.inputs.length === inputs.length &&
          inputs.every((input, at) => isSameInput(input, record.inputs[at] ?? [])),
      );
    if (found !== undefined) return found;
  }
  return null;
}

/**
 * The inputs of a record, by the names that they have once everything has been built.
 * @param below the record of the step that it stands on; null: it stands on a base
 */
export function recordedAs(
  names: readonly InputName[],
  below: CacheRecord | null,
): CacheRecord["inputs"] {
  return names.map((name, at) =>
    at === 0 && name.kind === "step" && below !== null
      ? [{ kind: "record", record: below }]
      : [{ kind: "name", name }],
  );
}

function isSameInput(a: readonly RecordedInput[], b: readonly RecordedInput[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, at) => {
      const other = b[at];
      return one.kind === "record"
        ? other?.kind === "record" && one.record === other.record
        : other?.kind === "name" && isSameName(one.name, other.name);
    })
  );
}

/** The records that do not stand on the results of `made`. */
export function withoutStacked(
  records: readonly CacheRecord[],
  made: readonly CacheRecord[],
): readonly CacheRecord[] {
  const stacked = new Map<CacheRecord, CacheRecord[]>();
  for (const record of records) {
    for (const root of record.inputs[0] ?? []) {
      if (root.kind !== "record") continue;
      const others = stacked.get(root.record);
      if (others === undefined) stacked.set(root.record, [record]);
      else others.push(record);
    }
  }
  const hidden = new Set<CacheRecord>();
  const open = [...made];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const record of stacked.get(next) ?? []) {
      if (hidden.has(record)) continue;
      hidden.add(record);
      open.push(record);
    }
  }
  return records.filter((record) => !hidden.has(record));
}

/**
 * A recorded build among what is there already: a record that is there stands for its equal.
 * @param records each behind those that it stands on
 */
export function joined(
  graph: RecordGraph,
  records: readonly CacheRecord[],
): readonly CacheRecord[] {
  const there = new Map<CacheRecord, CacheRecord>();
  for (const record of records) {
    if (there.has(record)) continue;
    const inputs = record.inputs.map((alternatives) =>
      alternatives.map((one) =>
        one.kind === "record" ? { ...one, record: there.get(one.record) ?? one.record } : one,
      ),
    );
    const own = { definition: record.definition, inputs };
    there.set(record, recordOf(graph, record.definition, inputs) ?? own);
  }
  return records.map((record) => there.get(record) ?? record);
}

/** The newest results, so many of them, and what leads to those. */
export function newest(
  records: ReadonlyMap<CacheRecord, boolean>,
  most: number,
): ReadonlyMap<CacheRecord, boolean> {
  const results = [...records].flatMap(([record, hasResult]) => (hasResult ? [record] : []));
  if (results.length <= most) return records;
  const kept = new Set(results.slice(-most));
  const leading = new Set<CacheRecord>();
  const open = [...kept];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const input of next.inputs.flat()) {
      if (input.kind !== "record" || kept.has(input.record) || leading.has(input.record)) continue;
      leading.add(input.record);
      open.push(input.record);
    }
  }
  const order = [...records.keys()].filter((record) => kept.has(record) || leading.has(record));
  return new Map(order.map((record) => [record, kept.has(record)]));
}

/**
 * What is known of an input before the build: that it is what its name says; that it is the result
 * of one of these records, unless it turns out to be new; or nothing at all.
 */
export type Token =
  | { readonly kind: "known" }
  | {
      readonly kind: "records";
      readonly records: ReadonlySet<CacheRecord>;
      /** True when it is the result of all of them. */
      readonly isSure: boolean;
    }
  | { readonly kind: "any" };

/** What runs anew has a result that no record knows. One value: what stands on it is the same too. */
export const unrecorded: Token = { kind: "records", records: new Set(), isSure: true };

export function isSameToken(one: Token, other: Token): boolean {
  if (one.kind !== "records" || other.kind !== "records") return one.kind === other.kind;
  return (
    one.isSure === other.isSure &&
    (one.records === other.records ||
      (one.records.size === other.records.size &&
        [...one.records].every((record) => other.records.has(record))))
  );
}

/** An input by the name that it has once everything has been built, and what is known of it now. */
export interface NamedInput {
  readonly name: InputName;
  readonly token: Token;
  /** Content of a known checksum: a download of before, of which none is known, may have been it. */
  readonly isPinned?: true;
}

export interface Match {
  readonly record: CacheRecord;
  /** False: it turns on what an input comes out as. */
  readonly isSure: boolean;
  readonly hasResult: boolean;
}

/** The records that a step of these inputs could turn out to be. */
export function matchesOf(
  { layers }: RecordGraph,
  definition: string,
  inputs: readonly NamedInput[],
): readonly Match[] {
  const matches: Match[] = [];
  for (const { byDefinition, records } of layers) {
    for (const record of standingOn(byDefinition.get(definition) ?? new Map(), inputs[0])) {
      const fit = fitOf(record, inputs);
      if (fit === "no") continue;
      matches.push({ record, isSure: fit === "yes", hasResult: records.get(record) === true });
    }
  }
  return matches;
}

/** Those of a definition whose first input could be this. */
function standingOn(
  byRoot: ReadonlyMap<Root, readonly CacheRecord[]>,
  root: NamedInput | undefined,
): Iterable<CacheRecord> {
  if (root === undefined) return byRoot.get(null) ?? [];
  const { token, name } = root;
  const isExact =
    token.kind === "records" ||
    (token.kind === "known" && root.isPinned !== true && !mayEqualOthers(name));
  if (!isExact) return new Set([...byRoot.values()].flat());
  const roots = token.kind === "records" ? [...token.records] : [nameText(name)];
  return new Set(roots.flatMap((one) => byRoot.get(one) ?? []));
}

type Fit = "yes" | "maybe" | "no";

function fitOf(record: CacheRecord, inputs: readonly NamedInput[]): Fit {
  if (record.inputs.length !== inputs.length) return "no";
  let fit: Fit = "yes";
  for (const [at, input] of inputs.entries()) {
    const one = bestFit(input, record.inputs[at] ?? []);
    if (one === "no") return "no";
    if (one === "maybe") fit = one;
  }
  return fit;
}

function bestFit(input: NamedInput, alternatives: readonly RecordedInput[]): Fit {
  let best: Fit = "no";
  for (const alternative of alternatives) {
    const fit = fitOfOne(input, alternative);
    if (fit === "yes") return fit;
    if (fit === "maybe") best = fit;
  }
  return best;
}

function fitOfOne({ name, token, isPinned }: NamedInput, recorded: RecordedInput): Fit {
  if (token.kind === "any") return "maybe";
  if (token.kind === "records") {
    const isOne = recorded.kind === "record" && token.records.has(recorded.record);
    return isOne ? (token.isSure ? "yes" : "maybe") : "no";
  }
  if (recorded.kind === "record") return "no";
  if (isSameName(name, recorded.name)) return "yes";
  if (isPinned !== true) return mayBeEqual(name, recorded.name) ? "maybe" : "no";
  const mayBeIt =
    recorded.name.kind === "address" || (name.kind === "git" && recorded.name.kind === "git");
  return mayBeIt ? "maybe" : "no";
}
