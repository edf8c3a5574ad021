/** "Simulate Failure at This Step" as a Markdown document. */
import type { FailureReport } from "./failure.js";
import { codeSpan, escapeMarkdown, tableCode } from "./markdown.js";

/** @param name the Dockerfile as it is called in the document */
export function failureDocument(report: FailureReport | null, name: string): string {
  if (report === null) {
    return `# If a step fails\n\nNo step of ${codeSpan(name)} that the build reaches stands here: put the cursor on an instruction that the target needs and that runs something.\n`;
  }
  const { failed, kept, possible, left, shell, nextBuild, cleanUp } = report;
  const rows = [
    ...kept.map((step) => ({ ...step, state: "kept" })),
    ...possible.map((step) => ({ ...step, state: "kept or cancelled" })),
    { ...failed, state: "**fails**" },
  ].sort((a, b) => a.line - b.line);
  return [
    `# If line ${failed.line} fails`,
    `A build of ${codeSpan(name)} that fails at ${codeSpan(failed.text)}\\. Nothing was run\\.`,
    "## What is left",
    list(left),
    [
      "| Line | Step | Its result |",
      "| ---: | --- | --- |",
      ...rows.map(({ line, text, state }) => `| ${line} | ${tableCode(text)} | ${state} |`),
    ].join("\n"),
    ...(shell === null
      ? []
      : [
          "## A shell in the last good step",
          escapeMarkdown(shell.intro),
          `\`\`\`sh\n${shell.commands.join("\n")}\n\`\`\``,
        ]),
    "## The next build",
    list(nextBuild),
    "## Cleaning up",
    list(cleanUp),
    "",
  ].join("\n\n");
}

function list(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${escapeMarkdown(sentence)}`).join("\n");
}
