/** The picture of a build as one SVG: the graph of its stages, and the stack of its layers. */

import type { View } from "../analysis/view.js";
import { xmlText } from "../text/surfaces.js";
import type { Drawing, Reach } from "./drawing.js";
import { drawGraph } from "./graphDrawing.js";
import { graphPicture } from "./graphPicture.js";
import { legendOf } from "./legend.js";
import { pictureStyle } from "./pictureStyle.js";
import { drawStack } from "./stackDrawing.js";
import { stackPicture } from "./stackPicture.js";
import { element } from "./svg.js";

export interface PictureOptions {
  /** `all`: both, one above the other. A Dockerfile with one stage has a stack alone. */
  readonly part: "stack" | "graph" | "all";
  readonly reach: Reach;
  /** Letters and digits; keeps the ids of several pictures in one page apart. */
  readonly id: string;
  /** Pixels that it should not be wider than, as far as that can be. Default: those of a page. */
  readonly room?: number;
}

const pageWidth = 1160;

/** null: there is nothing to draw. The text has no empty line, so that Markdown keeps it whole. */
export function pictureSvg(view: View, options: PictureOptions): string | null {
  const graph = options.part === "stack" ? null : graphPicture(view);
  const stack = options.part === "graph" ? null : stackPicture(view);
  const drawings = [
    ...(graph === null ? [] : [drawGraph(graph, options.reach, options.room ?? pageWidth)]),
    ...(stack === null ? [] : [drawStack(stack, options.reach)]),
  ];
  return drawings.length === 0 ? null : assemble(drawings, options);
}

/** Pixels between two drawings, and above the legend. */
const gap = 28;
const legendGap = 12;

function assemble(drawings: readonly Drawing[], options: PictureOptions): string {
  const { id, reach, room = pageWidth } = options;
  const width = Math.max(...drawings.map((drawing) => drawing.width));
  const legend = legendOf(drawings.map(({ body }) => body).join(""), Math.min(width, room));
  // What can be pressed is no item of a list.
  const listRole = reach === "button" ? "group" : "list";
  let y = 0;
  const parts = drawings.map((drawing) => {
    const part = element(
      "g",
      { transform: `translate(0 ${Math.round(y)})`, role: listRole, "aria-label": drawing.title },
      drawing.body,
    );
    y += Math.ceil(drawing.height) + gap;
    return part;
  });
  const height = y - gap + legendGap + legend.height;
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
    legend.draw(y - gap + legendGap),
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
