/**
 * The state of simulated builds as one document, a head and the texts of folders: reading it without
 * trusting it, adding to it, and keeping it small.
 */

import { rulesOf } from "../build/builderRules.js";
import {
  type BuildDefinition,
  contextPlace,
  dockerfileName,
  type PlatformBuild,
} from "../build/definition.js";
import { formatPlatform } from "../build/platform.js";
import type { FolderNode } from "../context/fileTree.js";
import {
  addTexts,
  type FolderTexts,
  folderReader,
  folderText,
  type TextSink,
} from "../context/folderText.js";
import type { Manifest } from "../context/manifest.js";
import { doubt, isDoubted, type Transfer } from "../context/transfer.js";
import type { Digest } from "../host.js";
import { isArrayOf, isObject, isString } from "./jsonChecks.js";
import type { RecordedBuild } from "./record.js";
import {
  type CacheRecord,
  joined,
  newest,
  noRecords,
  type RecordGraph,
  type Result,
  recordsIn,
  withoutStacked,
  withRecords,
} from "./recordGraph.js";
import { definitionRecord, isOfDefinition } from "./recordOf.js";
import { type Baseline, type BuildRecord, modelVersion } from "./records.js";
import { isWrittenBuild, readBuild, writeBuild } from "./writtenBuilds.js";
import { isWrittenRecord, readRecords, writeRecords } from "./writtenRecords.js";

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

/** The last build of each definition is kept per Dockerfile, builder, target and platform, of so many in all. */
const maxBuilds = 60;
const maxRecords = 20_000;
/** Entries of manifests in all, and of transfers, … */
const maxEntries = 200_000;
/** … or, what they have in common counted once, characters of their texts; an entry has about 90. */
const maxText = 90 * maxEntries;

/** The state with one more build; what is too much, the oldest first, is dropped. */
export function addBuild(
  state: BuildState,
  { build, records, unsure, hidesEarlier, manifests, transfer }: RecordedBuild,
  digest: Digest,
): BuildState {
  const replaced = replacedBy(build, state.builds);
  const builds = [...state.builds.filter((other) => !replaced.has(other)), build].slice(-maxBuilds);
  const made = joined(state.records, records);
  const results = new Map<CacheRecord, Result>();
  for (const [at, record] of records.entries()) {
    const own = made[at];
    if (own !== undefined) results.set(own, unsure.has(record) ? "perhaps" : "kept");
  }
  return {
    builds,
    records: bounded(hidesEarlier ? hiddenBy(made, state.records) : state.records, results),
    manifests: neededManifests(builds, new Map([...state.manifests, ...manifests]), digest),
    transfers: transfer === null ? state.transfers : addTransfer(state, build, transfer, digest),
  };
}

/** The build before of the same definition and platform. */
function replacedBy(build: BuildRecord, builds: readonly BuildRecord[]): ReadonlySet<BuildRecord> {
  return new Set(
    builds.filter(
      (other) =>
        other.dockerfile === build.dockerfile &&
        other.builder === build.builder &&
        other.target === build.target &&
        other.platform === build.platform &&
        other.definition.id === build.definition.id,
    ),
  );
}

function hiddenBy(made: readonly CacheRecord[], earlier: RecordGraph): RecordGraph {
  const all = recordsIn(earlier);
  const kept = withoutStacked([...all.keys()], made);
  return withRecords(noRecords, new Map(kept.map((record) => [record, all.get(record) ?? "gone"])));
}

function bounded(earlier: RecordGraph, made: ReadonlyMap<CacheRecord, Result>): RecordGraph {
  const all = withRecords(earlier, made);
  const count = all.layers.reduce((sum, { records }) => sum + records.size, 0);
  if (count <= maxRecords) return all;
  return withRecords(noRecords, newest(recordsIn(all), maxRecords));
}

function addTransfer(
  { transfers }: BuildState,
  build: BuildRecord,
  transfer: Transfer,
  digest: Digest,
): BuildState["transfers"] {
  const name = contextName(build.context);
  const newestFirst = [
    [name, transfer] as const,
    ...[...transfers].filter(([other]) => other !== name).reverse(),
  ];
  const hasRoom = room(digest);
  const kept = newestFirst.filter(([, sent], i) => hasRoom(sent) || i === 0);
  return new Map(kept.reverse());
}

/** Tells of one folder after the other whether there is room for it beside the others. */
function room(digest: Digest): (folder: FolderNode) => boolean {
  const folders: FolderNode[] = [];
  let entries = 0;
  return (folder) => {
    folders.push(folder);
    entries += folder.entryCount;
    if (entries <= maxEntries) return true;
    const lengths = new Map<string, number>();
    const sink: TextSink = {
      has: (name) => lengths.has(name),
      add: (name, text) => lengths.set(name, text.length),
      copy: (name, from) => lengths.set(name, from.lengthOf(name)),
    };
    for (const one of folders) addTexts(one, digest, sink);
    let characters = 0;
    for (const length of lengths.values()) characters += length;
    return characters <= maxText;
  };
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
  digest: Digest,
): ReadonlyMap<string, Manifest> {
  const kept = new Map<string, Manifest>();
  const hasRoom = room(digest);
  for (const build of [...builds].reverse()) {
    for (const { manifest: name } of build.steps) {
      const manifest = name === null ? undefined : manifests.get(name);
      if (name === null || manifest === undefined || kept.has(name)) continue;
      if (!hasRoom(manifest.root)) return kept;
      kept.set(name, manifest);
    }
  }
  return kept;
}

