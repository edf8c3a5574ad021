/**
 * Heredocs: `<<NAME` words of a line and the bodies after it.
 * Source of the rules: BuildKit, frontend/dockerfile/parser/parser.go. Whatever the file's escape
 * character is, these words are read with a backslash.
 */
import type { TextRange } from "../text/range.js";
import { expandWords } from "./expand.js";

/** A heredoc as its word announces it. */
export interface HeredocWord {
  readonly name: string;
  readonly fileDescriptor: number;
  readonly expand: boolean;
  readonly chomp: boolean;
}

/** A heredoc word in a line; `range` holds offsets into the line's text. */
export interface HeredocInLine extends HeredocWord {
  readonly range: TextRange;
}

/** The heredocs that a line's text announces; `invalid` is the place of a word that cannot be read. */
export interface HeredocsOfLine {
  readonly words: readonly HeredocInLine[];
  readonly invalid: TextRange | null;
}

/** Looks for heredoc words in the text of a whole logical line, keyword and flags included. */
export function findHeredocs(text: string): HeredocsOfLine {
  const found: HeredocInLine[] = [];
  if (!text.includes("<<")) return { words: found, invalid: null };
  // A line that cannot be cut into words, by an open quote for example, has no heredocs.
  const { words } = expandWords(text, noVariable, "\\", {
    rawQuotes: true,
    rawEscapes: true,
    skipUnset: true,
  });
  for (const { value, range } of words) {
    const heredoc = readHeredocWord(value);
    if (heredoc === "invalid") return { words: found, invalid: range };
    if (heredoc !== null) found.push({ range, ...heredoc });
  }
  return { words: found, invalid: null };
}

/**
 * Reads one word such as `<<EOF`, `3<<-"END"`. Null when it is no heredoc, `"invalid"` when its
 * name cannot be read. BuildKit's `ParseHeredoc`.
 */
export function readHeredocWord(word: string): HeredocWord | null | "invalid" {
  const match = HEREDOC.exec(word);
  const [, descriptor = "", dash = "", rest = ""] = match ?? [];
  if (match === null || rest === "") return null;
  const plain = expandWords(rest, noVariable, "\\", { skipUnset: true });
  if (plain.error !== null) return "invalid";
  const name = plain.words[0]?.value;
  if (plain.words.length !== 1 || name === undefined) return null;
  const raw = expandWords(rest, noVariable, "\\", { skipUnset: true, rawQuotes: true });
  const rawName = raw.words[0]?.value;
  if (raw.words.length !== 1 || rawName === undefined) return "invalid";
  return {
    name,
    fileDescriptor: Math.min(Number(descriptor), LARGEST_DESCRIPTOR),
    // Quotes that get lost on the way say that a part of the name is quoted.
    expand: countQuotes(name) === countQuotes(rawName),
    chomp: dash === "-",
  };
}

/** A body with the leading tabs of its lines dropped, as `<<-` wants it. */
export function chompHeredoc(content: string): string {
  return content.replace(/(^|\n)\t+/g, "$1");
}

const HEREDOC = /^([0-9]*)<<(-?)[\t\n\f\r ]*([^<]*)$/;
const LARGEST_DESCRIPTOR = 2 ** 64;

function noVariable(): undefined {
  return undefined;
}

function countQuotes(text: string): number {
  let count = 0;
  for (const character of text) if (character === "'" || character === '"') count++;
  return count;
}
