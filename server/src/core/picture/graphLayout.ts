/**
 * Places the boxes of an acyclic graph: in rows, what is needed above what needs it. A picture that
 * would be a tall strip is broken into columns, which are read like those of a newspaper. In the manner
 * of Sugiyama: each box gets a rank, each edge a slot in every row on its way, one of them for its
 * label; rows are ordered by their neighbours, then places are found. The same graph is always placed
 * the same way.
 */
import { orderRows, placeRows, type RowItem } from "./graphRows.js";

/** Pixels. */
export interface LayoutNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
  /** Edges of one kind that leave or reach a box together go one way. */
  readonly kind: string;
  /** Of its label. */
  readonly width: number;
  readonly height: number;
}

export interface LayoutPoint {
  readonly x: number;
  readonly y: number;
}

/** Places in pixels from the top left corner, in the order of what was asked. */
export interface PlacedGraph {
  readonly width: number;
  readonly height: number;
  /** The top left corner of each box. */
  readonly nodes: readonly LayoutPoint[];
  readonly edges: readonly PlacedEdge[];
}

export interface PlacedEdge {
  /** From box to box. */
  readonly points: readonly LayoutPoint[];
  /** The middle of the label. */
  readonly label: LayoutPoint;
}

/** Pixels around all. */
const margin = 8;
/** Pixels above and below a label. */
const labelGap = 12;
/** Pixels that a picture should not exceed, where columns can help. */
const tallest = 640;
/** Boxes beside each other, at least and at most. */
const leastInRow = 2;
const mostInRow = 4;
/** Pixels between edges that run beside each other from column to column, and between columns. */
const lane = 9;
const gutter = 28;

/**
 * @param nodes in an order in which every edge leads on; `edges` between two of them, each pair once
 * @param room pixels that the picture should not be wider than
 */
export function layoutGraph(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  room: number,
): PlacedGraph {
  const graph = inRows(nodes, edges, room);
  orderRows(graph.rows);
  const placed = placeColumns(columnsOf(graph.rows, room));
  return {
    width: placed.width,
    height: placed.height,
    nodes: graph.boxes.map((box) => ({ x: box.x - box.width / 2, y: box.y - box.height / 2 })),
    edges: edgesOf(graph, placed),
  };
}

interface Item extends RowItem<Item> {
  readonly height: number;
  readonly row: number;
  /** The middle. */
  y: number;
}

interface InRows {
  /** Boxes stand in every second one, labels between. */
  readonly rows: Item[][];
  readonly boxes: readonly Item[];
  /** What each edge goes through, from box to box. */
  readonly paths: readonly (readonly Item[])[];
  /** The label of each edge. */
  readonly labels: readonly (Item | undefined)[];
}

function inRows(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], room: number): InRows {
  const ranks = ranksOf(nodes, edges, inRowOf(nodes, room));
  const rows: Item[][] = [];
  const add = (row: number, width: number, height: number, isPassing: boolean): Item => {
    const item: Item = { row, width, height, isPassing, before: [], after: [], x: 0, y: 0 };
    while (rows.length <= row) rows.push([]);
    rows[row]?.push(item);
    return item;
  };
  const ids = new Map(nodes.map(({ id }, at) => [id, at]));
  const boxes = nodes.map(({ width, height }, at) =>
    add(2 * (ranks[at] ?? 0), width, height, false),
  );
  const ends = edges.map(({ from, to }) => [boxes[ids.get(from) ?? -1], boxes[ids.get(to) ?? -1]]);
  const [leaving, coming] = [countsOf(edges, "from"), countsOf(edges, "to")];
  const labels: (Item | undefined)[] = [];
  const passing = new Map<string, Item>();
  const passingAt = (row: number, together: string): Item => {
    const name = `${row} ${together}`;
    const item = passing.get(name) ?? add(row, 0, 0, true);
    passing.set(name, item);
    return item;
  };
  const paths = edges.map(({ from, to, kind, width, height }, at) => {
    const [start, end] = ends[at] ?? [];
    if (start === undefined || end === undefined) return [];
    // At the end where fewer edges meet there is room.
    const isAtStart = (leaving.get(from) ?? 0) <= (coming.get(to) ?? 0);
    const labelRow = isAtStart ? start.row + 1 : end.row - 1;
    const together = `${kind} ${isAtStart ? `to ${to}` : `from ${from}`}`;
    const path = [start];
    for (let row = start.row + 1; row < end.row; row++) {
      const slot = row === labelRow ? add(row, width, height, false) : passingAt(row, together);
      if (row === labelRow) labels[at] = slot;
      path.push(slot);
    }
    path.push(end);
    for (const [step, item] of path.entries()) {
      const next = path[step + 1];
      if (next === undefined || item.after.includes(next)) continue;
      item.after.push(next);
      next.before.push(item);
    }
    return path;
  });
  return { rows, boxes, paths, labels };
}

