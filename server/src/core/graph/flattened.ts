/** One list of what belongs to the steps of a file, from the lists of its stages. */
import type { BuildGraph } from "./graph.js";

/** Of the steps before the first FROM, of each stage, and of all of them in the file's order. */
export interface Flattened<T> {
  readonly globals: readonly T[];
  readonly rows: readonly (readonly T[])[];
  readonly all: readonly T[];
}

/**
 * All of them in one list, where no step is added by the command line: those come last.
 * @param before of the text before an edit: but rows that are other ones are put into its list
 */
export function flattened<T>(
  { stages, steps }: BuildGraph,
  globals: readonly T[],
  rows: readonly (readonly T[])[],
  before: Flattened<T> | null,
): readonly T[] {
  const isAsLong =
    before !== null &&
    before.all.length === steps.length &&
    before.rows.length === rows.length &&
    before.globals.length === globals.length;
  if (!isAsLong) return globals.concat(...rows);
  const all = before.all.slice();
  for (const [at, one] of globals.entries()) all[at] = one;
  for (let at = 0; at < rows.length; at++) {
    const [row, old] = [rows[at], before.rows[at]];
    if (row === undefined || row === old) continue;
    if (row.length !== old?.length) return globals.concat(...rows);
    const first = stages[at]?.first ?? 0;
    for (const [nth, one] of row.entries()) all[first + nth] = one;
  }
  return all;
}
