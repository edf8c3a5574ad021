/**
 * The JSON form of arguments: `["a", "b"]`. Go's decoder is followed, which takes the same texts as
 * `JSON.parse` but for three rules: nesting has a limit, a number must fit, and half a surrogate
 * pair in an escape becomes U+FFFD. Own code, because every element's place is wanted.
 */
import { REPLACEMENT, skipSpaces } from "./characters.js";

/** One element that is a string: its value and where its literal stands, quotes included. */
export interface JsonString {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export type JsonArray =
  /** No JSON array: the text is to be read in its other form. */
  | { readonly kind: "none" }
  | { readonly kind: "strings"; readonly elements: readonly JsonString[] }
  /** A JSON array in which `start` and `end` hold the first element that is no string. */
  | {
      readonly kind: "mixed";
      readonly elements: readonly JsonString[];
      readonly start: number;
      readonly end: number;
    };

/** Reads `text` as one JSON array; spaces (Go's) may stand before it, only JSON's may follow. */
export function readJsonArray(text: string): JsonArray {
  const open = skipSpaces(text, 0, text.length);
  if (text[open] !== "[") return { kind: "none" };
  const elements: JsonString[] = [];
  let mixed: { readonly start: number; readonly end: number } | null = null;
  let at = skipJsonSpaces(text, open + 1);
  if (text[at] === "]") at++;
  else {
    for (;;) {
      const end = valueEnd(text, at);
      if (end < 0) return { kind: "none" };
      if (text[at] === '"') elements.push({ value: decode(text, at, end), start: at, end });
      else mixed ??= { start: at, end };
      at = skipJsonSpaces(text, end);
      if (text[at] === "]") {
        at++;
        break;
      }
      if (text[at] !== ",") return { kind: "none" };
      at = skipJsonSpaces(text, at + 1);
    }
  }
  if (skipJsonSpaces(text, at) < text.length) return { kind: "none" };
  return mixed === null ? { kind: "strings", elements } : { kind: "mixed", elements, ...mixed };
}

/** Go's decoder refuses deeper values. The outer array is one level. */
const DEEPEST = 10_000;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

function skipJsonSpaces(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\r\n".includes(text.charAt(at))) at++;
  return at;
}

/** The end of the JSON value at `start`, -1 when there is none. Goes down without recursion. */
function valueEnd(text: string, start: number): number {
  const open: ("[" | "{")[] = [];
  let at = start;
  for (;;) {
    const first = text.charAt(at);
    if (first === "[" || first === "{") {
      open.push(first);
      if (open.length >= DEEPEST) return -1;
      at = skipJsonSpaces(text, at + 1);
      if (text[at] !== (first === "[" ? "]" : "}")) {
        if (first === "{") at = keyEnd(text, at);
        if (at < 0) return -1;
        continue;
      }
    } else {
      at = scalarEnd(text, at);
      if (at < 0) return -1;
      if (open.length === 0) return at;
      at = skipJsonSpaces(text, at);
    }
    // A value is done: close what ends here, or go on with the next one after a comma.
    for (;;) {
      const inside = open[open.length - 1];
      if (text[at] === (inside === "[" ? "]" : "}")) {
        open.pop();
        at++;
        if (open.length === 0) return at;
        at = skipJsonSpaces(text, at);
        continue;
      }
      if (text[at] !== ",") return -1;
      at = skipJsonSpaces(text, at + 1);
      if (inside === "{") at = keyEnd(text, at);
      if (at < 0) return -1;
      break;
    }
  }
}

/** Where the value of an object's member begins, given where its key does; -1 when there is no key. */
function keyEnd(text: string, start: number): number {
  if (text[start] !== '"') return -1;
  const end = stringEnd(text, start);
  if (end < 0) return -1;
  const colon = skipJsonSpaces(text, end);
  return text[colon] === ":" ? skipJsonSpaces(text, colon + 1) : -1;
}

function scalarEnd(text: string, start: number): number {
  if (text[start] === '"') return stringEnd(text, start);
  for (const word of ["true", "false", "null"]) {
    if (text.startsWith(word, start)) return start + word.length;
  }
  NUMBER.lastIndex = start;
  const number = NUMBER.exec(text);
  if (number === null || !Number.isFinite(Number(number[0]))) return -1;
  return NUMBER.lastIndex;
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; ) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) return at + 1;
    if (unit < 0x20) return -1;
    if (unit === 0x5c) {
      ESCAPE.lastIndex = at;
      if (!ESCAPE.test(text)) return -1;
      at = ESCAPE.lastIndex;
    } else at++;
  }
  return -1;
}

/** The value of a string literal that `stringEnd` found to be well formed. */
function decode(text: string, start: number, end: number): string {
  const literal = text.slice(start, end);
  if (!literal.includes("\\")) return literal.slice(1, -1);
  return literal
    .slice(1, -1)
    .replace(
      /\\u[dD][89abAB][0-9a-fA-F]{2}(\\u[dD][c-fC-F][0-9a-fA-F]{2})?|\\u[0-9a-fA-F]{4}|\\./g,
      (written: string, low: string | undefined) => {
        if (written.charAt(1) !== "u")
          return SHORT_ESCAPES.get(written.charAt(1)) ?? written.charAt(1);
        const unit = Number.parseInt(written.slice(2, 6), 16);
        if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
        if (low === undefined) return REPLACEMENT;
        return String.fromCharCode(unit, Number.parseInt(written.slice(8), 16));
      },
    );
}

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);
