/** The records that a step could turn out to be, by what is known of its inputs before the build. */

import {
  type InputName,
  isSameName,
  lastNameOf,
  mayBeEqual,
  mayEqualOthers,
  nameText,
} from "./inputName.js";
import type {
  Bucket,
  CacheRecord,
  Found,
  RecordedInput,
  RecordGraph,
  RecordLayer,
  Reference,
  Result,
} from "./recordGraph.js";

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
      /** Of one that is sure: records of which it may be the result too. Absent: there are none. */
      readonly twins?: ReadonlySet<CacheRecord>;
    }
  | { readonly kind: "any" };

/** What runs anew has a result that no record knows. One value: what stands on it is the same too. */
export const unrecorded: Token = { kind: "records", records: new Set(), isSure: true };

export function isSameToken(one: Token, other: Token): boolean {
  if (one.kind !== "records" || other.kind !== "records") return one.kind === other.kind;
  return (
    one.isSure === other.isSure &&
    isSameSet(one.records, other.records) &&
    isSameSet(one.twins ?? nothing, other.twins ?? nothing)
  );
}

function isSameSet(one: ReadonlySet<CacheRecord>, other: ReadonlySet<CacheRecord>): boolean {
  return (
    one === other || (one.size === other.size && [...one].every((record) => other.has(record)))
  );
}

/** An input by the name that it has once everything has been built, and what is known of it now. */
export interface NamedInput {
  /** Asked for where nothing else tells: with it the names of all steps below are made. */
  readonly name: () => InputName;
  readonly token: Token;
  /** Content of a known checksum: a download of before, of which none is known, may have been it. */
  readonly isPinned?: true;
}

export interface SureMatch {
  readonly record: CacheRecord;
  readonly result: Result;
}

/** The records that a step of these inputs is for certain, whatever else comes out of the build. */
export function sureMatches(
  { layers }: RecordGraph,
  definition: string,
  inputs: readonly NamedInput[],
): readonly SureMatch[] {
  if (!inputs.every(({ token }) => isSettled(token))) return [];
  const matches: SureMatch[] = [];
  for (const { byDefinition, records } of layers) {
    for (const bucket of bucketsOn(byDefinition.get(definition) ?? none, inputs[0])) {
      for (const record of withSecond(bucket, inputs[1])) {
        if (fitOf(record, inputs) !== "yes") continue;
        matches.push({ record, result: records.get(record) ?? "gone" });
      }
    }
  }
  return matches;
}

/** Of records that a step may turn out to be so many are told: one line could have thousands. */
export const mostPossible = 2_000;

/**
 * Those that have a result, or may have one, and that it may be: it turns on what an input comes out as.
 * @param most so many are told
 * @returns null: more
 */
export function possibleResults(
  graphs: readonly RecordGraph[],
  definition: string,
  inputs: readonly NamedInput[],
  most: number,
): ReadonlySet<CacheRecord> | null {
  const found: ReadonlySet<CacheRecord>[] = [];
  let tried = 0;
  for (const layer of graphs.flatMap(({ layers }) => layers)) {
    const byRoot = layer.byDefinition.get(definition) ?? none;
    const buckets = isExact(inputs[0]) ? bucketsOn(byRoot, inputs[0]) : byRoot.values();
    for (const bucket of buckets) {
      const results = possibleIn(bucket, layer, inputs);
      if (results.size > 0) found.push(results);
      // One set is shared, however large it is.
      tried += results.size + 1;
      if (tried > most && found.length > 1) return null;
    }
  }
  const [only = nothing, another] = found;
  return another === undefined ? only : new Set(found.flatMap((results) => [...results]));
}

/**
 * Results of which the one that is found may be another name: a build that made files nobody knew came to
 * the same bytes, or to others.
 */
export function twinsOf(
  graphs: readonly RecordGraph[],
  definition: string,
  inputs: readonly NamedInput[],
): ReadonlySet<CacheRecord> {
  const mayHaveSome = inputs.some((input, at) =>
    input.token.kind === "records"
      ? input.token.twins !== undefined
      : at > 0 && mayEqualOthers(input.name()),
  );
  if (!mayHaveSome) return nothing;
  return possibleResults(graphs, definition, inputs, Number.POSITIVE_INFINITY) ?? nothing;
}

const none: ReadonlyMap<Found, Bucket> = new Map();
const nothing: ReadonlySet<CacheRecord> = new Set();

