/**
 * Sets of ranks that are made by the thousand, each of others: a list of stretches, the lowest first,
 * whose end is shared with the sets that it was made of. Never changed. null: empty.
 */
export type RankSet = Cell | null;

interface Cell {
  readonly first: number;
  readonly last: number;
  /** Of ranks, from here on. */
  readonly count: number;
  /** Begins at least two above `last`. */
  readonly next: RankSet;
}

export function rankSet(rank: number): RankSet {
  return { first: rank, last: rank, count: 1, next: null };
}

export function sizeOf(set: RankSet): number {
  return set?.count ?? 0;
}

/** Costs the stretches up to where both go on alike. The same object where the other adds nothing. */
export function union(one: RankSet, other: RankSet): RankSet {
  let [a, b] = [one, other];
  const heads: [first: number, last: number][] = [];
  while (a !== null && b !== null && a !== b) {
    const { first, last }: Cell = a.first <= b.first ? a : b;
    const before = heads.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else heads.push([first, last]);
    if (a.first <= b.first) a = a.next;
    else b = b.next;
  }
  let set = a ?? b;
  for (const [first, last] of heads.reverse()) set = withStretch(first, last, set);
  if (sizeOf(set) === sizeOf(one)) return one;
  return sizeOf(set) === sizeOf(other) ? other : set;
}

/** @param set begins at `first` or above */
function withStretch(first: number, last: number, set: RankSet): Cell {
  let end = last;
  let next = set;
  while (next !== null && next.first <= end + 1) {
    end = Math.max(end, next.last);
    next = next.next;
  }
  return { first, last: end, count: end - first + 1 + sizeOf(next), next };
}

/** The stretches of `set` without what is in `other`, the lowest first. */
export function* stretchesWithout(
  set: RankSet,
  other: RankSet,
): Generator<readonly [first: number, last: number]> {
  let less = other;
  for (let cell = set; cell !== null; cell = cell.next) {
    let from = cell.first;
    while (less !== null && less.first <= cell.last) {
      if (less.first > from) yield [from, less.first - 1];
      from = Math.max(from, less.last + 1);
      if (less.last > cell.last) break;
      less = less.next;
    }
    if (from <= cell.last) yield [from, cell.last];
  }
}
