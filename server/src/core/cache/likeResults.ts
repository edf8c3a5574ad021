/**
 * Results that a step may turn out to be though something of it is called otherwise, where only a base image
 * can tell that nothing is known of: its definition, the image by another name, a step below it that may be none.
 */
import { type InputName, isAliasOf } from "./inputName.js";
import { bucketsOn, fitOf, isExact, type NamedInput } from "./matches.js";
import type { CacheRecord, RecordGraph, RecordLayer } from "./recordGraph.js";

export interface LikeResults {
  readonly records: ReadonlySet<CacheRecord>;
  /** What decides whether it is one of them: `image` is which image it stands on, `values` what that sets. */
  readonly by: "image" | "values";
}

/** @returns null: there are none */
export function likeResults(
  graphs: readonly RecordGraph[],
  definition: string,
  inputs: readonly NamedInput[],
): LikeResults | null {
  const [root, ...others] = inputs;
  if (root === undefined) return null;
  const own = new Set<CacheRecord>();
  const ofAliases = new Set<CacheRecord>();
  for (const layer of graphs.flatMap(({ layers }) => layers)) {
    const alike = layer.alike.to(definition);
    add(own, layer, alike, inputs);
    const definitions = [definition, ...alike];
    for (const below of overNothing(layer, root)) add(own, layer, definitions, [below, ...others]);
    for (const alias of aliasesIn(layer, root))
      add(ofAliases, layer, definitions, [alias, ...others]);
  }
  if (own.size === 0 && ofAliases.size === 0) return null;
  return { records: new Set([...own, ...ofAliases]), by: own.size > 0 ? "values" : "image" };
}

function add(
  found: Set<CacheRecord>,
  layer: RecordLayer,
  definitions: readonly string[],
  inputs: readonly NamedInput[],
): void {
  for (const definition of definitions) {
    const byRoot = layer.byDefinition.get(definition);
    if (byRoot === undefined) continue;
    const buckets = isExact(inputs[0]) ? bucketsOn(byRoot, inputs[0]) : byRoot.values();
    for (const bucket of buckets)
      for (const record of bucket.results(layer))
        if (fitOf(record, inputs) !== "no") found.add(record);
  }
}

/** The image by other names that it had. */
function aliasesIn({ references }: RecordLayer, input: NamedInput): NamedInput[] {
  const { token } = input;
  if (token.kind !== "known" || references.length === 0) return [];
  const name = input.name();
  if (name.kind !== "reference") return [];
  const isAlias = (other: InputName): boolean => isAliasOf(name, other);
  return references.filter(isAlias).map((other) => ({ name: () => other, token }));
}

/** What steps have left on it that may be none: then it is what those left. */
function overNothing(layer: RecordLayer, root: NamedInput): NamedInput[] {
  return layer.alike.perhapsNothing.flatMap((definition): NamedInput[] => {
    const byRoot = layer.byDefinition.get(definition);
    if (byRoot === undefined || !isExact(root)) return [];
    const records = bucketsOn(byRoot, root).flatMap((bucket) => bucket.records);
    if (records.length === 0) return [];
    return [
      { name: root.name, token: { kind: "records", records: new Set(records), isSure: false } },
    ];
  });
}