function countsOf(edges: readonly LayoutEdge[], end: "from" | "to"): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const edge of edges) counts.set(edge[end], (counts.get(edge[end]) ?? 0) + 1);
  return counts;
}

/** How many boxes stand beside each other, with some room for edges that pass them. */
function inRowOf(nodes: readonly LayoutNode[], room: number): number {
  const width = Math.max(1, ...nodes.map((node) => node.width));
  const fitting = Math.floor((room - passingRoom) / (width + gutter));
  return Math.min(mostInRow, Math.max(leastInRow, fitting));
}

/** Pixels. */
const passingRoom = 60;

/** From 0 at the top: each box as close as it can be above what needs it, and so many in a row at most. */
function ranksOf(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  inRow: number,
): readonly number[] {
  const fromBottom = new Map<string, number>();
  const least = new Map<string, number>();
  const inRank: number[] = [];
  const into = new Map<string, string[]>();
  for (const { from, to } of edges) into.set(to, [...(into.get(to) ?? []), from]);
  for (const { id } of [...nodes].reverse()) {
    let rank = least.get(id) ?? 0;
    while ((inRank[rank] ?? 0) >= inRow) rank++;
    inRank[rank] = (inRank[rank] ?? 0) + 1;
    fromBottom.set(id, rank);
    for (const from of into.get(id) ?? [])
      least.set(from, Math.max(least.get(from) ?? 0, rank + 1));
  }
  return nodes.map(({ id }) => inRank.length - 1 - (fromBottom.get(id) ?? 0));
}

interface Column {
  /** The last one may hold labels of edges that go on in the next column. */
  readonly rows: readonly (readonly Item[])[];
  readonly left: number;
  readonly width: number;
  readonly height: number;
  /** What edges to the next column leave this one by, and what they come to; the right one first. */
  readonly goingOn: readonly (readonly [Item, Item])[];
}

/** As few columns as make the picture low enough, as long as they fit beside each other. */
function columnsOf(rows: readonly Item[][], room: number): readonly Column[] {
  const ranks = Math.ceil(rows.length / 2);
  let chosen = 1;
  for (let count = 1; count <= ranks; count++) {
    const columns = broken(rows, count);
    if (columns.reduce((sum, column) => sum + column.width + gutterOf(column), 0) > room) break;
    chosen = count;
    if (Math.max(...columns.map(({ height }) => height)) <= tallest) break;
  }
  return broken(rows, chosen);
}

function broken(rows: readonly Item[][], count: number): readonly Column[] {
  const each = 2 * Math.ceil(Math.ceil(rows.length / 2) / count);
  const columns: Column[] = [];
  for (let at = 0; at < rows.length; at += each) columns.push(columnOf(rows.slice(at, at + each)));
  return columns;
}

function columnOf(rows: readonly (readonly Item[])[]): Column {
  placeRows(rows);
  const here = new Set(rows.flat());
  const left = Math.min(...[...here].map(({ x, width }) => x - width / 2));
  const right = Math.max(...[...here].map(({ x, width }) => x + width / 2));
  const goingOn = (rows.at(-1) ?? []).flatMap((item) =>
    item.after.flatMap((next) => (here.has(next) ? [] : [[item, next] as const])),
  );
  return {
    rows,
    left,
    width: right - left,
    height: rows.reduce((sum, row) => sum + heightOf(row), 0),
    goingOn: goingOn.sort(([a], [b]) => b.x - a.x),
  };
}

function heightOf(row: readonly Item[]): number {
  const highest = Math.max(0, ...row.map(({ height }) => height));
  return row.some(isBetween) ? highest + 2 * labelGap : highest;
}

