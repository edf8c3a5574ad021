/**
 * The state of simulated builds as one JSON document: reading it without trusting it, adding to
 * it, and keeping it small.
 */

import { isBuilder } from "../build/builder.js";
import { rulesOf } from "../build/builderRules.js";
import { type BuildDefinition, contextPlace, dockerfileName } from "../build/definition.js";
import type { Manifest } from "../context/manifest.js";
import type { Transfer } from "../context/transfer.js";
import { nameText, readName } from "./inputName.js";
import type { RecordedBuild } from "./record.js";
import {
  type CacheRecord,
  joined,
  newest,
  noRecords,
  type RecordGraph,
  recordsIn,
  withoutStacked,
  withRecords,
} from "./recordGraph.js";
import { type Baseline, type BuildRecord, modelVersion, type StepRecord } from "./records.js";
import { isWrittenRecord, readRecords, writeRecords } from "./writtenRecords.js";
import { isSentEntry, readTransfer, type SentEntry, writeTransfer } from "./writtenTransfers.js";

export interface BuildState {
  /** Oldest first. */
  readonly builds: readonly BuildRecord[];
  readonly records: RecordGraph;
  readonly manifests: ReadonlyMap<string, Manifest>;
  /** By the name of the context's folder, the oldest first. */
  readonly transfers: ReadonlyMap<string, Transfer>;
}

export const emptyState: BuildState = {
  builds: [],
  records: noRecords,
  manifests: new Map(),
  transfers: new Map(),
};

/** A Dockerfile's last build per builder and target is kept, of so many in all. */
const maxBuilds = 60;
const maxRecords = 20_000;
/** Lines of manifests in all; one is about 100 bytes in the file. */
const maxManifestLines = 200_000;

/** Entries of transfers in all; one is about 100 bytes in the file. */
const maxSentEntries = 200_000;

/** The state with one more build; what is too much, the oldest first, is dropped. */
export function addBuild(
  state: BuildState,
  { build, records, hidesEarlier, manifests, transfer }: RecordedBuild,
): BuildState {
  const builds = [
    ...state.builds.filter(
      (other) =>
        other.dockerfile !== build.dockerfile ||
        other.builder !== build.builder ||
        other.target !== build.target,
    ),
    build,
  ].slice(-maxBuilds);
  const made = joined(state.records, records);
  return {
    builds,
    records: bounded(hidesEarlier ? hiddenBy(made, state.records) : state.records, made),
    manifests: neededManifests(builds, new Map([...state.manifests, ...manifests])),
    transfers: transfer === null ? state.transfers : addTransfer(state, build, transfer),
  };
}

function hiddenBy(made: readonly CacheRecord[], earlier: RecordGraph): RecordGraph {
  const all = recordsIn(earlier);
  const kept = withoutStacked([...all.keys()], made);
  return withRecords(noRecords, new Map(kept.map((record) => [record, all.get(record) === true])));
}

function bounded(earlier: RecordGraph, made: readonly CacheRecord[]): RecordGraph {
  const all = withRecords(earlier, new Map(made.map((record) => [record, true])));
  const count = all.layers.reduce((sum, { records }) => sum + records.size, 0);
  if (count <= maxRecords) return all;
  return withRecords(noRecords, newest(recordsIn(all), maxRecords));
}

function addTransfer(
  { transfers }: BuildState,
  build: BuildRecord,
  transfer: Transfer,
): BuildState["transfers"] {
  const name = contextName(build.context);
  const newestFirst = [
    [name, transfer] as const,
    ...[...transfers].filter(([other]) => other !== name).reverse(),
  ];
  let entries = 0;
  const kept = newestFirst.filter(([, sent], i) => {
    entries += sent.entryCount;
    return i === 0 || entries <= maxSentEntries;
  });
  return new Map(kept.reverse());
}

/** BuildKit's client names a context by the last part of its path. */
function contextName(folder: string): string {
  return folder.split(/[\\/]/).findLast((part) => part !== "") ?? "";
}

/** What the engine holds of a context by now; null: nothing, or the builder keeps nothing. */
export function transferOf(state: BuildState, definition: BuildDefinition): Transfer | null {
  if (rulesOf(definition.builder).sendsEverything) return null;
  return state.transfers.get(contextName(contextPlace(definition))) ?? null;
}

function neededManifests(
  builds: readonly BuildRecord[],
  manifests: ReadonlyMap<string, Manifest>,
): ReadonlyMap<string, Manifest> {
  const kept = new Map<string, Manifest>();
  let lines = 0;
  for (const build of [...builds].reverse()) {
    for (const { manifest: name } of build.steps) {
      const manifest = name === null ? undefined : manifests.get(name);
      if (name === null || manifest === undefined || kept.has(name)) continue;
      lines += manifest.length;
      if (lines > maxManifestLines) return kept;
      kept.set(name, manifest);
    }
  }
  return kept;
}

