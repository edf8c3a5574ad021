/** The tables of docs/torture.md: a run replaces the rows of what it tried alone. */
import { loadavg } from "node:os";
import { constructs } from "./constructs.js";
import { type Outcome, table } from "./part.js";

/** Part, what, how many, result, and what it was tried with. */
export type TriedRow = readonly string[];

const head = ["part", "what", "how many", "result", "seed, load of the machine"];

export function triedRow(part: string, { what, howMany, result }: Outcome, seed: number): TriedRow {
  return [part, what, howMany, result, `${seed}, ${Math.round(loadavg()[0] ?? 0)}`];
}

export function triedTable(rows: readonly TriedRow[]): string {
  return table(head, rows);
}

/**
 * A table with the rows of an earlier one whose first cells it does not have.
 * @param parts in the order of the rows; those of constructs are in the order of these
 */
export function withEarlierRows(made: string, earlier: string, parts: readonly string[]): string {
  const [names = "", line = "", ...rows] = linesOf(made);
  const [earlierNames, , ...earlierRows] = linesOf(earlier);
  const own = new Set(rows.map(firstCell));
  const kept = names === earlierNames ? earlierRows.filter((row) => !own.has(firstCell(row))) : [];
  const order = [...parts, ...constructs.map(({ name }) => name)];
  const placeOf = (row: string) => order.indexOf(firstCell(row));
  const known = kept.filter((row) => placeOf(row) >= 0);
  const all = [...known, ...rows].toSorted((one, other) => placeOf(one) - placeOf(other));
  return [names, line, ...all].join("\n");
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.startsWith("|"));
}

function firstCell(row: string): string {
  return row.split("|")[1]?.trim() ?? "";
}
