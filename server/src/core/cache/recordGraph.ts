/**
 * What earlier builds left in the cache, as an exported cache has it too: records, each found by the
 * digest of its definition and by the records and contents that its inputs may be. Source: BuildKit,
 * cache/remotecache/v1/spec.go.
 */
import { addTo, addToSet } from "../text/grouped.js";
import { type InputName, isSameName, lastNameOf, mayEqualOthers, nameText } from "./inputName.js";
import { AlikeDefinitions } from "./openPart.js";

/** One record, known by its identity: two are the same place in the cache only if they are one. */
export interface CacheRecord {
  readonly definition: string;
  /** What each input may be: any of them is enough. The root file system first. */
  readonly inputs: readonly (readonly RecordedInput[])[];
}

/** One whose definition is digested once somebody asks for it. */
export class LeftRecord implements CacheRecord {
  constructor(
    private readonly of: { readonly digest: string },
    readonly inputs: CacheRecord["inputs"],
  ) {}

  get definition(): string {
    return this.of.digest;
  }
}

export type RecordedInput =
  | { readonly kind: "record"; readonly record: CacheRecord }
  /** Content, an image, a download. */
  | { readonly kind: "name"; readonly name: InputName };

/**
 * Whether the result of a record is in the cache: `kept`; `gone`: it only leads to others; `perhaps`:
 * a build that failed may have cancelled the step before it was done.
 */
export type Result = "kept" | "perhaps" | "gone";

/**
 * Immutable. Later graphs share the layers of earlier ones: each layer is at least twice as large as
 * the next, so that there are few, and adding costs little.
 */
export interface RecordGraph {
  readonly layers: readonly RecordLayer[];
}

/**
 * Of most layers nobody asks for more than what stands on an image or a record: the definitions of their records,
 * which are costly, are read once somebody does.
 */
export class RecordLayer {
  #roots: ReadonlySet<Found> | null = null;
  #references: ReadonlyMap<string, ReadonlyMap<string, Reference>> | null = null;
  #byDefinition: ReadonlyMap<string, ReadonlyMap<Found, Bucket>> | null = null;
  #definitionsOn: ReadonlyMap<Found, ReadonlySet<string>> | null = null;
  #alike: AlikeDefinitions | null = null;

  /** @param records oldest first */
  constructor(readonly records: ReadonlyMap<CacheRecord, Result>) {}

  /** True where a record stands on it. */
  has(root: Found): boolean {
    this.#roots ??= new Set(this.#all().flatMap(({ inputs }) => alternativesOf(inputs[0])));
    return this.#roots.has(root);
  }

  /** The images on which records stand of which nothing was known, by their last names and then by their texts. */
  get references(): ReadonlyMap<string, ReadonlyMap<string, Reference>> {
    this.#references ??= referencesOf(this.#all());
    return this.#references;
  }

  get byDefinition(): ReadonlyMap<string, ReadonlyMap<Found, Bucket>> {
    this.#byDefinition ??= bucketsOf(this.#all());
    return this.#byDefinition;
  }

  /** The definitions of what stands on a root file system. */
  definitionsOn(root: Found): ReadonlySet<string> {
    this.#definitionsOn ??= definitionsByRoot(this.byDefinition);
    return this.#definitionsOn.get(root) ?? noDefinitions;
  }

  get alike(): AlikeDefinitions {
    this.#alike ??= new AlikeDefinitions(this.byDefinition.keys());
    return this.#alike;
  }

  #all(): readonly CacheRecord[] {
    return [...this.records.keys()];
  }
}

const noDefinitions: ReadonlySet<string> = new Set();

function referencesOf(records: readonly CacheRecord[]): Map<string, Map<string, Reference>> {
  const references = new Map<string, Map<string, Reference>>();
  for (const { inputs } of records)
    for (const root of inputs[0] ?? []) {
      if (root.kind !== "name" || root.name.kind !== "reference") continue;
      const last = lastNameOf(root.name.name);
      const same = references.get(last) ?? new Map<string, Reference>();
      references.set(last, same);
      same.set(nameText(root.name), root.name);
    }
  return references;
}

function bucketsOf(records: readonly CacheRecord[]): Map<string, Map<Found, Bucket>> {
  const byDefinition = new Map<string, Map<Found, Bucket>>();
  for (const record of records) {
    const byRoot = byDefinition.get(record.definition) ?? new Map<Found, Bucket>();
    byDefinition.set(record.definition, byRoot);
    for (const root of alternativesOf(record.inputs[0])) {
      const bucket = byRoot.get(root) ?? new Bucket();
      byRoot.set(root, bucket);
      bucket.records.push(record);
    }
  }
  return byDefinition;
}

function definitionsByRoot(byDefinition: RecordLayer["byDefinition"]): Map<Found, Set<string>> {
  const definitions = new Map<Found, Set<string>>();
  for (const [definition, byRoot] of byDefinition)
    for (const root of byRoot.keys()) addToSet(definitions, root, definition);
  return definitions;
}

export type Reference = Extract<InputName, { kind: "reference" }>;

/** What an input is found by: a record, the text of a name, or nothing. */
export type Found = CacheRecord | string | null;

