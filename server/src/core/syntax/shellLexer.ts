/**
 * The word lexer behind variable expansion: quotes, escapes and `$name` / `${name…}` as BuildKit
 * reads them, which is a small part of what a shell does.
 * Source of the rules: BuildKit, frontend/dockerfile/shell/lex.go.
 */
import type { TextRange } from "../text/range.js";
import { deepestSubstitution, mostAdded, mostMatching } from "./limits.js";
import { cutPrefix, cutSuffix, type PatternResult, replaceMatches } from "./shellPattern.js";
import type { EscapeCharacter, Word } from "./syntax.js";
import {
  addRaw,
  addSplit,
  addUnit,
  closeWord,
  createWordCollector,
  dropWord,
  type WordCollector,
} from "./wordCollector.js";

/** What BuildKit's lexer can be told to leave as it stands. Everything is off by default. */
export interface LexOptions {
  /** Keep quotes in the result. */
  readonly rawQuotes?: boolean;
  /** Keep escape characters in the result. */
  readonly rawEscapes?: boolean;
  /** Leave references to unset variables as they are. */
  readonly skipUnset?: boolean;
  /** Quotes are characters like any other: how the body of a heredoc is expanded. */
  readonly skipQuotes?: boolean;
  /** How much the values may be that are looked up, see `LexResult.taken`. Default: no limit. */
  readonly room?: number;
  /** Only the value is wanted, and no words. */
  readonly isOneWord?: true;
}

/** Why a text cannot be expanded, with the values that a sentence about it names. */
export type ExpansionMistake =
  | { readonly code: "quote-unclosed"; readonly quote: "single" | "double" }
  | { readonly code: "brace-unclosed"; readonly missing: string }
  /** No name behind the opening brace. */
  | { readonly code: "substitution-bad" }
  | { readonly code: "modifier-unsupported"; readonly modifier: string }
  | { readonly code: "pattern-invalid"; readonly pattern: string }
  | {
      readonly code: "variable-required";
      readonly name: string;
      /** The file's own reason; empty: it gives none. */
      readonly reason: string;
      /** True: it has a value, an empty one. */
      readonly isSet: boolean;
    }
  | {
      readonly code: "expansion-too-large";
      readonly what: "nesting" | "pattern" | "value" | "file";
    };

/** The mistake with its place: offsets into the text that was to be expanded. */
export type ExpansionError = ExpansionMistake & { readonly range: TextRange };

/** One `$name` or `${name…}`. Ranges hold offsets into the text. */
export interface VariableReference {
  readonly name: string;
  /** From the `$` to the end, closing brace included. */
  readonly range: TextRange;
  readonly nameRange: TextRange;
}

/** Everything one run over a text finds out. */
export interface LexResult {
  readonly value: string;
  readonly words: readonly Word[];
  readonly matched: ReadonlySet<string>;
  readonly unmatched: ReadonlySet<string>;
  readonly references: readonly VariableReference[];
  readonly error: ExpansionError | null;
  /** Characters of the values that were looked up, and steps of patterns. */
  readonly taken: number;
  /** Where the lexer stopped: the end of the text unless there is an error. */
  readonly end: number;
}

/** Runs over `text` from `from` on. `lookup` gives `undefined` for an unset variable. */
export function lex(
  text: string,
  lookup: (name: string) => string | undefined,
  escapeCharacter: EscapeCharacter,
  options: LexOptions = {},
  from = 0,
): LexResult {
  const state: State = {
    text,
    // Go's scanner drops a byte order mark at the start of what it reads.
    at: from === 0 && text.startsWith("\ufeff") ? 1 : from,
    lookup,
    escapeCharacter,
    options,
    rawEscapes: options.rawEscapes === true,
    most: text.length + mostAdded,
    depth: 0,
    matched: new Set(),
    unmatched: new Set(),
    references: [],
    error: null,
    taken: 0,
    collector: options.isOneWord === true ? null : createWordCollector(),
  };
  const value = readUntil(state, "", state.rawEscapes);
  const { collector } = state;
  if (value !== null && collector !== null) closeWord(collector);
  return {
    value: value ?? "",
    words: value === null ? [] : (collector?.words ?? []),
    matched: state.matched,
    unmatched: state.unmatched,
    references: state.references,
    error: state.error,
    taken: state.taken,
    end: state.at,
  };
}

