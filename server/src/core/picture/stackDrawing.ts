/** Draws the stack of layers: the container's writable layer on top, the base at the bottom. */

import { largest } from "../text/longLists.js";
import { say } from "../text/say.js";
import { boxGroup, type Drawing, predictionClass, type Reach, text } from "./drawing.js";
import type { StackLayer, StackPicture } from "./stackPicture.js";
import { element } from "./svg.js";

/** Pixels. */
const width = 460;
const least = 44;
const most = 132;
const stripe = 26;
const gap = 6;

export function drawStack(picture: StackPicture, reach: Reach): Drawing {
  const heights = layerHeights(picture.layers);
  let y = 2;
  const rows = picture.layers.map((layer, index) => {
    const height = heights[index] ?? least;
    const drawn = drawLayer(layer, y, height, reach);
    y += height + gap;
    return drawn;
  });
  return {
    width: width + 4,
    height: y - gap + 2,
    title: picture.title,
    description: picture.description,
    body: rows.join(""),
  };
}

/** A layer of 100 MB is not a million times as high as one of 100 B: the scale is logarithmic. */
function layerHeights(layers: readonly StackLayer[]): readonly number[] {
  const scale = (bytes: number) => Math.log2(1 + bytes / 1000);
  const sizes = layers.map(({ bytes }) => scale(bytes ?? 0));
  const highest = largest(sizes, scale(1_000_000));
  return layers.map(({ bytes }) =>
    bytes === null ? least : least + (scale(bytes) / highest) * (most - least),
  );
}

function drawLayer(layer: StackLayer, y: number, height: number, reach: Reach): string {
  const kind = `sc-box sc-${layer.kind} ${predictionClass(layer.prediction)}`;
  const left = stripe + 14;
  const middle = y + height / 2;
  const number = layer.number === null ? "" : `${layer.number}  `;
  return boxGroup(
    { className: kind, line: layer.line, label: labelOf(layer) },
    reach,
    element("rect", { class: "sc-frame", x: 2, y, width, height, rx: 4 }),
    element("rect", { class: "sc-mark", x: 2, y, width: stripe, height, rx: 4 }),
    text(left, middle - 4, 13, width - left - 6, number + layer.title, "sc-title"),
    text(left, middle + 13, 11, width - left - 6, layer.detail, "sc-detail"),
  );
}

function labelOf({ number, title, detail, line }: StackLayer): string {
  return [
    number === null ? title : say`Layer ${number}: ${title}`,
    ...(detail === "" ? [] : [detail]),
    ...(line === null ? [] : [say`line ${line}`]),
  ].join(", ");
}
