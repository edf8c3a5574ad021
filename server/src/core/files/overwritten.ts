/** Files of one step that go to one place: its layer holds the last of them alone. */
import type { Selection, Taken } from "../context/selection.js";

/** What is lost of what a step takes. */
export interface Overwritten {
  /** The place that comes first, relative to the destination. */
  readonly to: string;
  /** How many files go there. */
  readonly files: number;
  /** The path of the one that stays. */
  readonly last: string;
  /** How many other places there are to which several files go. */
  readonly others: number;
}

const remembered = new WeakMap<Selection, { readonly found: Overwritten | null }>();

/**
 * Looks at the files that sources name, or that a wildcard finds: folders that are laid over each
 * other are mostly meant to be. null: each file has a place of its own.
 */
export function overwrittenBy(selection: Selection): Overwritten | null {
  let known = remembered.get(selection);
  if (known === undefined) {
    known = { found: find(selection) };
    remembered.set(selection, known);
  }
  return known.found;
}

function find({ sources, archives }: Selection): Overwritten | null {
  const places = new Map<string, Map<string, Taken>>();
  for (const { taken } of sources) {
    for (const one of taken) {
      const { path, to, node } = one;
      // An archive that ADD unpacks does not come under its own name.
      if (node.kind === "directory" || (node.kind === "file" && archives?.has(node))) continue;
      const there = places.get(to) ?? new Map<string, Taken>();
      // The same file once more takes nothing away.
      there.delete(path);
      places.set(to, there.set(path, one));
    }
  }
  const lost = [...places].filter(([, files]) => files.size > 1);
  const [first] = lost;
  if (first === undefined) return null;
  const [to, files] = first;
  const last = [...files.keys()].at(-1) ?? "";
  return { to, files: files.size, last, others: lost.length - 1 };
}
