/** What the features show, from their fixtures: claims under the text, or golden texts. */

import type { View } from "../../../server/src/core/analysis/view.js";
import { explain } from "../../../server/src/core/documents/explain.js";
import { explainTable, explainText } from "../../../server/src/core/documents/explainText.js";
import { simulationJson } from "../../../server/src/core/documents/simulation.js";
import { simulationLog } from "../../../server/src/core/documents/simulationLog.js";
import {
  simulationMarkdown,
  simulationText,
} from "../../../server/src/core/documents/simulationText.js";
import { buildChoices } from "../../../server/src/core/features/buildChoices.js";
import { codeLenses, type LensDetail } from "../../../server/src/core/features/codeLens.js";
import { diagnostics } from "../../../server/src/core/features/diagnostics.js";
import { hover } from "../../../server/src/core/features/hover.js";
import { inlayHints } from "../../../server/src/core/features/inlayHints.js";
import { layerChildren, layerStack } from "../../../server/src/core/features/layerStack.js";
import { knownConfig } from "../../../server/src/core/graph/graph.js";
import { configToJson, emptyConfig } from "../../../server/src/core/image/config.js";
import type { LayerNode } from "../../../server/src/core/insight/layerRow.js";
import {
  statusDetail,
  statusText,
  summarySentence,
} from "../../../server/src/core/words/summary.js";
import { checkFixtures } from "../../support/fixtures.js";
import { anyPlace } from "../../support/shownPlace.js";

checkFixtures("codeLens", ({ view, project }) => {
  const details = project.option("detail") as readonly LensDetail[]; // the fixtures' own words
  if (details[0] === "inlay") return { expect: { "": hintsOf(view).join("\n") } };
  return {
    claims: codeLenses(view, details[0] ?? "all").map(({ line, offset, title }) => {
      const step = view.analysis.steps.find((other) => other.place.line === line)?.step;
      const length = step?.instruction.keywordRange.end ?? 0;
      return { start: offset, end: offset + length, text: title };
    }),
    expect:
      details.length === 0
        ? {}
        : { "number of lenses": `${codeLenses(view, details[0] ?? "all").length}` },
  };
});

function hintsOf(view: View): readonly string[] {
  const range = { start: 0, end: Number.POSITIVE_INFINITY };
  return inlayHints(view, range).map(({ line, label }) => `${line} ${label}`);
}

checkFixtures("hover", ({ view, cursors }) => ({
  expect: Object.fromEntries(
    cursors.map((cursor, i) => {
      const found = hover(view, cursor);
      const { text } = view.analysis.input.dockerfile;
      const over = found === null ? "" : text.slice(found.range.start, found.range.end);
      const shown = found === null ? "nothing" : `${JSON.stringify(over)}\n\n${found.markdown}`;
      return [cursors.length === 1 ? "" : `${i + 1}`, shown];
    }),
  ),
}));

checkFixtures("layerStack", ({ view }) => ({
  expect: {
    "": outline(
      view,
      layerStack(view, { folder: "app", problem: "", isWatched: true, isGuessed: false }),
    ).join("\n"),
  },
}));

function outline(view: View, nodes: readonly LayerNode[]): readonly string[] {
  return nodes.flatMap((node) => {
    const { kind, label, description, line, prediction, state, children } = node;
    const facts = [
      kind,
      ...(line === null ? [] : [`line ${line}`]),
      ...(prediction === null ? [] : [prediction]),
      ...(state === undefined ? [] : [state]),
    ];
    const below = children === "lazy" ? layerChildren(view, node.id) : (children ?? []);
    return [
      `${label}${description === "" ? "" : ` | ${description}`}  [${facts.join(", ")}]`,
      ...outline(view, below).map((row) => `  ${row}`),
    ];
  });
}

checkFixtures("simulationLog", ({ view }) => ({
  expect: {
    "": withoutIds(simulationLog(view.analysis).join("\n")),
    sentence: summarySentence(view.analysis),
    status: `${statusText(view)}\n${statusDetail(view)}`,
  },
}));

/** Keys are digests: the log shows twelve digits of them. */
function withoutIds(log: string): string {
  const names = new Map<string, string>();
  return log.replace(/\b[0-9a-f]{12}\b/g, (id) => {
    const known = names.get(id) ?? `<id ${names.size + 1}>`;
    names.set(id, known);
    return known;
  });
}

checkFixtures("diagnostics", ({ view }) => ({
  claims: diagnostics(view.analysis).map(({ range, severity, code, message }) => ({
    start: range?.start ?? 0,
    end: range?.end ?? 0,
    text: `${severity} ${code}: ${message}`,
  })),
}));

checkFixtures("buildChoices", ({ view }) => ({
  expect: { "": JSON.stringify(buildChoices(view.analysis), null, 1) },
}));

checkFixtures("simulation", ({ view }) => ({
  expect: {
    json: JSON.stringify(simulationJson(view.analysis, anyPlace), null, 1),
    text: simulationText(view.analysis, "Dockerfile"),
    markdown: simulationMarkdown(view.analysis),
  },
}));

checkFixtures("config", ({ view }) => {
  const { target } = view.analysis.graph;
  const config = configToJson(target === null ? emptyConfig : knownConfig(target));
  return {
    expect: {
      "": Object.entries(config)
        .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
        .join("\n"),
    },
  };
});

checkFixtures("explain", ({ view }) => {
  const explained = explain(view.analysis, "Dockerfile");
  return { expect: { text: explainText(explained, 120), markdown: explainTable(explained) } };
});
