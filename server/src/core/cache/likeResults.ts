/**
 * Results that a step may turn out to be though something of it is called otherwise, where only a base image
 * can tell that nothing is known of: its definition, the image by another name, a step below it that may be none.
 */
import { nameText } from "./inputName.js";
import { aliasesOf, bucketsOn, fitOf, isExact, type NamedInput, rootsOf } from "./matches.js";
import type {
  Bucket,
  CacheRecord,
  Found,
  RecordGraph,
  RecordLayer,
  Reference,
} from "./recordGraph.js";

export interface LikeResults {
  /** null: too many to be told. */
  readonly records: ReadonlySet<CacheRecord> | null;
  /** What decides whether it is one of them: `image` is which image it stands on, `values` what that sets. */
  readonly by: "image" | "values";
}

/** Of records and places so many are looked at: thousands of lines may differ in what an image decides alone. */
const mostTried = 128;

/** @returns null: there are none */
export function likeResults(
  graphs: readonly RecordGraph[],
  definition: string,
  inputs: readonly NamedInput[],
): LikeResults | null {
  const [root, ...others] = inputs;
  if (root === undefined) return null;
  const itself = new Set([definition]);
  const own: Search = { found: new Set(), left: mostTried };
  const ofAliases: Search = { found: new Set(), left: mostTried };
  for (const layer of graphs.flatMap(({ layers }) => layers)) {
    const alike = layer.alike.to(definition);
    const all = [itself, ...alike];
    addOn(own, layer, alike, inputs);
    for (const below of overNothing(own, layer, root)) addOn(own, layer, all, [below, ...others]);
    addOnAliases(ofAliases, layer, all, inputs);
  }
  const by = own.found.size > 0 || own.left <= 0 ? "values" : "image";
  if (own.left <= 0 || ofAliases.left <= 0) return { records: null, by };
  if (own.found.size === 0 && ofAliases.found.size === 0) return null;
  return { records: new Set([...own.found, ...ofAliases.found]), by };
}

interface Search {
  readonly found: Set<CacheRecord>;
  /** So many records and places may be looked at yet. */
  left: number;
}

/** Sets of definitions, each of which a step may have. */
type Definitions = readonly ReadonlySet<string>[];

function addOn(
  search: Search,
  layer: RecordLayer,
  definitions: Definitions,
  inputs: readonly NamedInput[],
): void {
  for (const definition of thereOf(search, layer, definitions, inputs[0])) {
    const byRoot = layer.byDefinition.get(definition);
    if (byRoot === undefined) continue;
    const buckets = isExact(inputs[0]) ? bucketsOn(byRoot, inputs[0]) : byRoot.values();
    for (const bucket of buckets) if (!addFrom(search, layer, bucket, inputs)) return;
  }
}

/** Gives false where enough has been looked at. */
function addFrom(
  search: Search,
  layer: RecordLayer,
  bucket: Bucket,
  inputs: readonly NamedInput[],
): boolean {
  for (const record of bucket.results(layer)) {
    if (--search.left <= 0) return false;
    if (fitOf(record, inputs) !== "no") search.found.add(record);
  }
  return search.left > 0;
}

/** Those that stand on an input, or all: whichever are fewer are gone through. */
function* thereOf(
  search: Search,
  layer: RecordLayer,
  definitions: Definitions,
  root: NamedInput | undefined,
): Generator<string> {
  const count = definitions.reduce((sum, { size }) => sum + size, 0);
  if (count === 0) return;
  const on = isExact(root) ? rootsOf(root).map((one) => layer.definitionsOn(one)) : null;
  const isFewer = on !== null && on.reduce((sum, { size }) => sum + size, 0) < count;
  for (const group of isFewer ? on : definitions)
    for (const definition of group) {
      if (--search.left <= 0) return;
      if (!isFewer || definitions.some((meant) => meant.has(definition))) yield definition;
    }
}

/** On the image by other names that it had. */
function addOnAliases(
  search: Search,
  layer: RecordLayer,
  definitions: Definitions,
  [root, ...others]: readonly NamedInput[],
): void {
  const aliases = aliasesOf(layer, root);
  if (root === undefined || aliases.size === 0) return;
  const own = nameText(root.name());
  const inputsOn = (alias: Reference): readonly NamedInput[] => [
    { name: () => alias, token: root.token },
    ...others,
  ];
  const byRoot = onlyOf(layer, definitions);
  if (byRoot !== null && byRoot.size <= aliases.size) {
    for (const [text, bucket] of byRoot) {
      if (--search.left <= 0) return;
      const alias = typeof text === "string" && text !== own ? aliases.get(text) : undefined;
      if (alias !== undefined) addFrom(search, layer, bucket, inputsOn(alias));
    }
    return;
  }
  for (const [text, alias] of aliases) {
    if (--search.left <= 0) return;
    if (text !== own) addOn(search, layer, definitions, inputsOn(alias));
  }
}

/** What is of the one definition that there is; null: there are more. */
function onlyOf(
  { byDefinition }: RecordLayer,
  definitions: Definitions,
): ReadonlyMap<Found, Bucket> | null {
  const [only, another] = definitions;
  if (only?.size !== 1 || another !== undefined) return null;
  const [definition = ""] = only;
  return byDefinition.get(definition) ?? nothing;
}

const nothing: ReadonlyMap<Found, Bucket> = new Map();

/** What steps have left on it that may be none: then it is what those left. */
function overNothing(search: Search, layer: RecordLayer, root: NamedInput): NamedInput[] {
  if (layer.alike.perhapsNothing.size === 0 || !isExact(root)) return [];
  const there = thereOf(search, layer, [layer.alike.perhapsNothing], root);
  return [...there].flatMap((definition): NamedInput[] => {
    const byRoot = layer.byDefinition.get(definition);
    if (byRoot === undefined) return [];
    const records = bucketsOn(byRoot, root).flatMap((bucket) => bucket.records);
    if (records.length === 0) return [];
    search.left -= records.length;
    return [
      { name: root.name, token: { kind: "records", records: new Set(records), isSure: false } },
    ];
  });
}
