/**
 * "Explain Layers": one document about one Dockerfile, as Markdown. The Dockerfile, the picture, the
 * table, what each line brings and what it can rebuild, and the totals. All of it is worked out for
 * this file; nothing in it is a link or markup of the Dockerfile's.
 */

import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import type { View } from "../analysis/view.js";
import type { Builder } from "../build/builder.js";
import type { Stage } from "../graph/graph.js";
import { type LineSet, lineList } from "../insight/lineSet.js";
import { pictureSvg } from "../picture/pictureSvg.js";
import { stageSentences, textStack } from "../picture/textPicture.js";
import { say } from "../text/say.js";
import { codeBlock, codeSpan, markdownText, tableCode, tableText } from "../text/surfaces.js";
import { stageWords } from "../words/stageWords.js";
import { baselineMessage, summarySentence } from "../words/summary.js";
import { type Explained, explain } from "./explain.js";
import { explainTable, findingList, totalsSentence } from "./explainText.js";
import { markdownTable } from "./markdownTable.js";

export interface DocumentOptions {
  /** The Dockerfile as it is called in the document. */
  readonly name: string;
  /** `text`: drawn in characters, for where an SVG inside Markdown is not shown. */
  readonly picture: "svg" | "text";
  /** A line, from 1, around which a very long Dockerfile is told of; null: all of it is. Default: null. */
  readonly around?: number | null;
}

/** Pixels of a drawn picture, which stands in a column beside the text. */
const columnWidth = 560;

export function explainDocument(
  view: View,
  { name, picture, around = null }: DocumentOptions,
): string {
  const { analysis } = view;
  const part = toldPart(analysis, around);
  const explained = explain(analysis, name, part.steps);
  const options = { part: "all", reach: "none", id: "stratacast-picture" } as const;
  const drawn =
    picture === "svg"
      ? htmlBlock(pictureSvg(view, { ...options, room: columnWidth }))
      : textPicture(view);
  return [
    `# ${codeSpan(name) === "" ? say`Layers of a Dockerfile` : say`Layers of ${codeSpan(name)}`}`,
    markdownText(totals(view, explained).join(" ")),
    markdownText(settingSentence(view)),
    ...(part.sentence === "" ? [] : [markdownText(part.sentence)]),
    ...(explained.findings.length === 0 ? [] : [findingList(explained.findings)]),
    ...(drawn === null ? [] : [`## ${say`The picture`}`, drawn]),
    `## ${say`The Dockerfile`}`,
    codeBlock(numberedLines(analysis.input.dockerfile.text, part), "dockerfile"),
    `## ${say`Step by step`}`,
    explainTable(explained),
    `## ${say`If a line changes`}`,
    changesTable(explained),
    "",
  ].join("\n\n");
}

/** What a document tells of: all, or a part of a very long Dockerfile. */
interface ToldPart {
  readonly steps: readonly StepAnalysis[];
  /** From 1. */
  readonly from: number;
  readonly to: number;
  /** What is left out; empty: nothing. */
  readonly sentence: string;
}

/** More instructions than these are told of in parts of so many: nobody reads them all at once. */
const mostTold = 300;

function toldPart({ steps, input }: Analysis, around: number | null): ToldPart {
  const lines = input.dockerfile.text.split("\n").length;
  if (around === null || steps.length <= mostTold)
    return { steps, from: 1, to: lines, sentence: "" };
  const at = steps.findIndex(({ place }) => place.endLine >= around);
  const middle = at < 0 ? steps.length : at;
  const first = Math.max(0, Math.min(middle - mostTold / 2, steps.length - mostTold));
  const told = steps.slice(first, first + mostTold);
  const [from, to] = [told[0]?.place.line ?? 1, told.at(-1)?.place.endLine ?? lines];
  const sentence = say`Lines ${from} to ${to} of ${lines} are explained. For others, put the cursor there and choose Explain Layers again.`;
  return { steps: told, from, to, sentence };
}

function numberedLines(text: string, { from, to }: ToldPart): string {
  const lines = text
    .replace(/\r?\n$/, "")
    .split("\n")
    .slice(from - 1, to);
  const width = String(from + lines.length - 1).length;
  return lines.map((line, at) => `${String(from + at).padStart(width)}  ${line}`).join("\n");
}

/** Which build the document speaks of, and what it is compared with. */
export function settingSentence(view: View): string {
  const { graph } = view.analysis;
  const isOnly = graph.stages.length < 2;
  return [
    buildSentence(graph.definition.builder, isOnly ? null : graph.target),
    // Without an earlier build nothing is compared: every step is told as if built for the first time.
    ...(view.analysis.input.baseline.build === null ? [] : [baselineMessage(view)]),
    say`Worked out from the text and the files: nothing was run.`,
  ].join(" ");
}

function buildSentence(builder: Builder, target: Stage | null): string {
  const { whole, upTo } = buildSentences[builder];
  return target === null ? whole() : upTo(stageWords(target));
}

const buildSentences: Readonly<
  Record<Builder, { readonly whole: () => string; readonly upTo: (target: string) => string }>
> = {
  buildkit: {
    whole: () => say`A build with BuildKit.`,
    upTo: (target) => say`A build with BuildKit, target ${target}.`,
  },
  classic: {
    whole: () => say`A build with the classic builder.`,
    upTo: (target) => say`A build with the classic builder, target ${target}.`,
  },
};

/** One sentence each. */
export function totals(view: View, explained: Explained): readonly string[] {
  const isCompared = view.analysis.input.baseline.build !== null;
  return [totalsSentence(explained), ...(isCompared ? [summarySentence(view.analysis)] : [])];
}

/** What a changed line brings and rebuilds. */
export interface ChangeRow {
  readonly line: number;
  readonly text: string;
  readonly adds: string;
  readonly rebuilds: string;
  readonly mayRebuild: string;
}

export function changeRows({ steps }: Explained): readonly ChangeRow[] {
  return steps
    .filter(({ built, trigger }) => built && !trigger)
    .map(({ line, text, adds, invalidates }) => ({
      line,
      text,
      adds: adds.text,
      rebuilds: linesOrNone(invalidates.certain),
      mayRebuild: linesOrNone(invalidates.possible),
    }));
}

export function changeTitles(): readonly string[] {
  return [say`If this changes`, say`It adds`, say`These rebuild`, say`These may rebuild`];
}

function changesTable(explained: Explained): string {
  const rows = changeRows(explained).map(({ line, text, adds, rebuilds, mayRebuild }) => [
    `${say`line ${line}`}: ${tableCode(text)}`,
    tableText(adds),
    rebuilds,
    mayRebuild,
  ]);
  return markdownTable(changeTitles(), rows);
}

function linesOrNone(lines: LineSet): string {
  return lines.count === 0 ? say`none` : lineList(lines);
}

/** In a `div` everything up to the next empty line is HTML to Markdown: no text in it is read as markup. */
function htmlBlock(svg: string | null): string | null {
  return svg === null ? null : `<div>\n${svg}\n</div>`;
}

function textPicture(view: View): string | null {
  const stack = textStack(view);
  if (stack.length === 0) return null;
  return [
    codeBlock(stack.join("\n"), "text"),
    ...stageSentences(view).map((sentence) => markdownText(sentence)),
  ].join("\n\n");
}