interface State {
  readonly text: string;
  at: number;
  readonly lookup: (name: string) => string | undefined;
  readonly escapeCharacter: EscapeCharacter;
  readonly options: LexOptions;
  rawEscapes: boolean;
  /** Characters of a result. */
  readonly most: number;
  depth: number;
  readonly matched: Set<string>;
  readonly unmatched: Set<string>;
  readonly references: VariableReference[];
  error: ExpansionError | null;
  taken: number;
  /** null: nobody wants words. */
  readonly collector: WordCollector | null;
}

const MODIFIERS = "+-?#%";

/** Reads up to `stop` (or the end, for an empty one) and past it. Null means `state.error` is set. */
function readUntil(state: State, stop: "" | "}" | "/", rawEscapes: boolean): string | null {
  const isOutermost = stop === "";
  const rawEscapesBefore = state.rawEscapes;
  const start = state.at;
  const collector = isOutermost ? state.collector : null;
  if (!isOutermost) {
    if (state.collector !== null) dropWord(state.collector);
    if (state.depth >= deepestSubstitution) {
      return fail(state, { code: "expansion-too-large", what: "nesting" }, start);
    }
  }
  state.depth++;
  state.rawEscapes = rawEscapes;
  let result = "";
  while (state.at < state.text.length) {
    const from = state.at;
    const unit = state.text.charAt(from);
    if (!isOutermost && unit === stop) {
      state.at++;
      state.depth--;
      state.rawEscapes = rawEscapesBefore;
      return result;
    }
    if (unit === "$" || unit === "<" || (isQuote(unit) && state.options.skipQuotes !== true)) {
      const piece = readSpecial(state, unit);
      if (piece === null) return null;
      result += piece;
      if (result.length > state.most) return failSize(state, from);
      if (isOverRoom(state)) return failRoom(state, from);
      if (collector === null) continue;
      if (unit === "$") addSplit(collector, piece, from, state.at);
      else addRaw(collector, piece, from, state.at);
    } else if (unit === state.escapeCharacter) {
      state.at++;
      if (state.rawEscapes) {
        result += unit;
        if (collector !== null) addRaw(collector, unit, from, state.at);
      }
      const escaped = nextCharacter(state);
      if (escaped === "") break;
      result += escaped;
      if (collector !== null) addRaw(collector, escaped, from, state.at);
    } else {
      state.at++;
      result += unit;
      if (collector !== null) addUnit(collector, unit, from, state.at);
    }
  }
  if (!isOutermost) {
    return failUnclosed(state, stop, start);
  }
  return result;
}

function readSpecial(state: State, unit: string): string | null {
  if (unit === "$") return readDollar(state);
  if (unit === "<") return readAngle(state);
  return unit === "'" ? readSingleQuoted(state) : readDoubleQuoted(state);
}

function readSingleQuoted(state: State): string | null {
  const start = state.at;
  const end = state.text.indexOf("'", start + 1);
  if (end < 0) {
    state.at = state.text.length;
    return fail(state, { code: "quote-unclosed", quote: "single" }, start);
  }
  state.at = end + 1;
  return state.options.rawQuotes === true
    ? state.text.slice(start, end + 1)
    : state.text.slice(start + 1, end);
}