/** True for what stands in a row of labels. */
function isBetween({ row }: Item): boolean {
  return row % 2 === 1;
}

function gutterOf({ goingOn }: Column): number {
  return gutter + lane * goingOn.length;
}

/** Where an edge goes from one column to the next: down, over, up and over. */
interface Bend {
  readonly below: number;
  readonly between: number;
  readonly above: number;
  /** Where it comes to a box; a slot has its own place. */
  readonly end: number;
}

interface PlacedColumns {
  readonly width: number;
  readonly height: number;
  /** By the slot that the edge leaves a column by. */
  readonly bends: ReadonlyMap<Item, Bend>;
  readonly rows: ReadonlyMap<number, { readonly top: number; readonly bottom: number }>;
}

/** Puts the columns beside each other, and gives all their items their places in the picture. */
function placeColumns(columns: readonly Column[]): PlacedColumns {
  const lanes = Math.max(0, ...columns.map(({ goingOn }) => goingOn.length));
  const start = margin + lane * lanes;
  const rows = new Map<number, { top: number; bottom: number }>();
  let left = margin;
  let height = 0;
  for (const column of columns) {
    let top = start;
    for (const row of column.rows) {
      const bottom = top + heightOf(row);
      for (const item of row) {
        item.x += left - column.left;
        item.y = (top + bottom) / 2;
        rows.set(item.row, { top, bottom });
      }
      top = bottom;
    }
    height = Math.max(height, top + lane * column.goingOn.length);
    left += column.width + gutterOf(column);
  }
  const last = columns.at(-1);
  const width = left - (last === undefined ? 0 : gutterOf(last)) + margin;
  return { width, height: height + margin, bends: bendsOf(columns, start), rows };
}

/** Nested, so that edges that leave a column together do not cross: the right one turns first. */
function bendsOf(columns: readonly Column[], top: number): ReadonlyMap<Item, Bend> {
  const bends = new Map<Item, Bend>();
  let right = margin;
  for (const { goingOn, width, height } of columns) {
    right += width;
    for (const [at, [slot, next]] of goingOn.entries()) {
      const others = goingOn.length - at - 1;
      bends.set(slot, {
        below: top + height + lane * at,
        between: right + gutter / 2 + lane * at,
        above: top - lane * (others + 1),
        end: Math.min(next.x, next.x - next.width / 2 + lane * (others + 2)),
      });
    }
    right += gutter + lane * goingOn.length;
  }
  return bends;
}

function edgesOf({ paths, labels }: InRows, placed: PlacedColumns): readonly PlacedEdge[] {
  return paths.map((path, at) => {
    const { x = 0, y = 0 } = labels[at] ?? {};
    return { points: pointsOf(path, placed), label: { x, y } };
  });
}

function pointsOf(path: readonly Item[], { bends, rows }: PlacedColumns): readonly LayoutPoint[] {
  return path.flatMap((item, at): readonly LayoutPoint[] => {
    const [before, after] = [path[at - 1], path[at + 1]];
    const row = rows.get(item.row) ?? { top: item.y, bottom: item.y };
    const bend = bends.get(item);
    const come = before === undefined ? undefined : bends.get(before);
    if (after === undefined) {
      const x = come?.end ?? port(item, before ?? item);
      return [{ x, y: item.y - item.height / 2 }];
    }
    if (before === undefined) return [{ x: port(item, after), y: item.y + item.height / 2 }];
    const { x } = item;
    if (bend !== undefined)
      return [
        { x, y: row.top + labelGap },
        { x, y: bend.below },
        { x: bend.between, y: bend.below },
        { x: bend.between, y: bend.above },
        { x: after.isPassing ? after.x : bend.end, y: bend.above },
      ];
    return isBetween(item)
      ? [{ x, y: item.y }]
      : [
          { x, y: row.top },
          { x, y: row.bottom },
        ];
  });
}

/** Pixels that an edge keeps from the corner of a box. */
const corner = 14;

/** Where an edge meets a box: right across from where it goes, as far as the box reaches. */
function port({ x, width }: Item, to: Item): number {
  const reach = width / 2 - corner;
  return x + Math.max(-reach, Math.min(reach, to.x - x));
}
