/** Findings as the command line prints them: where each stands first, as editors and terminals link it. */
import { type Paint, unpainted } from "../text/paint.js";
import { say } from "../text/say.js";
import { printable } from "../text/surfaces.js";
import type { Severity } from "../words/problems.js";
import type { FindingJson } from "./simulation.js";

/** `app/Dockerfile:3:7: error: …`, a line each. */
export function findingLines(
  findings: readonly FindingJson[],
  paint: Paint = unpainted,
): readonly string[] {
  return findings.map(({ path, line, column, severity, message }) => {
    const place = [path === "-" ? "stdin" : path, ...(line === null ? [] : [line, column])];
    const word = paint(severity === "error" ? "fails" : "rebuilds", severityWords(severity));
    return `${paint("title", printable(`${place.join(":")}:`))} ${word}: ${printable(message)}`;
  });
}

export function severityWords(severity: Severity): string {
  switch (severity) {
    case "error":
      return say`error`;
    case "warning":
      return say`warning`;
    case "information":
      return say`information`;
  }
}
