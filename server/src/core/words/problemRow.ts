export type Severity = "error" | "warning" | "information";

/** What is to say of a problem with this code. */
export interface ProblemRow<P> {
  /** A full sentence. */
  readonly words: (problem: P) => string;
  /** An error fails the build. */
  readonly severity: Severity | ((problem: P) => Severity);
}

/** A row for each code: one that is forgotten does not compile. */
export type ProblemRows<P extends { readonly code: string }> = {
  readonly [Code in P["code"]]: ProblemRow<P & { readonly code: Code }>;
};

/** The row of a problem that always fails the build. */
export function error<P>(words: (problem: P) => string): ProblemRow<P> {
  return { words, severity: "error" };
}
