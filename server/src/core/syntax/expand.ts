/**
 * Variable expansion: what BuildKit makes of `$NAME` and `${NAME…}` in an instruction's arguments.
 * Nothing throws: what cannot be expanded comes back as an error with its place.
 */
import type { ExpansionError, LexOptions, VariableReference } from "./expansion.js";
import { lex } from "./shellLexer.js";
import type { EscapeCharacter, Word } from "./syntax.js";

export type {
  ExpansionError,
  ExpansionMistake,
  LexOptions,
  VariableReference,
} from "./expansion.js";

/** Gives a variable's value, `undefined` when it is not set. An empty value is set. */
export type VariableLookup = (name: string) => string | undefined;

/** What an expansion found out besides its result. */
interface ExpansionFacts {
  /** Names that were asked for and are set. */
  readonly matched: ReadonlySet<string>;
  /** Names that were asked for and are not set, also where a default stands in. */
  readonly unmatched: ReadonlySet<string>;
  readonly error: ExpansionError | null;
  /** See `LexResult`. */
  readonly taken: number;
}

export interface WordExpansion extends ExpansionFacts {
  /** Empty when there is an error. */
  readonly value: string;
}

export interface WordsExpansion extends ExpansionFacts {
  /** Each with its offsets in the text that was expanded. None when there is an error. */
  readonly words: readonly Word[];
}

/** Expands `text` as one word: spaces stay. BuildKit's `ProcessWord`. */
export function expandWord(
  text: string,
  lookup: VariableLookup,
  escapeCharacter: EscapeCharacter,
  options: LexOptions = {},
): WordExpansion {
  const all = { ...options, isOneWord: true } as const;
  const { value, matched, unmatched, error, taken } = lex(text, lookup, escapeCharacter, all);
  return { value, matched, unmatched, error, taken };
}

/** Expands `text`, then cuts it at spaces that are not quoted. BuildKit's `ProcessWords`. */
export function expandWords(
  text: string,
  lookup: VariableLookup,
  escapeCharacter: EscapeCharacter,
  options: LexOptions = {},
): WordsExpansion {
  const { words, matched, unmatched, error, taken } = lex(text, lookup, escapeCharacter, options);
  return { words, matched, unmatched, error, taken };
}

/** Options for the body of a heredoc; BuildKit always reads it with `\` as its escape character. */
export const HEREDOC_BODY: LexOptions = { skipQuotes: true };

/**
 * Every variable that `text` refers to, in the order of their places, also those inside the word
 * of a modifier. A text that cannot be expanded gives the references that can be read in it.
 */
export function variableReferences(
  text: string,
  escapeCharacter: EscapeCharacter,
  options: LexOptions = {},
): readonly VariableReference[] {
  const found: VariableReference[] = [];
  let from = 0;
  do {
    const { references, end } = lex(
      text,
      () => undefined,
      escapeCharacter,
      { ...options, skipUnset: true },
      from,
    );
    for (const reference of references) found.push(reference);
    from = end;
  } while (from < text.length);
  return found.filter(({ name }) => name !== "").sort((a, b) => a.range.start - b.range.start);
}
