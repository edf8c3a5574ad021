/** `.dockerignore`: the reader and the matcher, as both builders apply them. */

import type { Builder } from "../build/builder.js";
import { cleanPath, trimSpace } from "../text/paths.js";
import { hasAtOrBelow } from "../text/sortedPaths.js";
import { createPatternMatcher, type MatchState, type PatternProblem } from "./patternMatcher.js";

export interface IgnorePattern {
  /** Cleaned, `!` in front of an exception. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** A line that is not a pattern. */
export interface IgnoreProblem extends Omit<PatternProblem, "index"> {
  readonly line: number;
}

export interface IgnoreMatcher {
  readonly builder: Builder;
  readonly patterns: readonly IgnorePattern[];
  /** Patterns that fail the build; the matcher leaves them out. */
  readonly problems: readonly IgnoreProblem[];
  /** True when the builder does not see this path (relative, `/` between names). */
  isIgnored(path: string): boolean;
  /** The state to begin a walk with: that of the root, which is never ignored. */
  readonly start: MatchState;
  /** The line that decides on a path that the builder does not see; null: none, it is seen. */
  hiding(path: string): IgnorePattern | null;
  /** One entry of a walk, given its directory's state. */
  visit(path: string, parent: MatchState): IgnoreVerdict;
  /** Whether the builder looks into this ignored directory, because of an exception below it. */
  shouldDescend(directory: string): boolean;
}

export interface IgnoreVerdict {
  readonly ignored: boolean;
  /** For the entries below, when this is a directory. */
  readonly state: MatchState;
}

/**
 * Reads the text of an ignore file (`ReadAll` of patternmatcher's ignorefile): comments only in
 * the first column, blanks around a pattern dropped, paths cleaned, a leading slash removed.
 */
export function readIgnoreFile(text: string): readonly IgnorePattern[] {
  const patterns: IgnorePattern[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, "")
    .split("\n")
    .entries()) {
    if (raw.startsWith("#")) continue;
    const line = trimSpace(raw);
    if (line === "") continue;
    const isException = line.startsWith("!");
    let pattern = isException ? trimSpace(line.slice(1)) : line;
    if (pattern !== "") {
      pattern = cleanPath(pattern);
      if (pattern.length > 1 && pattern.startsWith("/")) pattern = pattern.slice(1);
    }
    patterns.push({ text: isException ? `!${pattern}` : pattern, line: index + 1 });
  }
  return patterns;
}

/**
 * Compiles what `readIgnoreFile` returned. `clientSystem` is where the context folder is: on
 * Windows BuildKit's client takes a backslash for a separator.
 */
export function createIgnoreMatcher(
  patterns: readonly IgnorePattern[],
  builder: Builder,
  clientSystem: "posix" | "windows" = "posix",
): IgnoreMatcher {
  const matcher = createPatternMatcher(
    patterns.map((pattern) => pattern.text),
    clientSystem === "windows" ? "separator" : "escape",
  );
  const exceptions = matcher.patterns.filter((pattern) => pattern.isException);
  const descending = { buildkit: buildkitDescends, classic: classicDescends }[builder];
  const builderDescends = descending(exceptions.map(({ text }) => text));
  const shouldDescend = (directory: string) =>
    builderDescends(directory) &&
    // The builder may still look into directories where nothing can come of it; we need not.
    matcher.canExceptBelow(directory);
  const visit = (path: string, parent: MatchState): IgnoreVerdict => {
    const { matched, state } = matcher.match(path, parent);
    return { ignored: matched, state };
  };
  const verdictOn = (path: string): IgnoreVerdict => {
    let state = matcher.start;
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
      const directory = path.slice(0, at);
      const verdict = visit(directory, state);
      if (verdict.ignored && !shouldDescend(directory)) return verdict;
      state = verdict.state;
    }
    return visit(path, state);
  };
  // A source that is missing is asked for again and again: on each line, and in each analysis.
  const asked = new Map<string, boolean>();
  const isIgnored = (path: string): boolean => {
    const known = asked.get(path);
    if (known !== undefined) return known;
    if (asked.size >= mostAsked) asked.clear();
    const { ignored } = verdictOn(path);
    asked.set(path, ignored);
    return ignored;
  };
  return {
    builder,
    patterns,
    problems: matcher.problems.map((problem) => ({
      line: patterns[problem.index]?.line ?? 1,
      pattern: problem.pattern,
      mistake: problem.mistake,
    })),
    start: matcher.start,
    visit,
    shouldDescend,
    isIgnored,
    hiding(path) {
      const { ignored, state } = verdictOn(path);
      // The last that matches decides; only those that would change the verdict were asked.
      const at = ignored ? state.matched.at(-1) : undefined;
      return patterns[matcher.patterns[at ?? -1]?.index ?? -1] ?? null;
    },
  };
}

/** Paths of which the verdict is kept. */
const mostAsked = 1_000;

/** Hides nothing: no ignore file, or an empty one. */
export function ignoreNothing(builder: Builder): IgnoreMatcher {
  return createIgnoreMatcher([], builder);
}

/** The classic client: only an exception that textually starts with the directory (moby go-archive `TarWithOptions`). */
function classicDescends(exceptions: readonly string[]): (directory: string) => boolean {
  const sorted = [...exceptions].sort();
  return (directory) => hasAtOrBelow(sorted, directory);
}

/** BuildKit's client (fsutil `filter.go`): any exception with a wildcard, else as the classic one. */
function buildkitDescends(exceptions: readonly string[]): (directory: string) => boolean {
  const bases = exceptions.map(withoutTrailingGlob);
  return bases.some((base) => /[*[\]?^\\]/.test(base)) ? () => true : classicDescends(bases);
}

function withoutTrailingGlob(pattern: string): string {
  return pattern.replace(/\/\*\*$/, "").replace(/\/\*$/, "");
}
