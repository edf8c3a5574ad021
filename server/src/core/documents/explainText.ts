/** The layer-by-layer table for a terminal, and as Markdown. */

import { largest } from "../text/longLists.js";
import { type Paint, unpainted } from "../text/paint.js";
import { say } from "../text/say.js";
import { count, formatBytes } from "../text/sizes.js";
import { markdownText, printable, tableCode, tableText } from "../text/surfaces.js";
import type { Explained, ExplainedStep } from "./explain.js";
import { findingLines, severityWords } from "./findingLines.js";
import { markdownTable } from "./markdownTable.js";
import type { FindingJson } from "./simulation.js";

export function explainTitles(): readonly string[] {
  return [say`Step`, say`Layer`, say`Instruction`, say`What happens inside`, say`Notes`];
}

/**
 * The table, or a list where a terminal is too narrow for one.
 * @param width of the terminal, in characters
 */
export function explainText(explained: Explained, width: number, paint: Paint = unpainted): string {
  return [
    ...(width < leastTable
      ? listRows(explained, width, paint)
      : tableRows(explained, width, paint)),
    "",
    ...findingLines(explained.findings, paint),
    totalsSentence(explained),
    "",
  ].join("\n");
}

/** Characters of the narrowest table of five columns in which sentences can be read. */
const leastTable = 80;

function tableRows(explained: Explained, width: number, paint: Paint): readonly string[] {
  const rows = explained.steps.map((step) =>
    [stepWords(step), layerWords(step), step.text, step.inside.join(" "), step.notes.join(" ")].map(
      printable,
    ),
  );
  const titles = explainTitles();
  const widths = columnWidths([titles, ...rows], width);
  return [
    ...tableRow(titles, widths).map((line) => paint("title", line)),
    paint("quiet", widths.map((columns) => "─".repeat(columns)).join("──")),
    ...rows.flatMap((row, n) => [
      // Stages, and instructions of more than a line, are easier to tell apart with air between.
      ...(n === 0 ? [] : [""]),
      ...tableRow(row, widths),
    ]),
  ];
}

function listRows({ steps }: Explained, width: number, paint: Paint): readonly string[] {
  const indented = (text: string): readonly string[] =>
    text === "" ? [] : wrap(printable(text), width - 2).map((line) => `  ${line}`);
  return steps.flatMap((step, n) => [
    ...(n === 0 ? [] : [""]),
    paint("title", `${stepWords(step)} · ${say`Layer`}: ${layerWords(step)}`),
    ...[step.text, step.inside.join(" "), step.notes.join(" ")].flatMap(indented),
  ]);
}

/** The table alone, with few columns: it stands beside the Dockerfile. */
export function explainTable(explained: Explained): string {
  const rows = explained.steps.map((step) => [
    tableText(`${stepWords(step)} · ${say`Layer`}: ${layerWords(step)}`),
    tableCode(step.text),
    tableText([...step.inside, ...step.notes].join(" ")),
  ]);
  return markdownTable([say`Step`, say`Instruction`, say`What happens inside`], rows);
}

/** The builder's number and the line: notes speak of lines. */
export function stepWords({ step, line, trigger }: ExplainedStep): string {
  const place = `${say`line ${line}`}${trigger ? ", ONBUILD" : ""}`;
  return step === null ? place : `${step}, ${place}`;
}

export function layerWords({ effect, layer, built }: ExplainedStep): string {
  if (!built) return say`not needed`;
  switch (effect) {
    case "base":
      return layer === null ? say`base` : `0: ${say`base`}`;
    case "layer":
      return layer === null ? say`of its stage` : String(layer);
    case "metadata":
      return say`metadata`;
    case "none":
      return say`none`;
  }
}

export function totalsSentence({ totals }: Explained): string {
  const instructions = count(totals.instructions, "instruction");
  const layers = count(totals.layers, "layer");
  const changes = count(totals.metadata, "change");
  const files = count(totals.files, "file");
  const bytes = formatBytes(totals.bytes);
  const open = totals.unknownLayers;
  if (open === 0)
    return say`${instructions}: ${layers} on top of the base image, ${changes} of metadata only, ${files} copied (${bytes}).`;
  return open === 1
    ? say`${instructions}: ${layers} on top of the base image, ${changes} of metadata only, ${files} copied (${bytes}); what ${count(open, "layer")} adds shows only in a build.`
    : say`${instructions}: ${layers} on top of the base image, ${changes} of metadata only, ${files} copied (${bytes}); what ${count(open, "layer")} add shows only in a build.`;
}

/** As a list in Markdown. */
export function findingList(findings: readonly FindingJson[]): string {
  return findings
    .map(
      ({ severity, message, line }) =>
        `- **${severityWords(severity)}**${line === null ? "" : `, ${say`line ${line}`}`}: ${markdownText(message)}`,
    )
    .join("\n");
}

/** Two short columns as wide as they need to be, the rest shared by the three of sentences. */
function columnWidths(rows: readonly (readonly string[])[], width: number): readonly number[] {
  const longest = (column: number, most: number): number =>
    Math.min(
      most,
      largest(
        rows.map((row) => row[column]?.length ?? 0),
        0,
      ),
    );
  const step = longest(0, 24);
  const layer = longest(1, 12);
  const rest = width - step - layer - 8;
  const text = Math.min(longest(2, rest), Math.floor(rest * 0.3));
  const inside = Math.floor((rest - text) * 0.55);
  return [step, layer, text, inside, rest - text - inside];
}

function tableRow(cells: readonly string[], widths: readonly number[]): readonly string[] {
  const wrapped = cells.map((cell, column) => wrap(cell, widths[column] ?? 1));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    wrapped
      .map((lines, column) => (lines[line] ?? "").padEnd(widths[column] ?? 1))
      .join("  ")
      .trimEnd(),
  );
}

/** Breaks at blanks, and within a word only where it is wider than the column: behind a mark, if there is one. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    let rest = word;
    if (line !== "" && line.length + 1 + rest.length > width) {
      lines.push(line);
      line = "";
    }
    while (rest.length > width) {
      const [part = ""] = /^.*[/,=:;&|}\])]/.exec(rest.slice(0, width)) ?? [rest.slice(0, width)];
      lines.push(part);
      rest = rest.slice(part.length);
    }
    line = line === "" ? rest : `${line} ${rest}`;
  }
  return [...lines, line];
}
