/** Records as the state document has them: like an exported cache, they name each other by number. */
import { nameText, readName } from "./inputName.js";
import {
  type CacheRecord,
  noRecords,
  type RecordedInput,
  type RecordGraph,
  recordsIn,
  withRecords,
} from "./recordGraph.js";

export interface WrittenRecord {
  readonly digest: string;
  readonly inputs: readonly (readonly WrittenInput[])[];
  /** There when it has none, and only leads to others. */
  readonly hasResult?: false;
}

/** The place of a record in the list, or the text of a name. */
type WrittenInput = { readonly link: number } | { readonly name: string };

/** Oldest first. */
export function writeRecords(graph: RecordGraph): readonly WrittenRecord[] {
  const records = new Map(recordsIn(graph));
  // What is led to and not there any more is written too: a map is walked to what is added to it.
  for (const record of records.keys()) {
    for (const input of record.inputs.flat()) {
      if (input.kind === "record" && !records.has(input.record)) records.set(input.record, false);
    }
  }
  const places = new Map([...records.keys()].map((record, place) => [record, place]));
  const written = (input: RecordedInput): WrittenInput =>
    input.kind === "record"
      ? { link: places.get(input.record) ?? 0 }
      : { name: nameText(input.name) };
  return [...records].map(([{ definition, inputs }, hasResult]) => ({
    digest: definition,
    inputs: inputs.map((alternatives) => alternatives.map(written)),
    ...(hasResult ? {} : { hasResult }),
  }));
}

/** A link to nothing leads nowhere. */
export function readRecords(written: readonly WrittenRecord[]): RecordGraph {
  // They may name each other in any order: first all of them, then their inputs.
  const records = written.map(({ digest }) => ({
    definition: digest,
    inputs: [] as (readonly RecordedInput[])[],
  }));
  const read = (input: WrittenInput): readonly RecordedInput[] => {
    if ("name" in input) return [{ kind: "name", name: readName(input.name) }];
    const record = records[input.link];
    return record === undefined ? [] : [{ kind: "record", record }];
  };
  const results = new Map<CacheRecord, boolean>();
  for (const [place, { inputs, hasResult }] of written.entries()) {
    const record = records[place];
    if (record === undefined) continue;
    for (const alternatives of inputs) record.inputs.push(alternatives.flatMap(read));
    results.set(record, hasResult !== false);
  }
  return withRecords(noRecords, results);
}

export function isWrittenRecord(value: unknown): value is WrittenRecord {
  return (
    isObject(value) &&
    typeof value["digest"] === "string" &&
    isArrayOf(value["inputs"], (input) => isArrayOf(input, isWrittenInput)) &&
    (value["hasResult"] === undefined || value["hasResult"] === false)
  );
}

function isWrittenInput(value: unknown): boolean {
  return isObject(value) && (typeof value["name"] === "string" || Number.isInteger(value["link"]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isArrayOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}
