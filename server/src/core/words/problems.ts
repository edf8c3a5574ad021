/** What is wrong, as a person reads it: one row a code, with its sentence, severity and page. */
import type { Problem } from "../analysis/problem.js";
import { listedAll } from "../text/lists.js";
import { say } from "../text/say.js";
import { adviceRows } from "./advice.js";
import { contextRows, obstacleRows, sourceRows } from "./contextProblems.js";
import { instructionRows } from "./instructionProblems.js";
import type { ProblemRow, ProblemRows, Severity } from "./problemRow.js";
import { syntaxRows, targetRows } from "./textProblems.js";

export type { Severity } from "./problemRow.js";

const rows: ProblemRows<Problem> = {
  ...syntaxRows,
  ...targetRows,
  ...instructionRows,
  ...sourceRows,
  ...obstacleRows,
  ...contextRows,
  ...adviceRows,
};

/** A full sentence; of what is wrong on some of several platforms alone, with their names. */
export function problemWords(
  problem: Problem & { readonly platforms?: readonly string[] },
): string {
  const words = rowOf(problem).words(problem);
  const { platforms = [] } = problem;
  return platforms.length === 0 ? words : say`On ${listedAll(platforms)}: ${words}`;
}

export function severityOf(problem: Problem): Severity {
  const { severity } = rowOf(problem);
  return typeof severity === "string" ? severity : severity(problem);
}

/** True when the build fails because of it, one in a context that is but guessed included. */
export function failsBuild(problem: Problem): boolean {
  const isGuess = "place" in problem && problem.place?.kind === "guess";
  const severity = severityOf(problem);
  return severity === "error" || (isGuess && severity === "warning");
}

/** Where the page of a code is, below the folder of the project. */
export function problemPage(code: Problem["code"]): string {
  return `docs/problems.md#${code}`;
}

/** All codes, in no order. */
export function problemCodes(): readonly string[] {
  return Object.keys(rows);
}

function rowOf({ code }: Problem): ProblemRow<Problem> {
  // The row of this very code: TypeScript does not relate the two.
  return rows[code] as ProblemRow<Problem>;
}
