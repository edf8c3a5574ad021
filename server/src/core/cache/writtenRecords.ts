/** Records as the state document has them: like an exported cache, they name each other by number. */

import { nameText, readName } from "./inputName.js";
import { isArrayOf, isObject } from "./jsonChecks.js";
import {
  type CacheRecord,
  noRecords,
  type RecordedInput,
  type RecordGraph,
  type Result,
  recordsIn,
  withRecords,
} from "./recordGraph.js";

export interface WrittenRecord {
  readonly digest: string;
  readonly inputs: readonly (readonly WrittenInput[])[];
  /** Not there where it is kept. */
  readonly result?: Exclude<Result, "kept">;
}

/** The place of a record in the list, or the text of a name. */
type WrittenInput = { readonly link: number } | { readonly name: string };

/** Oldest first. */
export function writeRecords(graph: RecordGraph): readonly WrittenRecord[] {
  const records = new Map(recordsIn(graph));
  // What is led to and not there any more is written too: a map is walked to what is added to it.
  for (const record of records.keys()) {
    for (const input of record.inputs.flat()) {
      if (input.kind === "record" && !records.has(input.record)) records.set(input.record, "gone");
    }
  }
  const places = new Map([...records.keys()].map((record, place) => [record, place]));
  const written = (input: RecordedInput): WrittenInput =>
    input.kind === "record"
      ? { link: places.get(input.record) ?? 0 }
      : { name: nameText(input.name) };
  return [...records].map(([{ definition, inputs }, result]) => ({
    digest: definition,
    inputs: inputs.map((alternatives) => alternatives.map(written)),
    ...(result === "kept" ? {} : { result }),
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
  const results = new Map<CacheRecord, Result>();
  for (const [place, { inputs, result = "kept" }] of written.entries()) {
    const record = records[place];
    if (record === undefined) continue;
    for (const alternatives of inputs) record.inputs.push(alternatives.flatMap(read));
    results.set(record, result);
  }
  return withRecords(noRecords, results);
}

export function isWrittenRecord(value: unknown): value is WrittenRecord {
  return (
    isObject(value) &&
    typeof value["digest"] === "string" &&
    isArrayOf(value["inputs"], isWrittenInputs) &&
    [undefined, "perhaps", "gone"].some((result) => value["result"] === result)
  );
}

function isWrittenInputs(value: unknown): value is WrittenInput[] {
  return isArrayOf(value, isWrittenInput);
}

function isWrittenInput(value: unknown): value is WrittenInput {
  return isObject(value) && (typeof value["name"] === "string" || Number.isInteger(value["link"]));
}
