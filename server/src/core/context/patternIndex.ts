/** Which of very many patterns may match a path, without asking each. */
import { firstIndex } from "../text/firstIndex.js";

/** What a pattern is found by. */
export interface Indexed {
  /** Texts that each path that matches holds. */
  readonly pieces: readonly string[];
  /** What each path that matches begins with. */
  readonly start: string;
  /** False when the pattern matches nothing below this directory except through the directory itself. */
  readonly canMatchBelow: (directory: string) => boolean;
}

/** Of fewer patterns it is quicker to ask each. */
const few = 32;

/** Where a pattern stands in its list. */
type Place = number;

/** The places of the patterns that may match a path, in order; null: of so few each is asked. */
export function candidatesAmong(
  patterns: readonly Indexed[],
): ((path: string) => readonly Place[]) | null {
  if (patterns.length <= few) return null;
  const byPiece = new Map<string, Place[]>();
  const always: Place[] = [];
  const lengths = new Set<number>();
  for (const [place, { pieces }] of patterns.entries()) {
    const piece = rarestOf(pieces, byPiece);
    if (piece === "") always.push(place);
    else {
      lengths.add(piece.length);
      const sharing = byPiece.get(piece);
      if (sharing === undefined) byPiece.set(piece, [place]);
      else sharing.push(place);
    }
  }
  return (path) => {
    const found = new Set(always);
    for (const length of lengths) {
      for (let at = 0; at + length <= path.length; at++) {
        for (const place of byPiece.get(path.substring(at, at + length)) ?? none) found.add(place);
      }
    }
    return found.size === always.length ? always : [...found].sort(byNumber);
  };
}

const none: readonly Place[] = [];

/** Of few lengths: each place of a path is looked up with each of them. */
const pieceLengths = [8, 4, 2, 1] as const;

/** A part of a text that a path has to hold to match, one that few others go by; "": there is none. */
function rarestOf(
  pieces: readonly string[],
  byPiece: ReadonlyMap<string, readonly Place[]>,
): string {
  const longest = Math.max(0, ...pieces.map(({ length }) => length));
  const length = pieceLengths.find((one) => one <= longest) ?? 0;
  let best = "";
  let fewest = Number.POSITIVE_INFINITY;
  if (length === 0) return best;
  for (const piece of pieces) {
    // From the end: names differ there.
    for (let at = piece.length - length; at >= 0 && fewest > 0; at--) {
      const part = piece.slice(at, at + length);
      const count = byPiece.get(part)?.length ?? 0;
      if (count >= fewest) continue;
      best = part;
      fewest = count;
    }
  }
  return best;
}

/** Whether one of many patterns can match something below a directory, see `Indexed.canMatchBelow`. */
export function anyBelow(patterns: readonly Indexed[]): (directory: string) => boolean {
  const sorted = [...patterns].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const starts = sorted.map(({ start }) => start);
  const byStart = new Map<string, Indexed[]>();
  for (const pattern of sorted) {
    const sharing = byStart.get(pattern.start);
    if (sharing === undefined) byStart.set(pattern.start, [pattern]);
    else sharing.push(pattern);
  }
  const lengths = new Set([...byStart.keys()].map(({ length }) => length));
  return (directory) => {
    const below = `${directory}/`;
    // Most of those that begin below it can.
    for (let at = firstIndex(starts, (start) => start >= below); at < starts.length; at++) {
      if (starts[at]?.startsWith(below) !== true) break;
      if (sorted[at]?.canMatchBelow(directory) === true) return true;
    }
    for (const length of lengths) {
      const sharing = length < below.length ? byStart.get(below.slice(0, length)) : undefined;
      if (sharing?.some((pattern) => pattern.canMatchBelow(directory)) === true) return true;
    }
    return false;
  };
}

function byNumber(a: number, b: number): number {
  return a - b;
}
