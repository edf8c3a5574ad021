/** What `stratacast simulate` prints, in English: for a terminal, and as Markdown for a pull request. */

import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { largest } from "../text/longLists.js";
import { count, formatBytes } from "../text/sizes.js";
import { printable, tableCode, tableText } from "../text/surfaces.js";
import { causeSentence, isOfEveryStep } from "../words/causeWords.js";
import { verdict } from "../words/predictionWords.js";
import { problemWords, severityOf } from "../words/problems.js";
import { summarySentence } from "../words/summary.js";

/** Lines for a terminal: one a step, its cause under it. */
export function simulationText(analysis: Analysis): string {
  const lines: string[] = [];
  const width = String(analysis.steps.at(-1)?.place.endLine ?? 1).length;
  const effectWidth = largest(
    analysis.steps.map((step) => effectWords(step).length),
    0,
  );
  for (const analysed of analysis.steps) {
    const { step, place } = analysed;
    lines.push(
      `${String(place.line).padStart(width)}  ${verdict(analysed).padEnd(11)}  ${effectWords(analysed).padEnd(effectWidth)}  ${printable(step.text)}`,
    );
    const [cause] = analysed.prediction.causes;
    if (cause !== undefined && !isOfEveryStep(cause))
      lines.push(`${" ".repeat(width)}  ↳ ${printable(causeSentence(cause, analysis.graph))}`);
  }
  return [...lines, "", ...findings(analysis), printable(summarySentence(analysis)), ""].join("\n");
}

export function simulationMarkdown(analysis: Analysis): string {
  const rows = analysis.steps.map((analysed) => {
    const [cause] = analysed.prediction.causes;
    return `| ${analysed.place.line} | ${effectWords(analysed)} | ${tableCode(analysed.step.text)} | ${verdict(analysed)} | ${cause === undefined || isOfEveryStep(cause) ? "" : tableText(causeSentence(cause, analysis.graph))} |`;
  });
  return [
    "| Line | Layer | Instruction | Cache | Why |",
    "| ---: | --- | --- | --- | --- |",
    ...rows,
    "",
    ...analysis.problems.map(
      (problem) => `- **${severityOf(problem)}**: ${tableText(problemWords(problem))}`,
    ),
    tableText(summarySentence(analysis)),
    "",
  ].join("\n");
}

function effectWords({ effect, layer, stageLayer, files }: StepAnalysis): string {
  const size = files === null ? "" : `, ${count(files.count, "file")}, ${formatBytes(files.bytes)}`;
  switch (effect) {
    case "base":
      return stageLayer === null ? "no layer of its own" : "base image";
    case "layer":
      return layer === null ? `layer of its stage${size}` : `layer ${layer}${size}`;
    case "metadata":
      return "metadata";
    case "none":
      return "build time only";
  }
}

function findings(analysis: Analysis): readonly string[] {
  return analysis.problems.map(
    (problem) => `${severityOf(problem)}: ${printable(problemWords(problem))}`,
  );
}
