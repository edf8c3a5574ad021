/** What a terminal gets that a file does not: colours, lines of its width, and a line of progress. */
import { stripVTControlCharacters } from "node:util";
import type { Paint, Style } from "../core/text/paint.js";
import { unpainted } from "../core/text/paint.js";
import type { CliIo } from "./command.js";
import { oneOf } from "./flags.js";

const whens = ["auto", "always", "never"] as const;

export const colorFlag = {
  color: {
    value: "WHEN",
    offers: whens,
    about:
      "colours: auto (default), where there is a terminal, as NO_COLOR and FORCE_COLOR say; always; never",
  },
} as const;

/** How a text for people leaves. */
export interface Screen {
  readonly paint: Paint;
  /** Characters of a line; infinite where it may be of any length. */
  readonly width: number;
  /** Prints lines, on a terminal in its width. */
  show(text: string): void;
}

/** Errors: `UsageError`. */
export function screenOf(color: string | undefined, io: CliIo): Screen {
  const when = oneOf("--color", color ?? "auto", whens);
  return {
    paint: hasColours(when, io) ? ansi : unpainted,
    width: io.isTerminal ? io.width : Number.POSITIVE_INFINITY,
    show: (text) => io.print(io.isTerminal ? fitted(text, io.width) : text),
  };
}

/** FORCE_COLOR before NO_COLOR, as Node.js and most programs have it: no-color.org, force-color.org. */
function hasColours(when: (typeof whens)[number], { env, isTerminal }: CliIo): boolean {
  if (when !== "auto") return when === "always";
  const { FORCE_COLOR: forced = "", NO_COLOR: none = "", TERM: kind } = env;
  if (forced !== "") return forced !== "0" && forced !== "false";
  return none === "" && kind !== "dumb" && isTerminal;
}

/** Of the sixteen that every theme of a terminal has. */
const codes: Readonly<Record<Style, string>> = {
  title: "1",
  quiet: "2",
  cached: "32",
  rebuilds: "33",
  mayRebuild: "36",
  fails: "31",
};

const ansi: Paint = (style, text) => (text === "" ? "" : `\x1b[${codes[style]}m${text}\x1b[0m`);

/**
 * Breaks lines that are too long at blanks, never within a word. What goes on stands below the last
 * column, which two blanks or more set off, or a little further in than its line.
 */
export function fitted(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => (visibleLength(line) <= width ? [line] : brokenLine(line, width)))
    .join("\n");
}

function brokenLine(line: string, width: number): readonly string[] {
  const margin = " ".repeat(marginOf(line, width));
  const lines: string[] = [];
  let current = "";
  // Blanks belong to the word behind them, so that columns stay as they are.
  for (const word of line.match(/ *[^ ]+/g) ?? []) {
    const isFirst = current.trim() === "";
    if (isFirst || visibleLength(current) + visibleLength(word) <= width) current += word;
    else {
      lines.push(current);
      current = margin + word.trimStart();
    }
  }
  return [...lines, current];
}

/** A column that is narrower cannot be read. */
const leastColumn = 20;

function marginOf(line: string, width: number): number {
  const plain = stripVTControlCharacters(line);
  const gap = plain.lastIndexOf("  ");
  const column = gap < 0 ? 0 : gap + 2;
  const indent = /^ */.exec(plain)?.[0].length ?? 0;
  const isColumn = column > indent && width - column >= leastColumn;
  return isColumn ? column : Math.min(indent + 2, Math.floor(width / 2));
}

function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** A line of progress: only what takes long is told, and not more often than one can read. */
export interface Progress {
  tell(line: string): void;
  /** Takes the line away, before anything else is written. */
  clear(): void;
}

const quietFor = 500;
const every = 100;

/** @param now milliseconds of any clock */
export function openProgress(write: (text: string) => void, now: () => number): Progress {
  const start = now();
  let last: number | null = null;
  return {
    tell(line) {
      const at = now();
      if (at - start < quietFor || (last !== null && at - last < every)) return;
      write(`\r${line}\x1b[K`);
      last = at;
    },
    clear() {
      if (last !== null) write("\r\x1b[K");
      last = null;
    },
  };
}
