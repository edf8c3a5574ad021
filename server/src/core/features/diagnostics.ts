/** What is wrong with the Dockerfile and its files, for the Problems view. */
import type { Analysis } from "../analysis/analyse.js";
import type { Problem } from "../text/range.js";

/** Each problem once, in the order of the text. */
export function diagnostics(analysis: Analysis): readonly Problem[] {
  const seen = new Set<string>();
  return analysis.problems
    .filter(({ code, message, range }) => {
      const name = JSON.stringify([code, range, message]);
      const isNew = !seen.has(name);
      seen.add(name);
      return isNew;
    })
    .sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0));
}