function possibleIn(
  bucket: Bucket,
  layer: RecordLayer,
  inputs: readonly NamedInput[],
): ReadonlySet<CacheRecord> {
  const results = bucket.results(layer);
  const [root, ...others] = inputs;
  // Of the others nothing is known: one set for all that stand there, however many that are.
  const areAllPossible =
    root !== undefined &&
    (isExact(root) || root.token.kind === "any") &&
    others.every(({ token }) => token.kind === "any") &&
    !inputs.every(({ token }) => isSettled(token)) &&
    bucket.hasOnly(inputs.length);
  if (areAllPossible) return results;
  const alike = possibleByKind(bucket, layer, inputs);
  if (alike !== null) return alike;
  return new Set([...results].filter((record) => fitOf(record, inputs) === "maybe"));
}

/**
 * The same where but one input is open, and that by its kind alone: one set for all such, with those
 * that it is for certain. null: more decides.
 */
function possibleByKind(
  bucket: Bucket,
  layer: RecordLayer,
  [root, input, ...others]: readonly NamedInput[],
): ReadonlySet<CacheRecord> | null {
  const isOne = input !== undefined && others.length === 0 && isExact(root) && bucket.hasOnly(2);
  if (!isOne || input.isPinned === true || input.token.kind !== "known") return null;
  const name = input.name();
  // Of a root that may be one of several not all that stands there fits for certain.
  if (root?.token.kind === "records" && root.token.twins !== undefined) return null;
  if (name.kind !== "partial" || bucket.isOverOther(name)) return null;
  return bucket.openSeconds(layer);
}

/** True where the index of the records finds all that the input could be. */
export function isExact(input: NamedInput | undefined): boolean {
  if (input === undefined || input.token.kind === "records") return true;
  return input.token.kind === "known" && input.isPinned !== true && !mayEqualOthers(input.name());
}

/** What stands on an exact input is found by these. */
export function rootsOf(root: NamedInput | undefined): readonly Found[] {
  if (root === undefined) return [null];
  if (root.token.kind !== "records") return [nameText(root.name())];
  return [...root.token.records, ...(root.token.twins ?? nothing)];
}

/** The image that an input is, of which nothing is known, by the names that it may have too; empty: it is none. */
export function aliasesOf(
  { references }: Pick<RecordLayer, "references">,
  root: NamedInput | undefined,
): ReadonlyMap<string, Reference> {
  if (root?.token.kind !== "known" || references.size === 0) return noAliases;
  const name = root.name();
  return (name.kind === "reference" ? references.get(lastNameOf(name.name)) : null) ?? noAliases;
}

const noAliases: ReadonlyMap<string, Reference> = new Map();

/** The records that stand on an input, as far as that is known. */
export function bucketsOn(
  byRoot: ReadonlyMap<Found, Bucket>,
  root: NamedInput | undefined,
): readonly Bucket[] {
  if (root?.token.kind !== "records") {
    const bucket = byRoot.get(root === undefined ? null : nameText(root.name()));
    return bucket === undefined ? [] : [bucket];
  }
  const { records, twins = nothing } = root.token;
  // Whichever are fewer are gone through.
  if (records.size + twins.size <= byRoot.size)
    return [...new Set([...records, ...twins])].flatMap((record) => byRoot.get(record) ?? []);
  return [...byRoot].flatMap(([one, bucket]) => {
    const isMeant = typeof one === "object" && one !== null && (records.has(one) || twins.has(one));
    return isMeant ? [bucket] : [];
  });
}

function withSecond(bucket: Bucket, input: NamedInput | undefined): Iterable<CacheRecord> {
  if (input === undefined) return bucket.withSecond(null);
  const { token } = input;
  if (token.kind !== "records") return bucket.withSecond(nameText(input.name()));
  return new Set([...token.records].flatMap((record) => bucket.withSecond(record)));
}

export function isSettled(token: Token): boolean {
  return token.kind === "known" || (token.kind === "records" && token.isSure);
}

type Fit = "yes" | "maybe" | "no";

export function fitOf(record: CacheRecord, inputs: readonly NamedInput[]): Fit {
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

function fitOfOne(input: NamedInput, recorded: RecordedInput): Fit {
  const { token, isPinned } = input;
  if (token.kind === "any") return "maybe";
  if (token.kind === "records") {
    if (recorded.kind !== "record") return "no";
    if (token.records.has(recorded.record)) return token.isSure ? "yes" : "maybe";
    return token.twins?.has(recorded.record) === true ? "maybe" : "no";
  }
  if (recorded.kind === "record") return "no";
  const name = input.name();
  if (isSameName(name, recorded.name)) return "yes";
  if (isPinned !== true) return mayBeEqual(name, recorded.name) ? "maybe" : "no";
  const mayBeIt =
    recorded.name.kind === "address" || (name.kind === "git" && recorded.name.kind === "git");
  return mayBeIt ? "maybe" : "no";
}
