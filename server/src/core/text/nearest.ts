/** Finds what a mistyped name was meant to be. */

/**
 * The known word that a word is a slip of: one letter more, less, another one or two changed places,
 * and from six letters on two such slips. null: none, or it is known itself.
 */
export function nearest(word: string, known: Iterable<string>): string | null {
  let best: { readonly name: string; readonly slips: number } | null = null;
  for (const name of known) {
    if (name === word) return null;
    const most = slipsOf(word, name);
    if (most === 0 || Math.abs(name.length - word.length) > most) continue;
    const slips = distance(word, name, most);
    if (slips <= most && (best === null || slips < best.slips)) best = { name, slips };
  }
  return best?.name ?? null;
}

/** How many slips may lie between two words: in short ones each letter tells words apart. */
function slipsOf(one: string, other: string): number {
  const length = Math.max(one.length, other.length);
  if (Math.min(one.length, other.length) < 2 || length > longestWord) return 0;
  return length < 6 ? 1 : 2;
}

/** No name that somebody types is longer; the work grows with the square of it. */
const longestWord = 60;

/** Damerau's distance (optimal string alignment), or something above `most`. */
function distance(one: string, other: string, most: number): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_none, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1];
      const [above, left, corner] = [last[j] ?? 0, row[j - 1] ?? 0, last[j - 1] ?? 0];
      let cost = Math.min(above + 1, left + 1, corner + (isSame ? 0 : 1));
      const isSwapped =
        i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (isSwapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return last[other.length] ?? most + 1;
}
