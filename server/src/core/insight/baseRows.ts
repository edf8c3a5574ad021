/** The rows of a base image in the layer tree. */
import type { View } from "../analysis/view.js";
import { type MadeLayer, outcomeOf } from "../cache/builtOutcome.js";
import type { PredictionKind } from "../cache/prediction.js";
import { type Stage, stageLine } from "../graph/graph.js";
import { baseOf, builtBase } from "../graph/images.js";
import type { BaseLayer, BuiltImage } from "../image/baseImage.js";
import { listed } from "../text/lists.js";
import { say } from "../text/say.js";
import { count, formatBytes } from "../text/sizes.js";
import { codeSpan, markdownText } from "../text/surfaces.js";
import { fatePrediction, fateWords } from "../words/builtWords.js";
import {
  baseOrigin,
  baseSets,
  type ImageFact,
  madeByWords,
  unknownImageWords,
} from "../words/imageWords.js";
import { baseWords, shortReference } from "../words/stageWords.js";
import { type LayerNode, plainNode, shorten } from "./layerRow.js";

/**
 * The image that a stage starts from, with its own layers where they are known.
 * @param id of the row
 */
export function baseNode(view: View, id: string, from: Stage, image: ImageFact): LayerNode {
  // Where a row is cut its first words stand: what becomes of the image, before who makes it.
  const built = builtBase(from);
  const reference = from.base.kind === "image" ? from.base.reference : built?.name;
  const label =
    built === null || reference === undefined
      ? baseWords(view.analysis, from)
      : say`Base image ${shortReference(reference)}`;
  const named = baseOf(from);
  const fact = named === null ? null : image(named.reference, named.platform);
  const base = fact?.kind === "known" ? fact.value : null;
  const layers = base?.origin?.layers ?? [];
  const trouble = fact === null || named === null ? "" : unknownImageWords(named.reference, fact);
  const fate = built === null ? "" : fateWords(built);
  const facts = [
    ...(fate === "" ? [] : [fate]),
    ...(named === null && built === null ? [] : [say`layer 0`]),
    ...(base === null ? [] : [count(base.layers, "layer")]),
    ...(typeof base?.origin?.bytes === "number" ? [formatBytes(base.origin.bytes)] : []),
    ...(trouble === "" ? [] : [say`not known`]),
    ...(built === null ? [] : [say`built by ${built.build}`]),
  ];
  return {
    ...plainNode(id, "base", label),
    description: facts.join(" · "),
    accessibilityLabel: listed([label, ...facts, ...(trouble === "" ? [] : [trouble])]),
    tooltip: [
      codeSpan(from.instruction.original),
      ...(base === null ? [markdownText(trouble)] : [baseSets(base), baseOrigin(base)]),
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
    line: stageLine(view.analysis.graph, from),
    prediction: built === null ? null : fatePrediction(built.fate),
    ...(fact?.kind === "unknown" && fact.reason === "off" ? { offersLookUp: true } : {}),
    children: rowsOrNone(built === null ? imageRows(id, layers) : builtRows(id, built)),
  };
}

function rowsOrNone(rows: readonly LayerNode[]): readonly LayerNode[] | null {
  return rows.length === 0 ? null : rows;
}

function imageRows(id: string, layers: readonly BaseLayer[]): readonly LayerNode[] {
  return [...layers].reverse().map(baseLayerRow(id));
}

/** The layers that another build of the workspace makes, and what they stand on themselves. */
function builtRows(id: string, built: BuiltImage): readonly LayerNode[] {
  const outcome = outcomeOf(built);
  if (outcome === null) return [];
  const own = [...outcome.layers].reverse().map((layer) => madeLayerRow(id, layer));
  if (outcome.base === null) return own;
  const { name, image } = outcome.base;
  const below = `${id}/below`;
  const on = image?.built;
  const rows =
    on === undefined ? imageRows(below, image?.origin?.layers ?? []) : builtRows(below, on);
  const label = say`Base image ${name}`;
  const facts = [
    ...(on === undefined ? [] : [fateWords(on)].filter((fact) => fact !== "")),
    say`layer 0`,
    ...(image === null ? [] : [count(image.layers, "layer")]),
  ];
  const base: LayerNode = {
    ...plainNode(below, "baseLayer", label),
    description: facts.join(" · "),
    accessibilityLabel: listed([label, ...facts]),
    tooltip: codeSpan(name),
    prediction: on === undefined ? null : fatePrediction(on.fate),
    children: rowsOrNone(rows),
  };
  return [...own, base];
}

function madeLayerRow(id: string, { number, text, bytes, prediction }: MadeLayer): LayerNode {
  const facts = [
    ...(prediction === null ? [] : [fateOfStep[prediction]()]),
    ...(bytes === null ? [] : [formatBytes(bytes)]),
  ];
  return {
    ...plainNode(`${id}/made/${number}`, "baseLayer", `${number}  ${shorten(text)}`),
    description: facts.join(" · "),
    accessibilityLabel: listed([say`Layer of the base image`, text, ...facts]),
    tooltip: codeSpan(text),
    prediction,
  };
}

const fateOfStep: Readonly<Record<PredictionKind, () => string>> = {
  hit: () => say`cached`,
  miss: () => say`rebuilds`,
  unknown: () => say`may rebuild`,
};

/** A layer of the base image: the command that made it, its size, its digest. */
function baseLayerRow(id: string): (layer: BaseLayer, at: number) => LayerNode {
  return (layer, at) => {
    const words = madeByWords(layer);
    const size = layer.bytes === null ? [] : [formatBytes(layer.bytes)];
    return {
      ...plainNode(`${id}/${at}`, "baseLayer", shorten(words)),
      description: listed(size),
      accessibilityLabel: listed([say`Layer of the base image`, words, ...size]),
      tooltip: [codeSpan(words), codeSpan(layer.digest)].join("\n\n"),
    };
  };
}
