/** The order of what stands in the rows of a graph, and where it stands in them. */

/** A box, a label, or the slot of an edge that passes a row. */
export interface RowItem<I> {
  /** Pixels. */
  readonly width: number;
  readonly isPassing: boolean;
  /** Its neighbours in the rows above and below, by the edges. */
  readonly before: I[];
  readonly after: I[];
  /** The middle, in pixels. */
  x: number;
}

/** How often the rows are gone through, down and up. */
const sweeps = 6;

/** Orders each row by the middle of its neighbours, so that few edges cross. */
export function orderRows<I extends RowItem<I>>(rows: I[][]): void {
  let best = rows.map((row) => [...row]);
  let fewest = crossings(rows);
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    for (const row of rows) sortBy(row, rows, "before");
    for (const row of [...rows].reverse()) sortBy(row, rows, "after");
    const now = crossings(rows);
    if (now >= fewest) continue;
    fewest = now;
    best = rows.map((row) => [...row]);
  }
  for (const [at, row] of best.entries()) rows[at] = row;
}

/** Who has no neighbour on that side keeps its place. */
function sortBy<I extends RowItem<I>>(row: I[], rows: I[][], side: "before" | "after"): void {
  const places = placesIn(rows);
  const wanted = new Map(
    row.map((item) => [
      item,
      mean(item[side].map((other) => places.get(other) ?? 0)) ?? places.get(item) ?? 0,
    ]),
  );
  row.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
}

/** Of each item from 0 to 1: rows are of different lengths. */
function placesIn<I>(rows: readonly (readonly I[])[]): ReadonlyMap<I, number> {
  return new Map(
    rows.flatMap((row) => row.map((item, at) => [item, (at + 0.5) / row.length] as const)),
  );
}

function crossings<I extends RowItem<I>>(rows: readonly (readonly I[])[]): number {
  const places = placesIn(rows);
  let sum = 0;
  for (const row of rows) {
    const ends = row.flatMap(({ after }) =>
      after.map((item) => places.get(item) ?? 0).sort((a, b) => a - b),
    );
    for (const [at, end] of ends.entries())
      for (let other = at + 1; other < ends.length; other++) if ((ends[other] ?? 0) < end) sum++;
  }
  return sum;
}

function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Pixels between two boxes, and beside what only passes. */
const boxGap = 28;
const passingGap = 12;

/**
 * Puts what stands in rows that follow each other as near to its neighbours as its row allows. All
 * stays as wide as the widest row is when it is packed.
 */
export function placeRows<I extends RowItem<I>>(rows: readonly (readonly I[])[]): void {
  const here = new Set(rows.flat());
  const width = Math.max(0, ...rows.map((row) => widthOf(row)));
  const near = (item: I, side: "before" | "after") =>
    mean(item[side].flatMap((other) => (here.has(other) ? [other.x] : []))) ?? item.x;
  for (const row of rows) spread(row, width, () => 0);
  for (let sweep = 0; sweep < 2 * sweeps; sweep++) {
    for (const row of rows) spread(row, width, (item) => near(item, "before"));
    for (const row of [...rows].reverse()) spread(row, width, (item) => near(item, "after"));
  }
}

/**
 * The places nearest to the wanted ones that keep the order and the gaps: neighbours that would
 * overlap are joined to a block, which stands at the mean of what its items want.
 * @param width that the row has, half of it on each side of 0
 */
function spread<I extends RowItem<I>>(
  row: readonly I[],
  width: number,
  wanted: (item: I) => number,
): void {
  const blocks: Block[] = [];
  const offsets = offsetsIn(row);
  for (const [at, item] of row.entries()) {
    // Edges that pass are kept straight before boxes are.
    const weight = item.isPassing ? 4 : 1;
    let block: Block = { sum: weight * (wanted(item) - (offsets[at] ?? 0)), weight, size: 1 };
    for (let left = blocks.at(-1); left !== undefined; left = blocks.at(-1)) {
      if (left.sum / left.weight < block.sum / block.weight) break;
      blocks.pop();
      const sum = left.sum + block.sum;
      block = { sum, weight: left.weight + block.weight, size: left.size + block.size };
    }
    blocks.push(block);
  }
  const least = ((row[0]?.width ?? 0) - width) / 2;
  const most = least + width - widthOf(row, offsets);
  let at = 0;
  for (const { sum, weight, size } of blocks) {
    const start = Math.max(least, Math.min(most, sum / weight));
    for (const end = at + size; at < end; at++) {
      const item = row[at];
      if (item !== undefined) item.x = start + (offsets[at] ?? 0);
    }
  }
}

/** Items that touch: where the first would stand if none were before it. */
interface Block {
  readonly sum: number;
  readonly weight: number;
  /** How many they are. */
  readonly size: number;
}

function widthOf<I extends RowItem<I>>(row: readonly I[], offsets = offsetsIn(row)): number {
  const [first, last] = [row[0], row.at(-1)];
  if (first === undefined || last === undefined) return 0;
  return (first.width + last.width) / 2 + (offsets.at(-1) ?? 0);
}

/** Of the middle of each item from that of the first, where all stand as close as they may. */
function offsetsIn<I extends RowItem<I>>(row: readonly I[]): readonly number[] {
  let offset = 0;
  return row.map((item, at) => {
    const left = row[at - 1];
    if (left === undefined) return 0;
    const gap = left.isPassing || item.isPassing ? passingGap : boxGap;
    offset += (left.width + item.width) / 2 + gap;
    return offset;
  });
}