function readDoubleQuoted(state: State): string | null {
  const start = state.at;
  const rawQuote = state.options.rawQuotes === true ? '"' : "";
  let result = rawQuote;
  state.at++;
  while (state.at < state.text.length) {
    const unit = state.text.charAt(state.at);
    if (unit === '"') {
      state.at++;
      return result + rawQuote;
    }
    if (unit === "$") {
      const value = readDollar(state);
      if (value === null) return null;
      result += value;
      if (result.length > state.most) return failSize(state, start);
      if (isOverRoom(state)) return failRoom(state, start);
      continue;
    }
    state.at++;
    if (unit !== state.escapeCharacter) {
      result += unit;
      continue;
    }
    if (state.rawEscapes) result += unit;
    // Inside double quotes an escape character counts only before these; at the end it is dropped.
    const following = state.text.charAt(state.at);
    if (following === "") break;
    if (following === '"' || following === "$" || following === state.escapeCharacter) {
      result += following;
      state.at++;
    } else result += unit;
  }
  return fail(state, { code: "quote-unclosed", quote: "double" }, start);
}

/** `<<` takes the blanks after it along, so that `<< EOF` stays one word. */
function readAngle(state: State): string {
  const start = state.at;
  state.at++;
  if (state.text.charAt(state.at) !== "<") return "<";
  state.at++;
  while (/[\t\r ]/.test(state.text.charAt(state.at))) state.at++;
  return state.text.slice(start, state.at);
}

function readDollar(state: State): string | null {
  const start = state.at;
  state.at++;
  if (state.text.charAt(state.at) === "{") return readBraced(state, start);
  const nameStart = state.at;
  const name = readName(state);
  if (name === "") return "$";
  addReference(state, name, start, nameStart);
  const value = lookUp(state, name);
  return value ?? (state.options.skipUnset === true ? `$${name}` : "");
}

function readBraced(state: State, start: number): string | null {
  state.at++;
  const first = state.text.charAt(state.at);
  if (first === "") return failUnclosed(state, "}", start);
  if (first === "{" || first === "}" || first === ":") {
    return fail(state, { code: "substitution-bad" }, start);
  }
  const nameStart = state.at;
  const name = readName(state);
  const nameEnd = state.at;
  const modifier = nextCharacter(state);
  if (modifier === "}") {
    addReference(state, name, start, nameStart);
    const value = lookUp(state, name);
    return value ?? (state.options.skipUnset === true ? `\${${name}}` : "");
  }
  const index = state.references.length;
  if (name !== "") addReference(state, name, start, nameStart);
  const result = readModified(state, name, modifier, start);
  const reference = state.references[index];
  if (name !== "" && reference !== undefined) {
    // Only now is it known where the reference ends. A broken one ends with its name.
    state.references[index] = {
      ...reference,
      range: { start, end: result === null ? nameEnd : state.at },
    };
  }
  return result;
}

function readModified(state: State, name: string, first: string, start: number): string | null {
  if (first === "/") return readReplacement(state, name, start);
  const isColon = first === ":";
  const modifier = isColon ? nextCharacter(state) : first;
  const written = isColon ? `:${modifier}` : modifier;
  const isTrim = modifier === "#" || modifier === "%";
  if (modifier === "") return failUnclosed(state, "}", start);
  if ((!isColon && !MODIFIERS.includes(modifier)) || (isColon && isTrim)) {
    return failModifier(state, written, start);
  }
  const word = readUntil(state, "}", isTrim);
  if (word === null) return null;
  const value = lookUp(state, name);
  if (value === undefined && state.options.skipUnset === true)
    return `\${${name}${written}${word}}`;
  const isMissing = value === undefined || (isColon && value === "");
  switch (modifier) {
    case "-":
      return isMissing ? word : value;
    case "+":
      return isMissing ? "" : word;
    case "?": {
      if (!isMissing) return value;
      const isSet = value !== undefined;
      return fail(state, { code: "variable-required", name, reason: word, isSet }, start);
    }
    case "#":
    case "%": {
      const isLongest = word.startsWith(modifier);
      const pattern = isLongest ? word.slice(1) : word;
      const cut = modifier === "#" ? cutPrefix : cutSuffix;
      if (!hasRoomFor(state, pattern, value)) return failRoom(state, start);
      return finishPattern(state, cut(value ?? "", pattern, isLongest), pattern, start);
    }
    default:
      return failModifier(state, written, start);
  }
}