/** The baseline `last`: all records, and this Dockerfile's last build to explain changes against. */
export function lastBuild(state: BuildState, definition: BuildDefinition): Baseline {
  const name = dockerfileName(definition);
  const own = state.builds.filter(
    ({ dockerfile, builder }) => dockerfile === name && builder === definition.builder,
  );
  const build = own.findLast(({ target }) => target === definition.target) ?? own.at(-1) ?? null;
  return {
    kind: "last",
    label: build === null ? "no earlier build" : "the last simulated build",
    build,
    records: state.records,
    manifest: (name) => state.manifests.get(name) ?? null,
  };
}

/** The baseline `empty`: nothing was ever built. */
export const emptyBaseline: Baseline = {
  kind: "empty",
  label: "an empty cache",
  build: null,
  records: noRecords,
  manifest: () => null,
};

export function writeState(state: BuildState): string {
  return JSON.stringify({
    stratacast: "simulated builds",
    model: modelVersion,
    builds: state.builds.map((build) => ({ ...build, steps: build.steps.map(withTexts) })),
    records: writeRecords(state.records),
    manifests: Object.fromEntries(state.manifests),
    transfers: Object.fromEntries(
      [...state.transfers].map(([name, sent]) => [name, writeTransfer(sent)]),
    ),
  });
}

/** The document has the texts of names. */
interface WrittenStep extends Omit<StepRecord, "inputs"> {
  readonly inputs: readonly string[];
}

interface WrittenBuild extends Omit<BuildRecord, "steps"> {
  readonly steps: readonly WrittenStep[];
}

function withTexts(step: StepRecord): WrittenStep {
  return { ...step, inputs: step.inputs.map(nameText) };
}

function withNames(step: WrittenStep): StepRecord {
  return { ...step, inputs: step.inputs.map(readName) };
}

export type ReadState =
  | { readonly kind: "read"; readonly state: BuildState }
  /** Made by another version of the model: its keys cannot be compared. */
  | { readonly kind: "other-model" }
  | { readonly kind: "damaged" };

/** Reads the document; anything that is not exactly what `writeState` writes is damaged. */
export function readState(text: string): ReadState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "damaged" };
  }
  if (!isObject(value) || value["stratacast"] !== "simulated builds") return { kind: "damaged" };
  if (value["model"] !== modelVersion) {
    return { kind: typeof value["model"] === "number" ? "other-model" : "damaged" };
  }
  const { builds, records, manifests, transfers } = value;
  if (
    !isArrayOf(builds, isBuild) ||
    !isArrayOf(records, isWrittenRecord) ||
    !isObject(manifests) ||
    !isObject(transfers)
  ) {
    return { kind: "damaged" };
  }
  const lists = Object.entries(manifests);
  if (!lists.every((entry): entry is [string, Manifest] => isArrayOf(entry[1], isManifestLine))) {
    return { kind: "damaged" };
  }
  const sent = Object.entries(transfers);
  if (!sent.every((entry): entry is [string, SentEntry[]] => isArrayOf(entry[1], isSentEntry))) {
    return { kind: "damaged" };
  }
  const state: BuildState = {
    builds: builds.map((build) => ({ ...build, steps: build.steps.map(withNames) })),
    records: readRecords(records),
    manifests: new Map(lists),
    transfers: new Map(sent.map(([name, entries]) => [name, readTransfer(entries)])),
  };
  return { kind: "read", state };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isArrayOf<T>(value: unknown, is: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(is);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isManifestLine(value: unknown): value is Manifest[number] {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    isString(value[0]) &&
    isString(value[1]) &&
    typeof value[2] === "number"
  );
}

function isBuild(value: unknown): value is WrittenBuild {
  return (
    isObject(value) &&
    isString(value["id"]) &&
    typeof value["at"] === "number" &&
    isString(value["dockerfile"]) &&
    isString(value["context"]) &&
    isBuilder(value["builder"]) &&
    (value["target"] === null || isString(value["target"])) &&
    isArrayOf(value["steps"], isStep)
  );
}

function isStep(value: unknown): value is WrittenStep {
  return (
    isObject(value) &&
    (value["stage"] === null || typeof value["stage"] === "number") &&
    (value["stageName"] === null || isString(value["stageName"])) &&
    typeof value["line"] === "number" &&
    isString(value["keyword"]) &&
    isString(value["text"]) &&
    (value["key"] === null || isString(value["key"])) &&
    isObject(value["facets"]) &&
    Object.values(value["facets"]).every(isString) &&
    isArrayOf(value["inputs"], isString) &&
    isArrayOf(value["assignments"], isAssignment) &&
    (value["manifest"] === null || isString(value["manifest"]))
  );
}

function isAssignment(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every(isString);
}
