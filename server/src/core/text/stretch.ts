/**
 * Where two lists differ. What is kept of a long list is compared and taken over by whole stretches:
 * to look into each value at every key would cost more than all that the key changes.
 */
import { isSameList } from "./sameList.js";

/**
 * `[start, end)` of the one list stands where `[start, oldEnd)` of the other one stood; the values
 * before and behind are the very same.
 */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly oldEnd: number;
}

export function stretchOf(now: readonly unknown[], before: readonly unknown[]): Stretch {
  if (now === before) return { start: now.length, end: now.length, oldEnd: now.length };
  const most = Math.min(now.length, before.length);
  let start = 0;
  while (start < most && now[start] === before[start]) start++;
  let end = now.length;
  let oldEnd = before.length;
  while (end > start && oldEnd > start && now[end - 1] === before[oldEnd - 1]) {
    end--;
    oldEnd--;
  }
  return { start, end, oldEnd };
}

/** The old list with another stretch in it. */
export function spliced<T>(
  before: readonly T[],
  { start, oldEnd }: Pick<Stretch, "start" | "oldEnd">,
  between: readonly T[],
): readonly T[] {
  return before.slice(0, start).concat(between, before.slice(oldEnd));
}

/**
 * The places of the values that something is true of, in their order: the same list where they are.
 * @param before those of the old list
 */
export function movedPlaces<T>(
  now: readonly T[],
  { start, end, oldEnd }: Stretch,
  before: readonly number[],
  isMeant: (value: T, at: number) => boolean,
): readonly number[] {
  let above = 0;
  while ((before[above] ?? start) < start) above++;
  let below = above;
  while ((before[below] ?? oldEnd) < oldEnd) below++;
  const between: number[] = [];
  for (let at = start; at < end; at++) {
    const value = now[at];
    if (value !== undefined && isMeant(value, at)) between.push(at);
  }
  const shift = end - oldEnd;
  if (shift === 0 && isSameList(between, before.slice(above, below))) return before;
  const moved = shift === 0 ? before.slice(below) : before.slice(below).map((at) => at + shift);
  return before.slice(0, above).concat(between, moved);
}
