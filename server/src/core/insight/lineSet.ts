/** Lines of a Dockerfile as a reader takes them in: the first stretches, and how many lines there are. */
import { listedAll, listedSome } from "../text/lists.js";
import { say } from "../text/say.js";

export interface LineSet {
  /** How many lines. */
  readonly count: number;
  /** First and last line of each stretch, from the top; at most `mostStretches`. */
  readonly stretches: readonly Stretch[];
}

export type Stretch = readonly [first: number, last: number];

/** So many a set holds: each of thousands of lines may name all that follow. */
export const mostStretches = 100;

/** So many a sentence names: nobody reads on. */
const mostNamed = 12;

/** @param lines each once, in any order */
export function lineSet(lines: readonly number[]): LineSet {
  const stretches: [number, number][] = [];
  for (const line of [...lines].sort((a, b) => a - b)) {
    const last = stretches.at(-1);
    if (last !== undefined && line === last[1] + 1) last[1] = line;
    else stretches.push([line, line]);
  }
  return { count: lines.length, stretches: stretches.slice(0, mostStretches) };
}

/** The first lines one by one, at most `most` of them. */
export function firstLines({ stretches }: LineSet, most: number): readonly number[] {
  const lines: number[] = [];
  for (const [first, last] of stretches) {
    for (let line = first; line <= last; line++) {
      if (lines.length === most) return lines;
      lines.push(line);
    }
  }
  return lines;
}

/** `lines 4, 5 and 9`; consecutive lines become `4–7`. */
export function lineList(lines: LineSet): string {
  return lines.count === 1 ? say`line ${lineNumbers(lines)}` : say`lines ${lineNumbers(lines)}`;
}

/** The same without the word in front. How many lines it leaves out is counted. */
export function lineNumbers({ count, stretches }: LineSet): string {
  const words: string[] = [];
  let named = 0;
  for (const [first, last] of stretches.slice(0, mostNamed)) {
    named += last - first + 1;
    if (last - first > 1) words.push(`${first}–${last}`);
    else words.push(...(first === last ? [`${first}`] : [`${first}`, `${last}`]));
  }
  return named < count ? listedSome(words, count - named) : listedAll(words);
}
