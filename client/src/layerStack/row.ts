/** The rows of the layer tree: the server's nodes with the way back to their parents. */
import type { LayerNode } from "../../../server/src/protocol.js";

export interface Row {
  /** Of the Dockerfile that the row belongs to. */
  readonly uri: string;
  readonly node: LayerNode;
  readonly parent: Row | undefined;
  /** undefined: not asked for yet. */
  children: readonly Row[] | undefined;
}

/** @param parent undefined for roots */
export function toRows(uri: string, nodes: readonly LayerNode[], parent?: Row): readonly Row[] {
  return nodes.map((node) => {
    const row: Row = { uri, node, parent, children: undefined };
    if (node.children === null) row.children = [];
    else if (node.children !== "lazy") row.children = toRows(uri, node.children, row);
    return row;
  });
}

/**
 * The row of what was chosen for Simulate Build, above all others.
 * @param words empty: there is none
 * @param said what a screen reader says of it
 */
export function choiceRows(uri: string, words: string, said: string): readonly Row[] {
  if (words === "") return [];
  return toRows(uri, [
    {
      ...{ id: "choice", kind: "choice", label: words, description: "", tooltip: "" },
      ...{ accessibilityLabel: said, prediction: null, line: null, children: null },
      expanded: false,
    },
  ]);
}

/** Every row that is there without asking the server, from top to bottom. */
export function* allRows(rows: readonly Row[]): Generator<Row> {
  for (const row of rows) {
    yield row;
    yield* allRows(row.children ?? []);
  }
}

/**
 * The row that stands for a line: of those that lead to the nearest line at or above it, the one
 * nearest to a layer.
 * @param line from 1
 */
export function rowOfLine(rows: readonly Row[], line: number): Row | undefined {
  let best: Row | undefined;
  for (const row of allRows(rows)) {
    if (!(row.node.kind in closeness) || row.node.line === null || row.node.line > line) continue;
    if (best === undefined || isCloser(row.node, best.node)) best = row;
  }
  return best;
}

/** Kinds of rows that stand for instructions; a FROM has both a stage and a base, and means the base. */
const closeness: Partial<Record<LayerNode["kind"], number>> = {
  layer: 3,
  base: 3,
  metadata: 2,
  stage: 1,
};

function isCloser(one: LayerNode, other: LayerNode): boolean {
  const lines = (one.line ?? 0) - (other.line ?? 0);
  return lines > 0 || (lines === 0 && (closeness[one.kind] ?? 0) > (closeness[other.kind] ?? 0));
}
