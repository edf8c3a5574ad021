/**
 * "Explain Layers": one document about one Dockerfile, as Markdown. The Dockerfile, the picture, the
 * table, what each line brings and what it can rebuild, and the totals. All of it is worked out for
 * this file; nothing in it is a link or markup of the Dockerfile's.
 */

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
}

export function explainDocument(view: View, { name, picture }: DocumentOptions): string {
  const { analysis } = view;
  const explained = explain(analysis, name);
  const drawn =
    picture === "svg"
      ? htmlBlock(pictureSvg(view, { part: "all", reach: "none", id: "stratacast-picture" }))
      : textPicture(view);
  return [
    `# ${codeSpan(name) === "" ? say`Layers of a Dockerfile` : say`Layers of ${codeSpan(name)}`}`,
    markdownText(settingSentence(view)),
    ...(explained.findings.length === 0 ? [] : [findingList(explained.findings)]),
    ...(drawn === null ? [] : [`## ${say`The picture`}`, drawn]),
    `## ${say`The Dockerfile`}`,
    codeBlock(analysis.input.dockerfile.text, "dockerfile"),
    `## ${say`Step by step`}`,
    explainTable(explained),
    `## ${say`If a line changes`}`,
    changesTable(explained),
    `## ${say`In total`}`,
    totals(view, explained)
      .map((sentence) => `- ${markdownText(sentence)}`)
      .join("\n"),
    "",
  ].join("\n\n");
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
