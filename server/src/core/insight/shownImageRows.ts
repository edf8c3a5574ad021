/** The rows of a built image in the layer tree: its layers beside the lines that make them. */
import type {
  BuiltLayer,
  ConfigDifference,
  ImageComparison,
  ShownImage,
} from "../analysis/imageComparison.js";
import type { View } from "../analysis/view.js";
import type { ImageContents } from "../image/layerContents.js";
import { listed } from "../text/lists.js";
import { say } from "../text/say.js";
import { count, filesWords, formatBytes } from "../text/sizes.js";
import { codeSpan, markdownText } from "../text/surfaces.js";
import {
  configDifferenceWords,
  layerDifference,
  likenessSentence,
  makingWords,
  notWholeSentence,
} from "../words/shownImageWords.js";
import { wastedBytes } from "./imageContents.js";
import { type LayerNode, plainNode, shorten } from "./layerRow.js";

/** null: no image is shown beside the Dockerfile. */
export function shownImageNode({ built }: View): LayerNode | null {
  if (built === undefined) return null;
  const { name, image, comparison, contents } = built;
  const bytes = image.origin?.bytes ?? null;
  const facts = [
    ...(contents === null ? [] : [wastedWords(contents, comparison)]),
    comparison.isAlike ? say`what this Dockerfile makes` : say`not what this Dockerfile makes`,
    count(image.layers, "layer"),
    ...(bytes === null ? [] : [formatBytes(bytes)]),
  ];
  return {
    ...plainNode("image", "image", name),
    description: facts.join(" · "),
    accessibilityLabel: listed([say`Built image ${name}`, ...facts]),
    tooltip: [likenessSentence(built), notWholeSentence(comparison)]
      .filter((sentence) => sentence !== "")
      .map(markdownText)
      .join("\n\n"),
    ...(comparison.isAlike ? {} : { state: "differs" }),
    children: [
      ...[...comparison.layers].reverse().map((layer, at) => layerRow(layer, at, contents)),
      ...configRows(built),
    ],
    expanded: true,
  };
}

function layerRow(built: BuiltLayer, at: number, contents: ImageContents | null): LayerNode {
  const { step, layer, number, isBase } = built;
  const words = makingWords(built);
  const difference = layerDifference(built);
  const files = step?.files ?? null;
  const wasted = contents?.layers[number ?? -1]?.wasted ?? 0;
  const facts = [
    // A narrow tree cuts the end.
    ...(difference === "" ? [] : [difference]),
    ...(wasted === 0 ? [] : [say`${formatBytes(wasted)} wasted`]),
    ...(layer?.bytes == null ? [] : [formatBytes(layer.bytes)]),
    ...(files === null ? [] : [say`predicted ${filesWords(files)}`]),
    ...(isBase ? [say`base image`] : step === null ? [] : [say`line ${step.place.line}`]),
  ];
  return {
    ...plainNode(`image/${number ?? `line-${at}`}`, "imageLayer", shorten(words)),
    description: facts.join(" · "),
    accessibilityLabel: listed([words, ...facts]),
    tooltip: [
      codeSpan(words),
      ...(step === null ? [] : [codeSpan(step.step.text)]),
      ...(difference === "" ? [] : [markdownText(difference)]),
      ...(layer === null || layer.digest === "" ? [] : [codeSpan(layer.digest)]),
    ].join("\n\n"),
    line: step?.place.line ?? null,
    // Its files are read when it is opened.
    children: number === null ? null : "lazy",
    ...(difference === "" ? {} : { state: "differs" }),
  };
}

/** `2 kB wasted, 100 B of them in the base image`. */
function wastedWords(contents: ImageContents, { layers }: ImageComparison): string {
  const { own, base } = wastedBytes(contents, layers.filter(({ isBase }) => isBase).length);
  const words = say`${formatBytes(own)} wasted`;
  return base === 0 ? words : say`${words}, ${formatBytes(base)} in the base image`;
}

function configRows({ comparison: { config } }: ShownImage): readonly LayerNode[] {
  if (config.length === 0) return [];
  const row = (difference: ConfigDifference): LayerNode => {
    const words = configDifferenceWords(difference);
    return {
      ...plainNode(`image/config/${difference.field}`, "imageConfig", words),
      tooltip: markdownText(words),
      state: "differs",
    };
  };
  const label = say`Config differs`;
  const description = count(config.length, "difference");
  return [
    {
      ...plainNode("image/config", "imageConfig", label),
      description,
      accessibilityLabel: listed([label, description]),
      state: "differs",
      children: config.map(row),
    },
  ];
}
