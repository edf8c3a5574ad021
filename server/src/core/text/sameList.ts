/** True where two lists hold the very same values in the same order. */
export function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  // Asked for thousands of lists at every keystroke.
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
