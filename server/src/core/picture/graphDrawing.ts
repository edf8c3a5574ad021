/** Draws the graph of stages: what is needed above what needs it, the target at the bottom. */
import type { GraphLayout, LayoutPoint } from "../host.js";
import { say } from "../text/say.js";
import { boxGroup, type Drawing, predictionClass, type Reach, text } from "./drawing.js";
import type { GraphPicture, StageBox, StageEdge } from "./picture.js";
import { element, escapeXml, fitText, textWidth } from "./svg.js";

/** Pixels. */
const boxWidth = 190;
const boxHeight = 64;
const imageHeight = 44;
const labelSize = 11;
const labelWidth = 150;

export function drawGraph(picture: GraphPicture, layout: GraphLayout, reach: Reach): Drawing {
  const labels = picture.edges.map(({ label }) => fitText(label, labelWidth, labelSize));
  const placed = layout(
    picture.boxes.map(({ id, kind }) => ({
      id,
      width: boxWidth,
      height: kind === "image" ? imageHeight : boxHeight,
    })),
    picture.edges.map(({ from, to }, index) => ({
      from,
      to,
      width: textWidth(labels[index] ?? "", labelSize) + 8,
      height: labelSize + 6,
    })),
  );
  const edges = picture.edges.map((edge, index) => {
    const points = placed.edges[index]?.points ?? [];
    const label = placed.edges[index]?.label ?? { x: 0, y: 0 };
    return drawEdge(edge, points, { text: labels[index] ?? "", ...label });
  });
  const boxes = picture.boxes.map((box, index) =>
    drawBox(box, placed.nodes[index] ?? { x: 0, y: 0 }, reach),
  );
  return {
    width: placed.width,
    height: placed.height,
    title: picture.title,
    description: picture.description,
    // Edges first: boxes lie on top of them.
    body: edges.join("") + boxes.join(""),
  };
}

function drawBox(box: StageBox, { x, y }: LayoutPoint, reach: Reach): string {
  const isImage = box.kind === "image";
  const height = isImage ? imageHeight : boxHeight;
  const inner = boxWidth - 20;
  const className = [
    "sc-box",
    isImage ? "sc-image" : "sc-stage",
    ...(box.isTarget ? ["sc-target"] : []),
    ...(box.isNeeded ? [] : ["sc-idle"]),
    ...(box.isCritical ? ["sc-critical"] : []),
  ].join(" ");
  const label = [
    box.title,
    box.detail,
    ...(box.isCritical ? [say`on the longest chain`] : []),
    ...(box.line === null ? [] : [say`line ${box.line}`]),
  ].join(", ");
  return boxGroup(
    { className, line: box.line, label },
    reach,
    element("rect", { class: "sc-frame", x, y, width: boxWidth, height, rx: isImage ? 16 : 4 }),
    ...(box.isTarget
      ? [
          element("rect", {
            class: "sc-inner",
            x: x + 3,
            y: y + 3,
            width: boxWidth - 6,
            height: height - 6,
            rx: 2,
          }),
        ]
      : []),
    text(x + 10, y + 19, 13, inner, box.title, "sc-title"),
    text(x + 10, y + 35, 11, inner, box.detail, "sc-detail"),
    ...cellsOf(box, x + 10, y + 44, inner),
  );
}

/** A cell for each step, coloured as the cache will treat it; many steps make narrow cells. */
function cellsOf(box: StageBox, x: number, y: number, width: number): readonly string[] {
  const step = Math.min(14, width / Math.max(1, box.cells.length));
  const gap = step > 6 ? 3 : step > 2 ? 1 : 0;
  return box.cells.map(({ prediction }, index) =>
    element("rect", {
      class: `sc-mark ${predictionClass(prediction)}`,
      x: x + index * step,
      y,
      width: step - gap,
      height: 11,
    }),
  );
}

function drawEdge(
  { kinds, isNeeded, isCritical }: StageEdge,
  points: readonly LayoutPoint[],
  label: LayoutPoint & { readonly text: string },
): string {
  const className = [
    "sc-edge",
    `sc-by-${kinds[0] ?? "from"}`,
    ...(isNeeded ? [] : ["sc-idle"]),
    ...(isCritical ? ["sc-critical"] : []),
  ].join(" ");
  const line = points.map(({ x, y }, at) => `${at === 0 ? "M" : "L"}${pair(x, y)}`).join("");
  return element(
    "g",
    { class: className },
    element("path", { d: line }),
    arrowHead(points),
    element(
      "text",
      {
        class: "sc-detail",
        x: label.x,
        y: label.y + 4,
        "font-size": labelSize,
        "text-anchor": "middle",
      },
      escapeXml(label.text),
    ),
  );
}

/** Drawn, not a marker: markers are named by ids, and ids clash where several pictures stand in one page. */
function arrowHead(points: readonly LayoutPoint[]): string {
  const end = points.at(-1);
  const before = points.at(-2);
  if (end === undefined || before === undefined) return "";
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1;
  const [dx, dy] = [((end.x - before.x) / length) * 8, ((end.y - before.y) / length) * 8];
  const [left, right] = [
    pair(end.x - dx - dy / 2, end.y - dy + dx / 2),
    pair(end.x - dx + dy / 2, end.y - dy - dx / 2),
  ];
  return element("path", { class: "sc-head", d: `M${pair(end.x, end.y)}L${left}L${right}Z` });
}

function pair(x: number, y: number): string {
  return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
}
