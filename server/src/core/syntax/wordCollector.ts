/** Collects the words of a text that is being expanded: cut at spaces that are not quoted. */
import { isSpace } from "./characters.js";
import type { Word } from "./syntax.js";

export interface WordCollector {
  readonly words: Word[];
  /** What the word that is being read has so far, and where in the text that stands. */
  word: string;
  start: number;
  end: number;
  isInWord: boolean;
}

export function createWordCollector(): WordCollector {
  return { words: [], word: "", start: -1, end: -1, isInWord: false };
}

/** Adds one UTF-16 unit of the text at `[from, to)`; a space ends the word. */
export function addUnit(collector: WordCollector, unit: string, from: number, to: number): void {
  if (!isSpace(unit.charCodeAt(0))) addRaw(collector, unit, from, to);
  else if (collector.isInWord && collector.word !== "") closeWord(collector);
  else collector.start = -1;
}

/** Adds a variable's value, cut at its spaces; all its words stand where the reference does. */
export function addSplit(collector: WordCollector, piece: string, from: number, to: number): void {
  for (let at = 0; at < piece.length; at++) addUnit(collector, piece.charAt(at), from, to);
}

/** Adds a piece whose spaces belong to the word. */
export function addRaw(collector: WordCollector, piece: string, from: number, to: number): void {
  if (collector.start < 0) collector.start = from;
  collector.word += piece;
  collector.end = to;
  collector.isInWord = true;
}

/** Ends the word that is being read, if it has a character. */
export function closeWord(collector: WordCollector): void {
  if (collector.word === "") return;
  collector.words.push({
    value: collector.word,
    range: { start: collector.start, end: collector.end },
  });
  collector.word = "";
  collector.start = -1;
  collector.isInWord = false;
}

/**
 * Forgets what the word has so far. BuildKit shares one buffer between the levels of a
 * substitution: `a${X:-b}c` gives the word `bc`. Only the cutting into words sees it, and which
 * heredocs a line has depends on it.
 */
export function dropWord(collector: WordCollector): void {
  collector.word = "";
  collector.start = -1;
}
