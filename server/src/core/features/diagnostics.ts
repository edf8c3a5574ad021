/** What is wrong with the Dockerfile and its files, for the Problems view. */
import type { Analysis } from "../analysis/analyse.js";
import { contextRequests } from "../files/requests.js";
import { printable } from "../text/printable.js";
import { type Problem, rangeAt } from "../text/range.js";
import { say } from "../text/say.js";

/** A build context that cannot be read. */
export interface ContextTrouble {
  readonly folder: string;
  readonly problem: string;
}

/** Each problem once, in the order of the text. `context`: null when nothing is wrong with it. */
export function diagnostics(
  analysis: Analysis,
  context: ContextTrouble | null = null,
): readonly Problem[] {
  const seen = new Set<string>();
  return [...analysis.problems, ...contextDiagnostic(analysis, context)]
    .filter(({ code, message, range }) => {
      const name = JSON.stringify([code, range, message]);
      const isNew = !seen.has(name);
      seen.add(name);
      return isNew;
    })
    .map((problem) => ({ ...problem, message: printable(problem.message) }))
    .sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0));
}

/** Once for the document, where it first matters; a file that takes nothing from it needs none. */
function contextDiagnostic(analysis: Analysis, context: ContextTrouble | null): readonly Problem[] {
  if (context === null) return [];
  const { builder } = analysis.graph.definition;
  const first = analysis.steps.find(
    ({ step, isBuilt }) => isBuilt && contextRequests(step, builder).length > 0,
  );
  if (first === undefined) return [];
  return [
    {
      code: "context-unreadable",
      message: say`The files of this step are not known. The build context ${context.folder}: ${context.problem}.`,
      severity: "warning",
      range: rangeAt(first.place.start, first.step.instruction.keywordRange),
    },
  ];
}