function readReplacement(state: State, name: string, start: number): string | null {
  const isForAll = state.text.charAt(state.at) === "/";
  if (isForAll) state.at++;
  const pattern = readUntil(state, "/", true);
  if (pattern === null) return null;
  const replacement = readUntil(state, "}", true);
  if (replacement === null) return null;
  const value = lookUp(state, name);
  if (value === undefined && state.options.skipUnset === true) {
    // BuildKit writes a single slash back, whichever of the two forms it read.
    return `\${${name}/${pattern}/${replacement}}`;
  }
  if (!hasRoomFor(state, pattern, value)) return failRoom(state, start);
  const result = replaceMatches(value ?? "", pattern, replacement, isForAll, state.most);
  return finishPattern(state, result, pattern, start);
}

/** Takes the steps of a match into account. False: they are too many. */
function hasRoomFor(state: State, pattern: string, value = ""): boolean {
  const steps = (pattern.length + 1) * (value.length + 1);
  // The matcher refuses more by itself.
  if (steps <= mostMatching) state.taken += steps;
  return !isOverRoom(state);
}

function finishPattern(
  state: State,
  result: PatternResult,
  pattern: string,
  start: number,
): string | null {
  if (typeof result === "object") return result.value;
  switch (result) {
    case "invalid":
      return fail(state, { code: "pattern-invalid", pattern }, start);
    case "too-large":
      return fail(state, { code: "expansion-too-large", what: "pattern" }, start);
    case "value-too-large":
      return failSize(state, start);
  }
}

/** Letters, digits and `_`; digits alone when the first is one; or a single special parameter. */
function readName(state: State): string {
  const start = state.at;
  const first = state.text.charAt(start);
  if (first !== "" && "@*#?-$!".includes(first)) state.at++;
  else {
    const pattern = DIGIT.test(characterAt(state.text, start)) ? DIGITS : LETTERS_AND_DIGITS;
    pattern.lastIndex = start;
    pattern.test(state.text);
    state.at = Math.max(start, pattern.lastIndex);
  }
  return state.text.slice(start, state.at);
}

const DIGIT = /^\p{Nd}/u;
const DIGITS = /\p{Nd}*/uy;
const LETTERS_AND_DIGITS = /[\p{L}\p{Nd}_]*/uy;

function lookUp(state: State, name: string): string | undefined {
  const value = state.lookup(name);
  (value === undefined ? state.unmatched : state.matched).add(name);
  state.taken += value?.length ?? 0;
  return value;
}

function addReference(state: State, name: string, start: number, nameStart: number): void {
  state.references.push({
    name,
    range: { start, end: state.at },
    nameRange: { start: nameStart, end: nameStart + name.length },
  });
}

function fail(state: State, mistake: ExpansionMistake, start: number): null {
  state.error ??= { ...mistake, range: { start, end: state.at } };
  return null;
}

function failSize(state: State, start: number): null {
  return fail(state, { code: "expansion-too-large", what: "value" }, start);
}

function isOverRoom({ taken, options: { room } }: State): boolean {
  return room !== undefined && taken > room;
}

function failRoom(state: State, start: number): null {
  return fail(state, { code: "expansion-too-large", what: "file" }, start);
}

function failUnclosed(state: State, stop: string, start: number): null {
  return fail(state, { code: "brace-unclosed", missing: stop }, start);
}

function failModifier(state: State, modifier: string, start: number): null {
  return fail(state, { code: "modifier-unsupported", modifier }, start);
}

function isQuote(unit: string): boolean {
  return unit === "'" || unit === '"';
}

function characterAt(text: string, at: number): string {
  const point = text.codePointAt(at);
  return point === undefined ? "" : String.fromCodePoint(point);
}

function nextCharacter(state: State): string {
  const character = characterAt(state.text, state.at);
  state.at += character.length;
  return character;
}
