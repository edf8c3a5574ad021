/**
 * Names from a workspace are data: in Markdown they never become a link, markup, HTML or another
 * table cell, and in a terminal no control sequence. Checked without a Markdown parser: what is not
 * escaped and not in a code span may hold no character that Markdown gives a meaning.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { View } from "../../../server/src/core/analysis/view.js";
import {
  simulationMarkdown,
  simulationText,
} from "../../../server/src/core/documents/simulationText.js";
import { codeLenses } from "../../../server/src/core/features/codeLens.js";
import { hover } from "../../../server/src/core/features/hover.js";
import {
  type LayerNode,
  layerChildren,
  layerStack,
} from "../../../server/src/core/features/layerStack.js";
import { codeSpan, escapeMarkdown } from "../../../server/src/core/text/markdown.js";
import { runs } from "../../support/thorough.js";
import { analysisOf, built } from "../analysis/support.js";

const hostile = [
  "](command:workbench.action.quit)",
  "[a](https://evil.example)",
  "<img src=x onerror=alert(1)>",
  "`code`",
  "``` fence",
  "**bold** __it__",
  "| cell | cell |",
  "&lt;b&gt; &#60;",
  "# heading",
  "- item",
  "https://auto.example/link",
  "www.auto.example",
  "me@auto.example",
  "$(icon) $(error)",
  "\u202egnp.exe",
  "\u0007\u001b[31mred\u001b]8;;http://x\u0007",
  "a\\",
  "\\`",
  "x".repeat(10_000),
];

const piece = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: fc.constantFrom(..."`[]()<>|*_\\&#!~$@:-+.{} \nab"), maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);

test("any text in a hover's sentence is shown as it is", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
      const text = pieces.join(" ");
      checkMarkdown(escapeMarkdown(text));
      checkMarkdown(`${codeSpan(text)}`);
      checkMarkdown(`before ${codeSpan(text)} after`);
    }),
    { numRuns: runs(1000) },
  );
});

test("hostile file names, arguments and values stay text in hovers, trees and tables", () => {
  for (const name of hostile) {
    const path = `dir/${name.replace(/[\n/\0]/g, "_").slice(0, 200)}`;
    const value = name.replaceAll('"', "");
    const text = [
      `FROM alpine AS base`,
      `ARG A=${JSON.stringify(value)}`,
      `LABEL l=${JSON.stringify(value)}`,
      `ENV E=${JSON.stringify(value)}`,
      `COPY dir/ /x/`,
      `COPY ${JSON.stringify([path, "/y"])}`,
      `COPY ${JSON.stringify([`gone/${name}`, "/z"])}`,
      `RUN echo ${name} $A`,
      `WORKDIR ${JSON.stringify(value)}`,
      `CMD ${JSON.stringify([name])}`,
    ].join("\n");
    const files = { [path]: "a" };
    const state = built({ text, files });
    const analysis = analysisOf({ text, files: { [path]: "b", [`${path}2`]: "c" }, state });
    const view = { analysis, isResult: false };
    for (const line of text.matchAll(/^.*$/gm)) {
      for (const at of [line.index, line.index + 8, line.index + line[0].length - 1]) {
        checkMarkdown(hover(view, at)?.markdown ?? "");
      }
    }
    for (const node of allNodes(view)) checkMarkdown(node.tooltip);
    for (const { title } of codeLenses(view, "all")) {
      assert.ok(title.length <= 110);
      assert.doesNotMatch(title, control, "a lens is one line without control characters");
    }
    for (const node of allNodes(view)) {
      assert.doesNotMatch(node.label + node.description, control, JSON.stringify(node.label));
    }
    checkTable(simulationMarkdown(analysis));
    assert.doesNotMatch(simulationText(analysis).replaceAll("\n", ""), control);
  }
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const control = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

function allNodes(view: View): readonly LayerNode[] {
  const open = [...layerStack(view, { folder: "app", problem: "", isWatched: true })];
  const nodes: LayerNode[] = [];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    nodes.push(node);
    if (node.children === "lazy") open.push(...layerChildren(view, node.id));
    else if (node.children !== null) open.push(...node.children);
  }
  return nodes;
}

/** Each row of a table has the columns of its head. */
function checkTable(markdown: string): void {
  const rows = markdown.split("\n").filter((line) => line.startsWith("|"));
  for (const row of rows) {
    const bars = row.replace(/\\./g, "").match(/\|/g)?.length ?? 0;
    assert.equal(bars, 6, row.slice(0, 200));
  }
  for (const row of rows.filter((line) => !line.startsWith("| ---"))) {
    for (const cell of row.split(/(?<!\\)\|/)) checkMarkdown(cell.trim());
  }
}

/**
 * What is left of a Markdown text without its escapes, code spans and the marks that our own
 * sentences use (bold, emphasis, list items) has no character that Markdown gives a meaning.
 */
function checkMarkdown(markdown: string): void {
  const bare = withoutCodeSpans(markdown)
    .replace(/\\[!-/:-@[-`{-~]/g, "")
    .replace(/&(?:amp|lt|gt);/g, "")
    .replace(/^- /gm, "")
    .replace(/\*\*?/g, "");
  assert.doesNotMatch(
    bare,
    /[<>[\]`&|]|https?:\/\/|www\.|\S@\S/,
    JSON.stringify(markdown).slice(0, 600),
  );
  assert.doesNotMatch(
    bare,
    /^ {0,3}(?:#|>|\d+[.)] |[-+*] |~~~|={2,}|-{2,})/m,
    JSON.stringify(markdown).slice(0, 600),
  );
}

/** CommonMark: a run of backticks is closed by the next run of the same length, or it is text. */
function withoutCodeSpans(markdown: string): string {
  const marks = /\\[\s\S]|`+/g;
  let bare = "";
  let at = 0;
  for (let mark = marks.exec(markdown); mark !== null; mark = marks.exec(markdown)) {
    bare += markdown.slice(at, mark.index);
    at = marks.lastIndex;
    const [run] = mark;
    const close = run.startsWith("`") ? closing(markdown, run, at) : -1;
    if (close < 0) bare += run;
    else {
      at = close;
      marks.lastIndex = close;
    }
  }
  return bare + markdown.slice(at);
}

/** Where the next run of as many backticks ends; -1: there is none. */
function closing(markdown: string, run: string, from: number): number {
  const runs = /`+/g;
  runs.lastIndex = from;
  for (let other = runs.exec(markdown); other !== null; other = runs.exec(markdown)) {
    if (other[0].length === run.length) return runs.lastIndex;
  }
  return -1;
}
