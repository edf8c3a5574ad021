/** What `docker run` does, for a terminal and as Markdown. */

import type { RunPlan } from "../insight/runPlan.js";
import { say } from "../text/say.js";
import { codeSpan, markdownText, printable, tableCode, tableText } from "../text/surfaces.js";

export function runPlanText(plan: RunPlan): string {
  const width = Math.max(...plan.values.map(({ name }) => name.length));
  return [
    plan.command,
    "",
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
export function runPlanDocument(plan: RunPlan | null, name: string): string {
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
