/** What a row of the table says: a figure of ours beside the rival's, and what is wanted of it. */
import { median, quantile } from "./measure.js";

export interface Figure {
  /** The same from run to run: the row of docs/performance.md is found by it. */
  readonly what: string;
  readonly rival: string | null;
  readonly ours: Quantity;
  /** Of the rival; null: there is none, or it could not be had. */
  readonly theirs: Quantity | null;
  readonly goal: Goal | null;
  /** What nothing that does the work can go below, in the unit of the goal. */
  readonly floor: string | null;
  /** A remark, such as the same for other shapes. */
  readonly note: string;
}

export interface Quantity {
  /** What counts: of several, the one that the goal speaks of. `Infinity`: longer than was waited for. */
  readonly value: number;
  readonly shown: string;
}

/** At most so many times the rival's, or so much; in the unit that the figure is in. */
export type Goal =
  | { readonly kind: "ratio"; readonly most: number }
  | { readonly kind: "value"; readonly most: number; readonly shown: string };

/** Some figures that are measured together, in one run. */
export interface Row {
  readonly name: string;
  readonly measure: (bench: Bench) => Promise<readonly Figure[]>;
}

/** What all rows share. */
export interface Bench {
  /** A folder of its own, gone at the end. */
  readonly folder: string;
  /** Fewer rounds, for continuous integration. */
  readonly isShort: boolean;
  /** Print where the time goes. */
  readonly isProfiling: boolean;
  readonly print: (line: string) => void;
  /** Made by the first row that asks, and kept to the end. */
  readonly once: <T>(name: string, make: () => T) => T;
}

/** Null where there is no rival to compare with. */
export function ratioOf({
  ours,
  theirs,
}: {
  readonly ours: Quantity;
  readonly theirs?: Quantity | null;
}): number | null {
  return theirs === undefined || theirs === null ? null : ours.value / theirs.value;
}

/** Null: there is nothing to hold. */
export function holds(figure: Figure): boolean | null {
  const { goal, ours } = figure;
  if (goal === null) return null;
  if (goal.kind === "value") return ours.value <= goal.most;
  const ratio = ratioOf(figure);
  return ratio === null ? null : ratio <= goal.most;
}

/** A figure of one of several shapes or layouts. */
export interface Case {
  readonly name: string;
  readonly ours: Quantity;
  readonly theirs?: Quantity;
}

/** Of several cases the worst, with a note of them all. */
export function figureOf(
  what: string,
  cases: readonly Case[],
  goal: Goal | null,
  { rival = null, floor = null }: { rival?: string | null; floor?: string | null } = {},
): Figure {
  const sorted = [...cases].sort((a, b) => weight(b) - weight(a));
  const [first] = sorted;
  if (first === undefined) throw new Error("There is no figure.");
  const note =
    sorted.length === 1 ? "" : sorted.map((one) => `${one.name} ${shownCase(one)}`).join(", ");
  return { what, rival, ours: first.ours, theirs: first.theirs ?? null, goal, floor, note };
}

function weight(one: Case): number {
  return ratioOf(one) ?? one.ours.value;
}

function shownCase(one: Case): string {
  const ratio = ratioOf(one);
  return ratio === null ? one.ours.shown : `${times(ratio)} ×`;
}

export type KeyPart = "p50" | "p95";

/** Of the milliseconds of keys: the half or the twentieth that took longest begins there. */
export function keyTime(values: readonly number[], part: KeyPart = "p95"): Quantity {
  const half = median(values);
  if (part === "p50") return time(half);
  const value = quantile(values, 0.95);
  return { value, shown: `${milliseconds(value)} (p50 ${milliseconds(half)})` };
}

export function ratioGoal(most: number | undefined): Goal | null {
  return most === undefined ? null : { kind: "ratio", most };
}

export function timeGoal(most: number | undefined): Goal | null {
  return most === undefined ? null : { kind: "value", most, shown: time(most).shown };
}

export function memoryGoal(megabytes: number | undefined): Goal | null {
  return megabytes === undefined
    ? null
    : { kind: "value", most: megabytes * 1e6, shown: memory(megabytes * 1e6).shown };
}

export function countGoal(most: number | undefined): Goal | null {
  return most === undefined ? null : { kind: "value", most, shown: count(most).shown };
}

/** Milliseconds. */
export function time(value: number): Quantity {
  return { value, shown: milliseconds(value) };
}

/** Bytes. */
export function memory(value: number): Quantity {
  return { value, shown: `${Math.round(value / 1e6)} MB` };
}

export function count(value: number): Quantity {
  return { value, shown: value.toLocaleString("en") };
}

/** `1.2 ms`, `340 ms`, `2.1 s`. */
export function milliseconds(value: number): string {
  if (!Number.isFinite(value)) return "not within a minute";
  if (value >= 10_000) return `${Math.round(value / 1000)} s`;
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  return `${value.toFixed(value < 1 ? 2 : value < 100 ? 1 : 0)} ms`;
}

/** `0.43`, `3.1`, `28`. */
export function times(ratio: number): string {
  if (!Number.isFinite(ratio)) return "∞";
  return ratio.toFixed(ratio < 1 ? 2 : ratio < 10 ? 1 : 0);
}
