/** What is wrong with the Dockerfile and its files, for the Problems view. */
import type { Analysis } from "../analysis/analyse.js";
import type { Problem } from "../analysis/problem.js";
import { contextRequests } from "../files/requests.js";
import { startOf } from "../graph/graph.js";
import { advice } from "../insight/advice.js";
import { type Hiding, type RelatedPlace, relatedPlaces } from "../insight/relatedPlaces.js";
import { type Placed, rangeAt, type TextRange } from "../text/range.js";
import { printable } from "../text/surfaces.js";
import { ignoredProblems } from "../words/ignoredProblems.js";
import { problemWords, type Severity, severityOf } from "../words/problems.js";

/** A build context that cannot be read. */
export interface ContextTrouble {
  readonly folder: string;
  readonly problem: string;
}

/** A problem as it is shown. Its code has a page in `docs/problems.md`. */
export type Diagnostic = Placed<{
  readonly code: Problem["code"];
  readonly severity: Severity | "hint";
  readonly message: string;
  /** Where it comes from. */
  readonly related: readonly RelatedPlace[];
}>;

/** What is half typed in a text, of which all else is told as it was. */
export interface HalfTypedPart {
  readonly range: TextRange;
  /** Of the text as it stands; null: it is not to be told of yet. */
  readonly analysis: Analysis | null;
}

/**
 * Each problem once, in the order of the text.
 * @param context null when nothing is wrong with it
 * @param typed null: nothing is
 */
export function diagnostics(
  analysis: Analysis,
  context: ContextTrouble | null = null,
  typed: HalfTypedPart | null = null,
  hiding: Hiding = () => null,
): readonly Diagnostic[] {
  const seen = new Set<string>();
  const isHidden = ignoredProblems((typed?.analysis ?? analysis).input.dockerfile);
  const isTyped = ({ range }: Placed<Problem>): boolean =>
    typed !== null &&
    range !== null &&
    range.start <= typed.range.end &&
    range.end >= typed.range.start;
  return [
    ...analysis.problems.filter((problem) => !isTyped(problem)),
    ...advice(analysis).filter((problem) => !isTyped(problem)),
    ...(typed?.analysis?.problems.filter(isTyped) ?? []),
    ...contextDiagnostic(analysis, context),
  ]
    .map((problem): Diagnostic => {
      const { code, range } = problem;
      const severity = shownSeverity(problem);
      const related = relatedPlaces(analysis, problem, hiding);
      return { code, severity, message: problemWords(problem), range, related };
    })
    .filter(({ code, message, range }) => {
      if (isHidden({ code, range })) return false;
      const name = JSON.stringify([code, range, message]);
      const isNew = !seen.has(name);
      seen.add(name);
      return isNew;
    })
    .map((diagnostic) => ({ ...diagnostic, message: printable(diagnostic.message) }))
    .sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0));
}

/** A file in which nothing is written yet is no mistake of anybody, though no build takes it. */
function shownSeverity(problem: Problem): Diagnostic["severity"] {
  switch (problem.code) {
    case "no-instructions":
      return "information";
    case "stray-files-taken":
    case "package-index-stale":
      return "hint";
    default:
      return severityOf(problem);
  }
}

/** Once for the document, where it first matters; a file that takes nothing from it needs none. */
function contextDiagnostic(
  analysis: Analysis,
  context: ContextTrouble | null,
): readonly Placed<Problem>[] {
  if (context === null) return [];
  const { builder } = analysis.graph.definition;
  const first = analysis.steps.find(
    ({ step, isBuilt }) => isBuilt && contextRequests(step, builder).length > 0,
  );
  if (first === undefined) return [];
  const range = rangeAt(startOf(analysis.graph, first.place), first.step.instruction.keywordRange);
  const { folder, problem: reason } = context;
  return [{ code: "context-unreadable", folder, reason, range }];
}
