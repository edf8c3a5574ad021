/** The picture of a build as one SVG: the graph of its stages, and the stack of its layers. */

import type { View } from "../analysis/view.js";
import { say } from "../text/say.js";
import { xmlText } from "../text/surfaces.js";
import type { Drawing, Reach } from "./drawing.js";
import { drawGraph } from "./graphDrawing.js";
import { graphPicture } from "./graphPicture.js";
import { pictureStyle } from "./pictureStyle.js";
import { drawStack } from "./stackDrawing.js";
import { stackPicture } from "./stackPicture.js";
import { element, textWidth } from "./svg.js";

export interface PictureOptions {
  /** `all`: both, one above the other. A Dockerfile with one stage has a stack alone. */
  readonly part: "stack" | "graph" | "all";
  readonly reach: Reach;
  /** Letters and digits; keeps the ids of several pictures in one page apart. */
  readonly id: string;
}

/** null: there is nothing to draw. The text has no empty line, so that Markdown keeps it whole. */
export function pictureSvg(view: View, options: PictureOptions): string | null {
  const graph = options.part === "stack" ? null : graphPicture(view);
  const stack = options.part === "graph" ? null : stackPicture(view);
  const drawings = [
    ...(graph === null ? [] : [drawGraph(graph, options.reach)]),
    ...(stack === null ? [] : [drawStack(stack, options.reach)]),
  ];
  return drawings.length === 0 ? null : assemble(drawings, options);
}

/** Pixels between two drawings, and the room of the legend. */
const gap = 28;
const legendHeight = 30;

function assemble(drawings: readonly Drawing[], { id, reach }: PictureOptions): string {
  const legend = legendOf();
  const width = Math.max(...drawings.map((drawing) => drawing.width), legend.width);
  let y = 0;
  const parts = drawings.map((drawing) => {
    const part = element(
      "g",
      { transform: `translate(0 ${Math.round(y)})`, role: "list", "aria-label": drawing.title },
      drawing.body,
    );
    y += Math.ceil(drawing.height) + gap;
    return part;
  });
  const height = y - gap + legendHeight;
  const title = drawings.map((drawing) => drawing.title).join(" · ");
  const description = drawings.map((drawing) => drawing.description).join(" ");
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: "stratacast",
      id,
      width: Math.ceil(width),
      height,
      viewBox: `0 0 ${Math.ceil(width)} ${height}`,
      // A picture that is only looked at is one image to a screen reader; else its boxes are reached.
      role: reach === "none" ? "img" : "group",
      "aria-labelledby": `${id}-title ${id}-desc`,
    },
    element("title", { id: `${id}-title` }, xmlText(title)),
    element("desc", { id: `${id}-desc` }, xmlText(description)),
    element("style", {}, pictureStyle(id, width)),
    element("defs", {}, pattern(id, "miss"), pattern(id, "unknown")),
    ...parts,
    legend.draw(y - gap + 12),
  );
}

/** Stripes for what rebuilds, dots for what may: the colour is never the only sign. */
function pattern(id: string, kind: "miss" | "unknown"): string {
  const size = kind === "miss" ? 8 : 5;
  const attributes = {
    id: `${id}-${kind}`,
    width: size,
    height: size,
    patternUnits: "userSpaceOnUse",
  };
  const ground = element("rect", { class: `sc-ground-${kind}`, width: size, height: size });
  const sign =
    kind === "miss"
      ? element("path", { class: "sc-sign", d: "M-2 2L2 -2M0 8L8 0M6 10L10 6" })
      : element("circle", { class: "sc-dot", cx: 2.5, cy: 2.5, r: 1.5 });
  return element("pattern", attributes, ground, sign);
}

interface Legend {
  readonly width: number;
  /** @param y of its top */
  readonly draw: (y: number) => string;
}

/** Pixels: the room of an entry at least, and what it needs beside its words. */
const legendStep = 110;
const legendMark = 20;
const legendGap = 14;

function legendOf(): Legend {
  let width = 0;
  const entries = [
    { kind: "sc-hit", words: say`cached` },
    { kind: "sc-miss", words: say`rebuilds` },
    { kind: "sc-unknown", words: say`may rebuild` },
    { kind: "sc-plain", words: say`not built yet` },
  ].map((entry) => {
    const x = 2 + width;
    width += Math.max(legendStep, Math.ceil(legendMark + textWidth(entry.words, 11) + legendGap));
    return { ...entry, x };
  });
  const draw = (y: number) =>
    element(
      "g",
      { class: "sc-legend", "aria-hidden": "true" },
      ...entries.map(
        ({ kind, words, x }) =>
          element("rect", { class: `sc-mark ${kind}`, x, y, width: 14, height: 11 }) +
          element(
            "text",
            { class: "sc-detail", x: x + legendMark, y: y + 10, "font-size": 11 },
            xmlText(words),
          ),
      ),
    );
  return { width, draw };
}
