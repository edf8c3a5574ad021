/**
 * Texts of YAML and JSON as the host's parsers give them: plain values with their places. Anchors are
 * followed, keys merged; nothing of it is trusted to have the right type.
 */

export type DataNode = DataMap | DataList | DataScalar;

interface Placed {
  /** Offset of its first character. */
  readonly start: number;
  readonly end: number;
  /** A YAML tag such as `!reset`; empty: none. */
  readonly tag: string;
}

export interface DataMap extends Placed {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, DataEntry>;
}

export interface DataEntry {
  /** Where the key starts. */
  readonly start: number;
  readonly value: DataNode;
}

export interface DataList extends Placed {
  readonly kind: "list";
  readonly items: readonly DataNode[];
}

export interface DataScalar extends Placed {
  readonly kind: "scalar";
  /** null: nothing is there, or `null`. Numbers and booleans as they are written. */
  readonly text: string | null;
}

/** A text that was parsed. */
export interface DataFile {
  readonly path: string;
  readonly text: string;
  readonly root: DataNode;
}

/** What is at these keys, one inside the other; null: nothing. */
export function at(node: DataNode | null, ...keys: readonly string[]): DataNode | null {
  let found = node;
  for (const key of keys)
    found = found?.kind === "map" ? (found.entries.get(key)?.value ?? null) : null;
  return found;
}

/** The text of a scalar; null: it is none, or has none. */
export function textOf(node: DataNode | null): string | null {
  return node?.kind === "scalar" ? node.text : null;
}

/** The entries of a map; of anything else none. */
export function entriesOf(node: DataNode | null): readonly (readonly [string, DataEntry])[] {
  return node?.kind === "map" ? [...node.entries] : [];
}

export function itemsOf(node: DataNode | null): readonly DataNode[] {
  return node?.kind === "list" ? node.items : [];
}

/** The texts of a list, of lines, or of one scalar. */
export function textsOf(node: DataNode | null): readonly string[] {
  if (node?.kind === "list") return node.items.flatMap((item) => textOf(item) ?? []);
  const text = textOf(node);
  return text === null ? [] : [text];
}

/** The line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < offset; i = text.indexOf("\n", i + 1)) line++;
  return line;
}
