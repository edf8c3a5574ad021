/** Two folders side by side, part by part: what both share is seen at once. */
import { compareBytes } from "../text/paths.js";
import type { Part, TreeNode } from "./fileTree.js";
import { endsPart } from "./folder.js";

/** Parts of two folders that hold the same range of names. */
export interface AlignedParts {
  readonly a: readonly Part[];
  readonly b: readonly Part[];
}

/**
 * Puts the parts of two folders side by side, as few together as their ends allow: most often one
 * and one. Parts that both share come as the same object.
 */
export function* alignedParts(
  a: readonly Part[],
  b: readonly Part[],
): Generator<AlignedParts, void, undefined> {
  let atA = 0;
  let atB = 0;
  while (atA < a.length || atB < b.length) {
    const fromA = atA;
    const fromB = atB;
    let endA = endOf(a, atA++);
    let endB = endOf(b, atB++);
    // An end that both have; the last part of a folder has none.
    while (endA !== endB) {
      if (endB === null || (endA !== null && compareBytes(endA, endB) < 0)) endA = endOf(a, atA++);
      else endB = endOf(b, atB++);
    }
    yield { a: a.slice(fromA, atA), b: b.slice(fromB, atB) };
  }
}

/** The name that ends a part; null: it goes to the end of its folder. */
function endOf(parts: readonly Part[], at: number): string | null {
  const last = at < parts.length ? parts[at]?.at(-1)?.name : undefined;
  return last !== undefined && endsPart(last) ? last : null;
}

/** The entries of two folders by their names, in order; null: the folder has none of that name. */
export function* pairs(
  a: readonly Part[],
  b: readonly Part[],
): Generator<readonly [TreeNode | null, TreeNode | null], void, undefined> {
  const inA = a.length === 1 ? (a[0] ?? []) : a.flat();
  const inB = b.length === 1 ? (b[0] ?? []) : b.flat();
  let atA = 0;
  let atB = 0;
  while (atA < inA.length || atB < inB.length) {
    const ofA = inA[atA] ?? null;
    const ofB = inB[atB] ?? null;
    const order =
      ofA === null ? 1 : ofB === null ? -1 : ofA === ofB ? 0 : compareBytes(ofA.name, ofB.name);
    if (order <= 0) atA++;
    if (order >= 0) atB++;
    yield [order <= 0 ? ofA : null, order >= 0 ? ofB : null];
  }
}
