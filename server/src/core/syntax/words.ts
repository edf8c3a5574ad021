/**
 * How a line's arguments are cut into words. Source of the rules: BuildKit,
 * frontend/dockerfile/parser/line_parsers.go.
 */
import { isBlank, isSpace } from "./characters.js";

/** A word of a text. `value` is the text from `start` on, but for an escape character at its end. */
export interface TextWord {
  readonly value: string;
  readonly start: number;
}

/**
 * Words of ENV, LABEL and ARG: cut at spaces that are neither quoted nor escaped. Quotes and
 * escapes stay in the words; a lone escape character at the very end of the text is dropped.
 */
export function splitWords(text: string, escapeCharacter: string): readonly TextWord[] {
  const escapeUnit = escapeCharacter.charCodeAt(0);
  const words: TextWord[] = [];
  let start = -1;
  let quote = 0;
  let end = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (start < 0) {
      if (isSpace(unit)) continue;
      start = at;
    }
    if (quote === 0 && isSpace(unit)) {
      words.push({ value: text.slice(start, at), start });
      start = -1;
      continue;
    }
    if (unit === escapeUnit && quote !== SINGLE_QUOTE) {
      if (at + 1 === text.length) end = at;
      else at++;
      continue;
    }
    if (quote === 0) {
      if (unit === SINGLE_QUOTE || unit === DOUBLE_QUOTE) quote = unit;
    } else if (unit === quote) quote = 0;
  }
  if (start >= 0 && end > start) words.push({ value: text.slice(start, end), start });
  return words;
}

/** Words of FROM, COPY and the like: cut at blanks, whatever is quoted. The text is trimmed. */
export function splitAtBlanks(text: string): readonly TextWord[] {
  const words: TextWord[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (!isBlank(text.charCodeAt(at))) continue;
    words.push({ value: text.slice(start, at), start });
    while (at + 1 < text.length && isBlank(text.charCodeAt(at + 1))) at++;
    start = at + 1;
  }
  words.push({ value: text.slice(start), start });
  return words;
}

/** The first run of blanks in `text`, null when it has none. */
export function firstBlanks(text: string): { readonly start: number; readonly end: number } | null {
  let start = 0;
  while (start < text.length && !isBlank(text.charCodeAt(start))) start++;
  if (start === text.length) return null;
  let end = start;
  while (end < text.length && isBlank(text.charCodeAt(end))) end++;
  return { start, end };
}

const SINGLE_QUOTE = 39;
const DOUBLE_QUOTE = 34;
