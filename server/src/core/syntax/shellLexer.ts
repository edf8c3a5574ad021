/**
 * The word lexer behind variable expansion: quotes, escapes and `$name` / `${name…}` as BuildKit
 * reads them, which is a small part of what a shell does.
 * Source of the rules: BuildKit, frontend/dockerfile/shell/lex.go.
 */
import type { LexOptions, LexResult } from "./expansion.js";
import {
  addReference,
  fail,
  failModifier,
  failRoom,
  failSize,
  failUnclosed,
  finishPattern,
  hasRoomFor,
  isOverRoom,
  isQuote,
  type LexState,
  lookUp,
  nextCharacter,
  readName,
} from "./lexState.js";
import { deepestSubstitution, mostAdded } from "./limits.js";
import { cutPrefix, cutSuffix, replaceMatches } from "./shellPattern.js";
import type { EscapeCharacter } from "./syntax.js";
import {
  addRaw,
  addSplit,
  addUnit,
  closeWord,
  createWordCollector,
  dropWord,
} from "./wordCollector.js";

/** Runs over `text` from `from` on. `lookup` gives `undefined` for an unset variable. */
export function lex(
  text: string,
  lookup: (name: string) => string | undefined,
  escapeCharacter: EscapeCharacter,
  options: LexOptions = {},
  from = 0,
): LexResult {
  const state: LexState = {
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

const MODIFIERS = "+-?#%";

/** Reads up to `stop` (or the end, for an empty one) and past it. Null means `state.error` is set. */
function readUntil(state: LexState, stop: "" | "}" | "/", rawEscapes: boolean): string | null {
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

function readSpecial(state: LexState, unit: string): string | null {
  if (unit === "$") return readDollar(state);
  if (unit === "<") return readAngle(state);
  return unit === "'" ? readSingleQuoted(state) : readDoubleQuoted(state);
}

function readSingleQuoted(state: LexState): string | null {
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

function readDoubleQuoted(state: LexState): string | null {
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
function readAngle(state: LexState): string {
  const start = state.at;
  state.at++;
  if (state.text.charAt(state.at) !== "<") return "<";
  state.at++;
  while (/[\t\r ]/.test(state.text.charAt(state.at))) state.at++;
  return state.text.slice(start, state.at);
}

function readDollar(state: LexState): string | null {
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

function readBraced(state: LexState, start: number): string | null {
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

function readModified(state: LexState, name: string, first: string, start: number): string | null {
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

function readReplacement(state: LexState, name: string, start: number): string | null {
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
