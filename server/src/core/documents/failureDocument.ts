/** "Simulate Failure at This Step" as a Markdown document. */

import type { FailureReport } from "../insight/failure.js";
import { shorten } from "../insight/layerRow.js";
import { say } from "../text/say.js";
import { codeBlock, codeSpan, markdownText, tableCode } from "../text/surfaces.js";
import { markdownTable } from "./markdownTable.js";

/** @param name the Dockerfile as it is called in the document */
export function failureDocument(report: FailureReport | null, name: string): string {
  if (report === null) {
    return `# ${say`If a step fails`}\n\n${say`No step of ${codeSpan(name)} that the build reaches stands here: put the cursor on an instruction that the target needs and that runs something.`}\n`;
  }
  const { failed, kept, possible, left, shell, nextBuild, cleanUp } = report;
  const rows = [
    ...kept.map((step) => ({ ...step, state: say`kept` })),
    ...possible.map((step) => ({ ...step, state: say`kept or cancelled` })),
    { ...failed, state: `**${say`fails`}**` },
  ].sort((a, b) => a.line - b.line);
  return [
    `# ${say`If line ${failed.line} fails`}`,
    say`A build of ${codeSpan(name)} that fails at ${codeSpan(failed.text)}. Nothing was run.`,
    `## ${say`What is left`}`,
    list(left),
    markdownTable(
      [say`Line`, say`Its result`, say`Step`],
      rows.map(({ line, text, state }) => [String(line), state, tableCode(shorten(text))]),
      "rll",
    ),
    ...(shell === null
      ? []
      : [
          `## ${say`A shell in the last good step`}`,
          markdownText(shell.intro),
          codeBlock(shell.commands.join("\n"), "sh"),
        ]),
    `## ${say`The next build`}`,
    list(nextBuild),
    `## ${say`Cleaning up`}`,
    list(cleanUp),
    "",
  ].join("\n\n");
}

function list(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${markdownText(sentence)}`).join("\n");
}
