/** What `docker run` does, for a terminal and as Markdown. */
import { codeSpan, escapeMarkdown, tableCell, tableCode } from "./markdown.js";
import { printable } from "./printable.js";
import type { RunPlan } from "./runPlan.js";

export function runPlanText(plan: RunPlan): string {
  const width = Math.max(...plan.values.map(({ name }) => name.length));
  return [
    plan.command,
    "",
    ...plan.steps.flatMap(({ title, details }, at) => [
      `${at + 1}. ${title}`,
      ...details.map((detail) => `   ${printable(detail)}`),
    ]),
    "",
    ...plan.values.map(({ name, value, note }) =>
      `${name.padEnd(width)}  ${printable(value ?? notKnown)}${note === "" ? "" : `  (${note})`}`.trimEnd(),
    ),
    "",
    ...plan.traps.map(
      ({ message, line }) => `! ${line === null ? "" : `line ${line}: `}${printable(message)}`,
    ),
    ...(plan.traps.length === 0 ? [] : [""]),
    "Nothing was run: this is a simulation.",
    "",
  ].join("\n");
}

/** @param name the Dockerfile as it is called in the document */
export function runPlanDocument(plan: RunPlan | null, name: string): string {
  if (plan === null) {
    return `# What docker run does\n\n${codeSpan(name)} has no FROM yet, so there is no image to run.\n`;
  }
  const traps = plan.traps.map(
    ({ message, line }) =>
      `- ${line === null ? "" : `**Line ${line}**: `}${escapeMarkdown(message)}`,
  );
  return [
    "# What docker run does",
    `With the image of ${codeSpan(name)}, for ${codeSpan(plan.command)}\\. Nothing was run\\.`,
    ...(traps.length === 0 ? [] : ["## Look out", traps.join("\n")]),
    "## Step by step",
    plan.steps
      .map(({ title, details }, at) =>
        [
          `${at + 1}. **${escapeMarkdown(title)}**`,
          ...details.map((detail) => `   - ${escapeMarkdown(detail)}`),
        ].join("\n"),
      )
      .join("\n"),
    "## Final values",
    [
      "| What | Value | Note |",
      "| --- | --- | --- |",
      ...plan.values.map(
        ({ name: what, value, note }) =>
          `| ${what} | ${value === null ? notKnown : tableCode(value)} | ${tableCell(note)} |`,
      ),
    ].join("\n"),
    "",
  ].join("\n\n");
}

const notKnown = "not set here";
