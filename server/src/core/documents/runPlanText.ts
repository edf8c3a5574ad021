/** What `docker run` does, for a terminal and as Markdown. */

import type { Analysis } from "../analysis/analyse.js";
import { type RunPlan, runPlan } from "../insight/runPlan.js";
import type { RunOptions } from "../insight/runTraps.js";
import { largest } from "../text/longLists.js";
import { type Paint, unpainted } from "../text/paint.js";
import { say } from "../text/say.js";
import { codeSpan, markdownText, printable, tableCode, tableText } from "../text/surfaces.js";
import { findingList } from "./explainText.js";
import { findingLines } from "./findingLines.js";
import { markdownTable } from "./markdownTable.js";
import { type FindingJson, findingsJson } from "./simulation.js";

/** The plan with what is wrong with the Dockerfile. */
export interface RunJson extends RunPlan {
  readonly findings: readonly FindingJson[];
}

/**
 * @param dockerfile as it is called there
 * @returns null: the Dockerfile has no stage, so there is no image
 */
export function runJson(
  analysis: Analysis,
  options: RunOptions,
  dockerfile: string,
): RunJson | null {
  const plan = runPlan(analysis, options);
  return plan === null ? null : { ...plan, findings: findingsJson(analysis, dockerfile) };
}

/** For a terminal. */
export function runPlanText(plan: RunJson, paint: Paint = unpainted): string {
  const width = largest(
    plan.values.map(({ name }) => name.length),
    0,
  );
  return [
    paint("title", printable(plan.command)),
    "",
    ...findingLines(plan.findings, paint),
    ...(plan.findings.length === 0 ? [] : [""]),
    ...plan.steps.flatMap(({ title, details }, at) => [
      paint("title", printable(`${at + 1}. ${title}`)),
      ...details.map((detail) => printable(`   ${detail}`)),
    ]),
    "",
    ...plan.values.map(({ name, value, note }) =>
      printable(
        `${name.padEnd(width)}  ${value ?? notKnown()}${note === "" ? "" : `  (${note})`}`.trimEnd(),
      ),
    ),
    "",
    ...plan.traps.map(
      ({ message, line }) =>
        `${paint("rebuilds", "!")} ${printable(`${line === null ? "" : `${say`line ${line}`}: `}${message}`)}`,
    ),
    ...(plan.traps.length === 0 ? [] : [""]),
    say`Nothing was run: this is a simulation.`,
    "",
  ].join("\n");
}

/** @param name the Dockerfile as it is called in the document */
export function runPlanDocument(plan: RunJson | null, name: string): string {
  const title = `# ${say`What docker run does`}`;
  if (plan === null) {
    return `${title}\n\n${say`${codeSpan(name)} has no FROM yet, so there is no image to run.`}\n`;
  }
  const traps = plan.traps.map(
    ({ message, line }) =>
      `- ${line === null ? "" : `**${say`Line ${line}`}**: `}${markdownText(message)}`,
  );
  return [
    title,
    say`With the image of ${codeSpan(name)}, for ${codeSpan(plan.command)}. Nothing was run.`,
    ...(plan.findings.length === 0 ? [] : [findingList(plan.findings)]),
    ...(traps.length === 0 ? [] : [`## ${say`Look out`}`, traps.join("\n")]),
    `## ${say`Step by step`}`,
    plan.steps
      .map(({ title, details }, at) =>
        [
          `${at + 1}. **${markdownText(title)}**`,
          ...details.map((detail) => `   - ${markdownText(detail)}`),
        ].join("\n"),
      )
      .join("\n"),
    `## ${say`Final values`}`,
    markdownTable(
      [say`What`, say`Value`, say`Note`],
      plan.values.map(({ name: what, value, note }) => [
        what,
        value === null ? notKnown() : tableCode(value),
        tableText(note),
      ]),
    ),
    "",
  ].join("\n\n");
}

function notKnown(): string {
  return say`not set here`;
}
