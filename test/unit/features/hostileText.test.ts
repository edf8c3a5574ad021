/**
 * Names from a workspace are data in whatever the core answers: in Markdown they never become a link,
 * markup, HTML or another table cell, in the editor no link and no icon, in a terminal no control
 * sequence.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { View } from "../../../server/src/core/analysis/view.js";
import {
  simulationMarkdown,
  simulationText,
} from "../../../server/src/core/documents/simulationText.js";
import { codeLenses } from "../../../server/src/core/features/codeLens.js";
import { hover } from "../../../server/src/core/features/hover.js";
import { layerChildren, layerStack } from "../../../server/src/core/features/layerStack.js";
import type { LayerNode } from "../../../server/src/core/insight/layerRow.js";
import {
  assertInterface,
  assertMarkdown,
  assertPrintable,
  hostileValues,
} from "../../support/hostile.js";
import { readMarkdown } from "../../support/readMarkdown.js";
import { analysisOf, built } from "../analysis/support.js";

test("hostile file names, arguments and values stay text in hovers, trees and tables", () => {
  for (const name of hostileValues) {
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
        assertMarkdown(hover(view, at)?.markdown ?? "");
      }
    }
    for (const node of allNodes(view)) assertMarkdown(node.tooltip);
    for (const { title } of codeLenses(view, "all")) {
      assert.ok(title.length <= 110);
      assertInterface(title);
    }
    for (const node of allNodes(view)) {
      assertPrintable(node.label + node.description + node.accessibilityLabel);
    }
    const table = simulationMarkdown(analysis);
    assertMarkdown(table);
    const cells = readMarkdown(table)
      .text.split("\n")
      .slice(0, 5 * (1 + analysis.steps.length));
    assert.deepEqual(
      cells.filter((_, at) => at % 5 === 0),
      ["Line", ...analysis.steps.map(({ place }) => String(place.line))],
      "each row has its five cells",
    );
    assertPrintable(simulationText(analysis, "Dockerfile").replaceAll("\n", ""));
  }
});

function allNodes(view: View): readonly LayerNode[] {
  const open = [
    ...layerStack(view, { folder: "app", problem: "", isWatched: true, isGuessed: false }),
  ];
  const nodes: LayerNode[] = [];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    nodes.push(node);
    if (node.children === "lazy") open.push(...layerChildren(view, node.id));
    else if (node.children !== null) open.push(...node.children);
  }
  return nodes;
}