/** The records of one definition on one root file system: one line can be there often. */
export class Bucket {
  readonly records: CacheRecord[] = [];
  #bySecond: Map<Found, CacheRecord[]> | null = null;
  #results: ReadonlySet<CacheRecord> | null = null;
  #inputCounts: ReadonlySet<number> | null = null;
  #openSeconds: ReadonlySet<CacheRecord> | null = null;
  #overs: Map<string, string[]> | null = null;

  /** Those whose second input may be this. */
  withSecond(second: Found): readonly CacheRecord[] {
    if (this.#bySecond === null) {
      this.#bySecond = new Map();
      for (const record of this.records)
        for (const one of alternativesOf(record.inputs[1])) addTo(this.#bySecond, one, record);
    }
    return this.#bySecond.get(second) ?? [];
  }

  /** True where all of them have so many inputs. */
  hasOnly(inputCount: number): boolean {
    this.#inputCounts ??= new Set(this.records.map(({ inputs }) => inputs.length));
    return this.#inputCounts.size === 1 && this.#inputCounts.has(inputCount);
  }

  /** Those of them whose second input other names may stand for too. */
  openSeconds(layer: Pick<RecordLayer, "records">): ReadonlySet<CacheRecord> {
    this.#openSeconds ??= new Set(
      [...this.results(layer)].filter(({ inputs }) => inputs[1]?.some(isOpenInput) === true),
    );
    return this.#openSeconds;
  }

  /** True where the second input of one has the same maker, with something else for certain over it. */
  isOverOther({ made, over }: Extract<InputName, { kind: "partial" }>): boolean {
    if (over === null) return false;
    if (this.#overs === null) {
      this.#overs = new Map();
      for (const { inputs } of this.records)
        for (const input of inputs[1] ?? [])
          if (input.kind === "name" && input.name.kind === "partial" && input.name.over !== null)
            addTo(this.#overs, input.name.made, input.name.over);
    }
    return this.#overs.get(made)?.some((other) => other !== over) === true;
  }

  /** Those whose result is or may be there: one object, however often it is asked for. */
  results({ records }: Pick<RecordLayer, "records">): ReadonlySet<CacheRecord> {
    this.#results ??= new Set(this.records.filter((record) => hasResult(records.get(record))));
    return this.#results;
  }
}

export const noRecords: RecordGraph = { layers: [] };

function isOpenInput(input: RecordedInput): boolean {
  return input.kind !== "record" && mayEqualOthers(input.name);
}

function hasResult(result: Result | undefined): boolean {
  return result === "kept" || result === "perhaps";
}

/** The graph with more records, the newest last; one that is there already becomes the newest. */
export function withRecords(
  graph: RecordGraph,
  records: ReadonlyMap<CacheRecord, Result>,
): RecordGraph {
  if (records.size === 0) return graph;
  const kept = [...graph.layers];
  const added = new Map(records);
  const lower: ReadonlyMap<CacheRecord, Result>[] = [];
  let size = added.size;
  for (let top = kept.at(-1); top !== undefined && top.records.size < 2 * size; top = kept.at(-1)) {
    lower.unshift(top.records);
    size += top.records.size;
    kept.pop();
  }
  return { layers: [...kept, new RecordLayer(inOrder([...lower, added]))] };
}

/** All records, oldest first. */
export function recordsIn({ layers }: RecordGraph): ReadonlyMap<CacheRecord, Result> {
  return layers.length === 1
    ? (layers[0]?.records ?? new Map())
    : inOrder(layers.map(({ records }) => records));
}

/** What is newer stands last. */
function inOrder(
  parts: readonly ReadonlyMap<CacheRecord, Result>[],
): ReadonlyMap<CacheRecord, Result> {
  const all = new Map<CacheRecord, Result>();
  for (const part of parts) {
    for (const [record, result] of part) {
      const had = all.get(record) ?? "gone";
      all.delete(record);
      all.set(record, surer(result, had));
    }
  }
  return all;
}

function surer(one: Result, other: Result): Result {
  if (one === "kept" || other === "kept") return "kept";
  return one === "perhaps" ? one : other;
}

function alternativesOf(input: readonly RecordedInput[] | undefined): readonly Found[] {
  if (input === undefined) return [null];
  return input.map((one) => (one.kind === "record" ? one.record : nameText(one.name)));
}

/** The record that is this one, by definition and inputs; null: there is none. */
export function equalRecord({ layers }: RecordGraph, of: CacheRecord): CacheRecord | null {
  const { inputs } = of;
  const root = alternativesOf(inputs[0])[0] ?? null;
  for (const layer of layers) {
    if (!layer.has(root)) continue;
    const found = layer.byDefinition
      .get(of.definition)
      ?.get(root)
      ?.withSecond(alternativesOf(inputs[1])[0] ?? null)
      .find(
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
      addTo(stacked, root.record, record);
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
    there.set(record, equalRecord(graph, own) ?? own);
  }
  return records.map((record) => there.get(record) ?? record);
}

/** The newest results, so many of them, and what leads to those. */
export function newest(
  records: ReadonlyMap<CacheRecord, Result>,
  most: number,
): ReadonlyMap<CacheRecord, Result> {
  const results = [...records].flatMap(([record, result]) => (hasResult(result) ? [record] : []));
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
  return new Map(
    order.map((record) => [record, kept.has(record) ? (records.get(record) ?? "gone") : "gone"]),
  );
}
