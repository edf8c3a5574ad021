/** What is different between two lists of answers, and a few lines of it to read. */
import type { Answer } from "./asking/questions.js";

export interface Difference {
  readonly question: string;
  /** In the manner of a unified diff. */
  readonly lines: readonly string[];
}

export function differences(
  before: readonly Answer[],
  now: readonly Answer[],
): readonly Difference[] {
  const old = byQuestion(before);
  const fresh = byQuestion(now);
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((question) => {
    const left = old.get(question);
    const right = fresh.get(question);
    if (left === right) return [];
    const shownNow = shownAnswer(right);
    const lines = diff(corrected(shownAnswer(left), shownNow), shownNow);
    // The order of an object's names is no difference.
    return lines.length === 0 ? [] : [{ question, lines }];
  });
}

/** A question that is asked twice is told apart. */
function byQuestion(answers: readonly Answer[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [question, answer] of answers) {
    let name = question;
    for (let again = 2; found.has(name); again++) name = `${question} (${again})`;
    found.set(name, answer);
  }
  return found;
}

function shownAnswer(json: string | undefined): readonly string[] {
  return json === undefined ? ["(not asked)"] : numbered(shown(JSON.parse(json), ""));
}

/**
 * The classic builder's ids of images and containers begin the keys, which another version of the
 * model makes otherwise: which of them are equal counts, not what they are.
 */
function numbered(lines: readonly string[]): readonly string[] {
  const numbers = new Map<string, number>();
  return lines.map((line) =>
    line.replace(/\b[0-9a-f]{12}\b/g, (id) => {
      const number = numbers.get(id) ?? numbers.size + 1;
      numbers.set(id, number);
      return `id ${number}`;
    }),
  );
}

/**
 * What is now answered better, and meant to be: the content of a layer is counted in one place, so
 * that documents in a Dockerfile have a size where there was none.
 */
const corrections: readonly { readonly before: RegExp; readonly now: RegExp }[] = [
  { before: /"bytes": null|bytes: null/g, now: /"bytes": \d+|bytes: \d+/g },
  {
    before: /How much it adds shows only in a build\\?\./g,
    now: /Adds \d+ files?, [\d.]+ k?B\\?\./g,
  },
];

/** Sums over what is corrected. */
const totals =
  /\d+ files? copied[^.;]*(?:; what (?:\d+ layers add|1 layer adds) shows only in a build)?/;

/** The earlier lines, each that differs by a correction alone as it is now. */
function corrected(before: readonly string[], now: readonly string[]): readonly string[] {
  if (before.length !== now.length) return before;
  const isCorrected = before.map((line, at) => corrects(line, now[at] ?? ""));
  const hasCorrection = isCorrected.includes(true);
  return before.map((line, at) => {
    const fresh = now[at] ?? "";
    const isTotal = hasCorrection && line.replace(totals, "") === fresh.replace(totals, "");
    return isCorrected[at] === true || isTotal ? fresh : line;
  });
}

function corrects(line: string, fresh: string): boolean {
  if (line === fresh) return false;
  return corrections.some(
    ({ before, now }) =>
      line.replace(before, "").replace(now, "") === fresh.replace(before, "").replace(now, "") &&
      (line.match(before) ?? []).length > (fresh.match(before) ?? []).length,
  );
}

/** A value in lines that a person can read. */
function shown(value: unknown, indent: string): readonly string[] {
  if (typeof value === "string") return value.split("\n").map((line) => `${indent}${line}`);
  if (typeof value !== "object" || value === null) return [`${indent}${String(value)}`];
  if (Array.isArray(value)) {
    return value.length === 0
      ? [`${indent}[]`]
      : value.flatMap((entry) => [`${indent}-`, ...shown(entry, `${indent}  `)]);
  }
  const names = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return names.flatMap(([name, entry]) => {
    const lines = shown(entry, `${indent}  `);
    const isShort = lines.length === 1 && !(Array.isArray(entry) && entry.length > 0);
    return isShort
      ? [`${indent}${name}: ${(lines[0] ?? "").trimStart()}`]
      : [`${indent}${name}:`, ...lines];
  });
}

const contextLines = 2;
const mostLines = 14;
const widest = 180;

/** Empty: there is none. What stands between the first and the last difference is taken as one. */
function diff(before: readonly string[], now: readonly string[]): readonly string[] {
  const shorter = Math.min(before.length, now.length);
  let start = 0;
  while (start < shorter && before[start] === now[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === now.at(-1 - end)) end++;
  if (start === before.length && start === now.length) return [];
  const gone = before.slice(start, before.length - end);
  const fresh = now.slice(start, now.length - end);
  // Each side has its share of the few lines.
  const most = Math.ceil((mostLines - contextLines) / 2);
  const column = Math.max(0, firstColumn(gone[0] ?? "", fresh[0] ?? "") - widest / 2);
  return [
    `@@ line ${start + 1} @@`,
    ...before.slice(Math.max(0, start - contextLines), start).map((line) => cut(" ", line, 0)),
    ...few(gone, most).map((line) => cut("-", line, column)),
    ...few(fresh, most).map((line) => cut("+", line, column)),
  ];
}

function few(lines: readonly string[], most: number): readonly string[] {
  return lines.length <= most
    ? lines
    : [...lines.slice(0, most), `… ${lines.length - most} more lines`];
}

function firstColumn(a: string, b: string): number {
  let column = 0;
  while (column < a.length && a[column] === b[column]) column++;
  return column;
}

function cut(mark: string, line: string, from: number): string {
  if (line.length <= widest) return `${mark}${line}`;
  return `${mark}${from > 0 ? "…" : ""}${line.slice(from, from + widest)}…`;
}
