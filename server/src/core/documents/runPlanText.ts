/** What `docker run` does, for a terminal and as Markdown. */

import type { Analysis } from "../analysis/analyse.js";
import { type RunPlan, runPlan } from "../insight/runPlan.js";
import type { RunOptions } from "../insight/runTraps.js";
import { largest } from "../text/longLists.js";
import { say } from "../text/say.js";
import { codeSpan, markdownText, printable, tableCode, tableText } from "../text/surfaces.js";
import { findingList, severityWords } from "./explainText.js";
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

export function runPlanText(plan: RunJson): string {
  const width = largest(
    plan.values.map(({ name }) => name.length),
    0,
  );
  return [
    plan.command,
    "",
    ...plan.findings.map(
      ({ severity, message, line }) =>
        `${severityWords(severity)}${line === null ? "" : `, ${say`line ${line}`}`}: ${printable(message)}`,
    ),
    ...(plan.findings.length === 0 ? [] : [""]),
    ...plan.steps.flatMap(({ title, details }, at) => [
      `${at + 1}. ${title}`,
      ...details.map((detail) => `   ${detail}`),
    ]),
    "",
    ...plan.values.map(({ name, value, note }) =>
      `${name.padEnd(width)}  ${value ?? notKnown()}${note === "" ? "" : `  (${note})`}`.trimEnd(),
    ),
    "",
    ...plan.traps.map(
      ({ message, line }) => `! ${line === null ? "" : `${say`line ${line}`}: `}${message}`,
    ),
    ...(plan.traps.length === 0 ? [] : [""]),
    say`Nothing was run: this is a simulation.`,
    "",
  ]
    .map(printable)
    .join("\n");
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
    [
      `| ${say`What`} | ${say`Value`} | ${say`Note`} |`,
      "| --- | --- | --- |",
      ...plan.values.map(
        ({ name: what, value, note }) =>
          `| ${what} | ${value === null ? notKnown() : tableCode(value)} | ${tableText(note)} |`,
      ),
    ].join("\n"),
    "",
  ].join("\n\n");
}

function notKnown(): string {
  return say`not set here`;
}
