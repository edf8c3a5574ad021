/** Lists that may be longer than a call takes arguments: `f(...list)` throws from some 100,000 on. */

/** The largest of the numbers, and at least `least`. */
export function largest(numbers: Iterable<number>, least: number): number {
  let most = least;
  for (const number of numbers) most = Math.max(most, number);
  return most;
}

/** The smallest of the numbers; of none it is infinite. */
export function smallest(numbers: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const number of numbers) least = Math.min(least, number);
  return least;
}

/** Appends them one by one. */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const one of more) list.push(one);
}
