/** What an expansion of variables can be told, and what it finds out. */
import type { TextRange } from "../text/range.js";
import type { Word } from "./syntax.js";

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