/**
 * The baseline `last`, or of real builds `recorded`: all records, and the last build of this definition to
 * explain changes against; before there is one for this platform, the last of its Dockerfile.
 *
 * @param digest the one that the state was made with
 */
export function lastBuild(
  state: BuildState,
  { definition, platform }: PlatformBuild,
  digest: Digest,
  kind: "last" | "recorded" = "last",
): Baseline {
  const name = dockerfileName(definition);
  const own = state.builds.filter(
    ({ dockerfile, builder }) => dockerfile === name && builder === definition.builder,
  );
  const asked = definitionRecord(definition, digest);
  const built = formatPlatform(platform);
  const likest = (one: BuildRecord): number => {
    if (one.target !== definition.target) return 0;
    return (isOfDefinition(one, asked) ? 4 : 2) + (one.platform === built ? 1 : 0);
  };
  const build = own.reduce<BuildRecord | null>(
    (best, one) => (best === null || likest(one) >= likest(best) ? one : best),
    null,
  );
  return {
    kind,
    label: build === null ? noBuild[kind] : lastOf[kind],
    build,
    records: state.records,
    manifest: (name) => state.manifests.get(name) ?? null,
  };
}

const noBuild = { last: "no earlier build", recorded: "no recorded build" };
const lastOf = { last: "the last simulated build", recorded: "the last recorded build" };

/** The baseline `empty`: nothing was ever built. */
export const emptyBaseline: Baseline = {
  kind: "empty",
  label: "an empty cache",
  build: null,
  records: noRecords,
  manifest: () => null,
};

/**
 * Writes the texts of folders into a sink, and gives the head, to be written as JSON.
 *
 * @param digest the one that everything in it was made with, and that `readState` gets
 * @param known the texts of the document that is followed by this one
 */
export function writeState(
  state: BuildState,
  digest: Digest,
  sink: TextSink,
  known: FolderTexts | null = null,
): object {
  for (const { root } of state.manifests.values()) addTexts(root, digest, sink, known);
  for (const sent of state.transfers.values()) addTexts(sent, digest, sink, known);
  const manifests = [...state.manifests].map(
    ([name, { root, through }]): readonly [string, WrittenManifest] => [
      name,
      { folder: folderText(root, digest), through: [...through].sort() },
    ],
  );
  const transfers = [...state.transfers].map(([name, sent]) => [name, folderText(sent, digest)]);
  return {
    stratacast: "simulated builds",
    model: modelVersion,
    salted: digest(saltCheck),
    builds: state.builds.map(writeBuild),
    records: writeRecords(state.records),
    manifests: Object.fromEntries(manifests),
    transfers: Object.fromEntries(transfers),
    doubted: [...state.transfers].flatMap(([name, sent]) => (isDoubted(sent) ? [name] : [])),
  };
}

/** By its digest a document tells which salt it was written with. */
const saltCheck = "stratacast";

interface WrittenManifest {
  readonly folder: string;
  readonly through: readonly string[];
}

export type ReadState =
  | { readonly kind: "read"; readonly state: BuildState }
  /** Made by another version of the model: its keys cannot be compared. */
  | { readonly kind: "other-model" }
  /** Written with another salt: likewise. */
  | { readonly kind: "other-salt" }
  | { readonly kind: "damaged" };

/**
 * Reads a document; anything that is not exactly what `writeState` writes is damaged.
 *
 * @param value the head
 */
export function readState(value: unknown, texts: FolderTexts, digest: Digest): ReadState {
  if (!isObject(value) || value["stratacast"] !== "simulated builds") return { kind: "damaged" };
  if (value["model"] !== modelVersion) {
    return { kind: typeof value["model"] === "number" ? "other-model" : "damaged" };
  }
  const { salted, builds, records, manifests, transfers, doubted = [] } = value;
  if (
    !isString(salted) ||
    !isArrayOf(builds, isWrittenBuild) ||
    !isArrayOf(records, isWrittenRecord) ||
    !isObjectOf(manifests, isWrittenManifest) ||
    !isObjectOf(transfers, isString) ||
    !isArrayOf(doubted, isString)
  ) {
    return { kind: "damaged" };
  }
  if (salted !== digest(saltCheck)) return { kind: "other-salt" };
  const readFolder = folderReader(texts, digest);
  const lists = readAll(manifests, ({ folder, through }) => {
    const root = readFolder(folder);
    return root === null ? null : { root, through: new Set(through) };
  });
  const sent = readAll(transfers, readFolder);
  if (lists === null || sent === null) return { kind: "damaged" };
  const state: BuildState = {
    builds: builds.map(readBuild),
    records: readRecords(records),
    manifests: lists,
    transfers: new Map(
      [...sent].map(([name, one]) => [name, doubted.includes(name) ? doubt(one) : one]),
    ),
  };
  return { kind: "read", state };
}

/** null: one of them cannot be read. */
function readAll<T, R>(
  written: Readonly<Record<string, T>>,
  read: (value: T) => R | null,
): ReadonlyMap<string, R> | null {
  const all = new Map<string, R>();
  for (const [name, value] of Object.entries(written)) {
    const found = read(value);
    if (found === null) return null;
    all.set(name, found);
  }
  return all;
}

function isObjectOf<T>(
  value: unknown,
  is: (item: unknown) => item is T,
): value is Readonly<Record<string, T>> {
  return isObject(value) && Object.values(value).every(is);
}

function isWrittenManifest(value: unknown): value is WrittenManifest {
  return isObject(value) && isString(value["folder"]) && isArrayOf(value["through"], isString);
}
