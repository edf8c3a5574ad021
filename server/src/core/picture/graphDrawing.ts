/** Draws the graph of stages: what is needed above what needs it, the target at the bottom. */
import { say } from "../text/say.js";
import { xmlText } from "../text/surfaces.js";
import { boxGroup, type Drawing, predictionClass, type Reach, text } from "./drawing.js";
import { type LayoutPoint, layoutGraph } from "./graphLayout.js";
import type { GraphPicture, StageBox, StageEdge } from "./graphPicture.js";
import { element, fitText, textWidth } from "./svg.js";

/** Pixels. */
const boxWidth = 190;
const labelSize = 11;
const labelWidth = 150;
const lineHeight = 16;
const noteSize = 12;
const noteHeight = 26;

/** @param room pixels that it should not be wider than, as far as that can be */
export function drawGraph(picture: GraphPicture, reach: Reach, room: number): Drawing {
  const labels = picture.edges.map(({ label }) => fitText(label, labelWidth, labelSize));
  const placed = layoutGraph(
    picture.boxes.map((box) => ({ id: box.id, width: boxWidth, height: heightOf(box) })),
    picture.edges.map(({ from, to, ...edge }, index) => ({
      from,
      to,
      kind: edgeClass(edge),
      width: textWidth(labels[index] ?? "", labelSize) + 8,
      height: labelSize + 6,
    })),
    room,
  );
  const edges = picture.edges.map((edge, index) =>
    drawEdge(edge, placed.edges[index]?.points ?? []),
  );
  const words = labels.map((label, index) => drawLabel(label, placed.edges[index]?.label));
  const boxes = picture.boxes.map((box, index) =>
    drawBox(box, placed.nodes[index] ?? { x: 0, y: 0 }, reach),
  );
  // Edges first: labels and boxes lie on top of them.
  const graph = [...edges, element("g", { class: "sc-edge" }, ...words), ...boxes].join("");
  const { width, height, title, description } = { ...placed, ...picture };
  if (picture.note === "") return { width, height, title, description, body: graph };
  const noteWidth = textWidth(picture.note, noteSize) + 4;
  return {
    width: Math.max(width, noteWidth),
    height: height + noteHeight,
    title,
    description,
    body:
      text(2, 16, noteSize, noteWidth, picture.note, "sc-note") +
      element("g", { transform: `translate(0 ${noteHeight})` }, graph),
  };
}

/** A line for the title, for what it starts from and for its steps in words; then the steps. */
function heightOf({ kind, base }: StageBox): number {
  return kind === "image" ? 44 : base === "" ? 64 : 64 + lineHeight;
}

function drawBox(box: StageBox, { x, y }: LayoutPoint, reach: Reach): string {
  const isImage = box.kind === "image";
  const height = heightOf(box);
  const lines = [box.base, box.detail].filter((line) => line !== "");
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
    ...lines,
    ...box.verdict,
    ...(box.takes.length === 0 ? [] : [say`takes from ${box.takes.join(", ")}`]),
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
    ...lines.map((line, at) =>
      text(x + 10, y + 35 + at * lineHeight, 11, inner, line, "sc-detail"),
    ),
    ...cellsOf(box, x + 10, y + height - 20, inner),
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

type EdgeLook = Pick<StageEdge, "kinds" | "isNeeded" | "isCritical">;

function edgeClass({ kinds, isNeeded, isCritical }: EdgeLook): string {
  return [
    "sc-edge",
    `sc-by-${kinds[0] ?? "from"}`,
    ...(isNeeded ? [] : ["sc-idle"]),
    ...(isCritical ? ["sc-critical"] : []),
  ].join(" ");
}

function drawEdge(edge: StageEdge, points: readonly LayoutPoint[]): string {
  const className = edgeClass(edge);
  const line = points.map(({ x, y }, at) => `${at === 0 ? "M" : "L"}${pair(x, y)}`).join("");
  return element("g", { class: className }, element("path", { d: line }), arrowHead(points));
}

function drawLabel(label: string, { x, y }: LayoutPoint = { x: 0, y: 0 }): string {
  const attributes = { x, y: y + 4, "font-size": labelSize, "text-anchor": "middle" };
  return element("text", { class: "sc-detail", ...attributes }, xmlText(label));
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
