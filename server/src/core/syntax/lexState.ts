/** A text in the middle of its expansion: what was read of it, what it took, and why it cannot go on. */
import type {
  ExpansionError,
  ExpansionMistake,
  LexOptions,
  VariableReference,
} from "./expansion.js";
import { mostMatching } from "./limits.js";
import type { PatternResult } from "./shellPattern.js";
import type { EscapeCharacter } from "./syntax.js";
import type { WordCollector } from "./wordCollector.js";

/** A text that is being read. */
export interface LexState {
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

/** Takes the steps of a match into account. False: they are too many. */
export function hasRoomFor(state: LexState, pattern: string, value = ""): boolean {
  const steps = (pattern.length + 1) * (value.length + 1);
  // The matcher refuses more by itself.
  if (steps <= mostMatching) state.taken += steps;
  return !isOverRoom(state);
}

export function finishPattern(
  state: LexState,
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
export function readName(state: LexState): string {
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

export function lookUp(state: LexState, name: string): string | undefined {
  const value = state.lookup(name);
  (value === undefined ? state.unmatched : state.matched).add(name);
  state.taken += value?.length ?? 0;
  return value;
}

export function addReference(
  state: LexState,
  name: string,
  start: number,
  nameStart: number,
): void {
  state.references.push({
    name,
    range: { start, end: state.at },
    nameRange: { start: nameStart, end: nameStart + name.length },
  });
}

export function fail(state: LexState, mistake: ExpansionMistake, start: number): null {
  state.error ??= { range: { start, end: state.at }, ...mistake };
  return null;
}

export function failSize(state: LexState, start: number): null {
  return fail(state, { code: "expansion-too-large", what: "value" }, start);
}

export function isOverRoom({ taken, options: { room } }: LexState): boolean {
  return room !== undefined && taken > room;
}

export function failRoom(state: LexState, start: number): null {
  return fail(state, { code: "expansion-too-large", what: "file" }, start);
}

export function failUnclosed(state: LexState, stop: string, start: number): null {
  return fail(state, { code: "brace-unclosed", missing: stop }, start);
}

export function failModifier(state: LexState, modifier: string, start: number): null {
  return fail(state, { code: "modifier-unsupported", modifier }, start);
}

export function isQuote(unit: string): boolean {
  return unit === "'" || unit === '"';
}

function characterAt(text: string, at: number): string {
  const point = text.codePointAt(at);
  return point === undefined ? "" : String.fromCodePoint(point);
}

export function nextCharacter(state: LexState): string {
  const character = characterAt(state.text, state.at);
  state.at += character.length;
  return character;
}
