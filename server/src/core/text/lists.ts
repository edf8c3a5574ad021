/** Lists in a sentence, in the language of the editor. */
import { say } from "./say.js";

/** `a, b, c`: the sentence goes on, or says itself how many more there are. */
export function listed(words: readonly string[]): string {
  return words.reduce((list, word, at) => (at === 0 ? word : say`${list}, ${word}`), "");
}

/** `a, b and c`; one word is itself, none is empty. */
export function listedAll(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : say`${listed(words.slice(0, -1))} and ${last}`;
}

/** `a, b and 3 more`: `more` counts what is not named. Nothing more: `a, b`. */
export function listedSome(words: readonly string[], more: number): string {
  return more > 0 ? say`${listed(words)} and ${more} more` : listed(words);
}

/** `a; b; c`: clauses of one sentence. */
export function listedClauses(clauses: readonly string[]): string {
  return clauses.reduce((list, clause, at) => (at === 0 ? clause : say`${list}; ${clause}`), "");
}
