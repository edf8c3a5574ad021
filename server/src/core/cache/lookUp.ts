/** Looks a step up in the records of earlier builds, and of this one as far as it has come. */
import type { Definition } from "./definition.js";
import type { StepForecast } from "./exact/stepForecast.js";
import type { InputName } from "./inputName.js";
import { type LikeResults, likeResults } from "./likeResults.js";
import {
  aliasesOf,
  isExact,
  isSettled,
  mostPossible,
  type NamedInput,
  possibleResults,
  rootsOf,
  type SureMatch,
  sureMatches,
  type Token,
  twinsOf,
  unrecorded,
} from "./matches.js";
import type { Names } from "./names.js";
import type { PredictionKind } from "./prediction.js";
import type { CacheRecord, RecordGraph, RecordLayer } from "./recordGraph.js";
import type { OpenInput, StepInput } from "./stepInput.js";

/** What the cache will do with a step, and what is known of its result. */
export interface Found {
  readonly kind: PredictionKind;
  readonly token: Token;
  /** It is a known step, which a build that failed may have cancelled. */
  readonly isCutShort?: true;
  /** It is a known step if the base image makes that of it, or is the one that it was then. */
  readonly isBy?: LikeResults["by"];
}

/** The record that tells what a step leaves; null: none does for certain. */
export function resultOf({ kind, token }: Found): CacheRecord | null {
  if (kind !== "hit" || token.kind !== "records") return null;
  const [record = null] = token.records;
  return record;
}

export const fresh: Found = { kind: "miss", token: unrecorded };

/**
 * @param graphs of earlier builds, and what this one has left so far
 * @param inputs the root file system first
 */
export function lookUp(
  graphs: readonly RecordGraph[],
  definition: Definition,
  inputs: readonly StepInput[],
  names: Names,
): Found {
  // On a result that no record knows nothing stands.
  const [root] = inputs;
  if (root?.token.kind === "records" && root.token.records.size === 0) return fresh;
  const named = inputs.map((input) => namedInput(input, names));
  // Where nothing stands on its root nobody asks for the digest, which is the costly part of a first answer.
  const near = graphs.map(({ layers }) => ({
    layers: layers.filter((layer) => mayHold(layer, named[0])),
  }));
  if (near.every(({ layers }) => layers.length === 0)) return fresh;
  return lookUpIn(near, definition, named);
}

function lookUpIn(
  graphs: readonly RecordGraph[],
  definition: Definition,
  named: readonly NamedInput[],
): Found {
  const sure = graphs.flatMap((graph) => sureMatches(graph, definition.digest, named));
  const cached = sure.filter(({ result }) => result === "kept");
  if (cached.length > 0) {
    const twins = twinsOf(graphs, definition.digest, named);
    return { kind: "hit", token: recordsOf(cached, twins) };
  }
  const begun = sure.filter(({ result }) => result === "perhaps");
  if (begun.length > 0) return { kind: "unknown", token: recordsOf(begun), isCutShort: true };
  const possible = possibleResults(graphs, definition.digest, named, mostPossible);
  if (possible === null) return open;
  if (possible.size > 0)
    return { kind: "unknown", token: { kind: "records", records: possible, isSure: false } };
  const like = likeResults(graphs, definition.digest, named);
  if (like !== null) {
    const { records, by } = like;
    const token: Token =
      records === null ? { kind: "any" } : { kind: "records", records, isSure: false };
    return { kind: "unknown", token, isBy: by };
  }
  // Records without a result only lead to others.
  return sure.length === 0 ? fresh : { kind: "miss", token: recordsOf(sure) };
}

/**
 * The same of a step that may turn out to be none: what follows then stands on what it stands on. One that
 * is cached is not told apart from none.
 */
export function orNothing(found: Found, { token }: StepInput): Found {
  if (found.kind !== "miss") return found;
  const isNew = token.kind === "records" && token.records.size === 0;
  return { kind: "unknown", token: isNew ? unrecorded : { kind: "any" }, isBy: "values" };
}

/** A builder takes what any of its caches has. */
export function surer(local: Found, exported: StepForecast | undefined): Found {
  if (exported === undefined || local.kind === "hit") return local;
  if (exported.kind === "hit") return { kind: "hit", token: { kind: "known" } };
  return exported.kind === "unknown" && local.kind === "miss" ? open : local;
}

/** Its result may be one that nobody here has a record of. */
const open: Found = { kind: "unknown", token: { kind: "any" } };

/** False where no record stands on what a step stands on, by whatever name. */
function mayHold(layer: RecordLayer, root: NamedInput | undefined): boolean {
  if (!isExact(root) || rootsOf(root).some((one) => layer.has(one))) return true;
  return aliasesOf(layer, root).size > 0;
}

function recordsOf(
  matches: readonly SureMatch[],
  twins: ReadonlySet<CacheRecord> = new Set(),
): Token {
  const records = new Set(matches.map(({ record }) => record));
  const isMore = hasOther(twins, records);
  return { kind: "records", records, isSure: true, ...(isMore && { twins }) };
}

function hasOther(one: ReadonlySet<CacheRecord>, than: ReadonlySet<CacheRecord>): boolean {
  for (const record of one) if (!than.has(record)) return true;
  return false;
}

function namedInput({ name, token, isPinned }: StepInput, names: Names): NamedInput {
  let resolved: InputName | null = null;
  return {
    name: () => {
      resolved ??= names.resolved(name);
      return resolved;
    },
    token,
    ...(isPinned === undefined ? {} : { isPinned }),
  };
}

/** What an answer turned on. Where every input has a name, another name may stand for the same bytes. */
export function openInputs(inputs: readonly StepInput[], found: Found): readonly OpenInput[] {
  if (found.isCutShort === true) return cutShort;
  if (found.isBy === "values") return ofBase;
  if (found.isBy === "image") return inputs[0]?.open === undefined ? [] : [inputs[0].open];
  const open = inputs.filter(({ token }) => !isSettled(token));
  const turnedOn = open.length === 0 && found.kind === "unknown" ? inputs : open;
  return turnedOn.flatMap((input) =>
    input.open === undefined || input.open.kind === "base" ? [] : input.open,
  );
}

const cutShort: readonly OpenInput[] = [{ kind: "failed-build" }];
const ofBase: readonly OpenInput[] = [{ kind: "variables", names: [] }];
