/**
 * What can be wrong with the text of a Dockerfile: a stable code and the values that its sentence
 * names. `core/words/problems.ts` has the sentences.
 */
export type SyntaxProblem =
  | {
      readonly code:
        | "no-instructions"
        | "escape-invalid"
        /** Docker only warns of it. */
        | "blank-line-in-continuation"
        /** Docker drops it, whatever is open. */
        | "comment-in-string"
        | "heredoc-word-invalid"
        | "json-not-strings";
    }
  /** Nothing of it is read. */
  | {
      readonly code: "file-too-long";
      /** `words`: of one instruction; `work`: of all, see `mostWork`. */
      readonly of: "characters" | "instructions" | "words" | "work";
      readonly limit: number;
    }
  /** `limit`: the bytes that BuildKit reads of a line. */
  | { readonly code: "line-too-long"; readonly limit: number }
  | { readonly code: "directive-repeated"; readonly name: string }
  /** `name`: what the missing line would hold. */
  | { readonly code: "heredoc-unclosed"; readonly name: string }
  | { readonly code: "pair-equals-missing"; readonly word: string }
  | { readonly code: "pair-value-missing"; readonly keyword: string };
