/** `.dockerignore`: the reader and the matcher, as both builders apply them. */
import type { BuilderKind } from "./select.js";

export interface IgnorePattern {
  /** Cleaned, `!` in front of an exception. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

export interface IgnoreProblem {
  readonly line: number;
  readonly pattern: string;
  /** A full sentence. */
  readonly message: string;
}

export interface IgnoreMatcher {
  readonly builder: BuilderKind;
  readonly patterns: readonly IgnorePattern[];
  /** Patterns that fail the build; the matcher leaves them out. */
  readonly problems: readonly IgnoreProblem[];
  /** True when the builder does not see this path (relative, `/` between names). */
  isIgnored(path: string): boolean;
}
