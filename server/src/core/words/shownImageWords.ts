/** What a built image that is shown beside the Dockerfile says of its steps, in words. */
import type { StepAnalysis } from "../analysis/analyse.js";
import type { BuiltLayer, ConfigDifference, ShownImage } from "../analysis/imageComparison.js";
import type { View } from "../analysis/view.js";
import { say } from "../text/say.js";
import { bytesOrOpen, formatBytes } from "../text/sizes.js";
import { madeByWords } from "./imageWords.js";

/** `4.1 kB in app:1.0`, of a step whose layer the image has; empty: no image is shown, or it makes none. */
export function realSizeWords({ built }: View, { place }: StepAnalysis): string {
  const own = built?.layers.get(place.index);
  if (built === undefined || own === undefined) return "";
  const { name } = built;
  if (own.layer === null) return say`not in ${name}`;
  if (own.likeness === "other") return say`another one in ${name}`;
  return own.layer.bytes === null ? "" : say`${formatBytes(own.layer.bytes)} in ${name}`;
}

/** Whether the Dockerfile makes it. */
export function likenessSentence({
  name,
  comparison,
}: Pick<ShownImage, "name" | "comparison">): string {
  return comparison.isAlike
    ? say`${name} is what this Dockerfile makes, by commands and config.`
    : say`${name} is not what this Dockerfile makes, by commands and config.`;
}

/** What the image holds of a layer; empty: it lacks it. */
export function realBytesWords({ layer }: Pick<BuiltLayer, "layer">): string {
  return layer === null ? "" : bytesOrOpen(layer.bytes);
}

/** What the Dockerfile is known to put into it; empty: that is not known. */
export function predictedBytesWords({ step }: BuiltLayer): string {
  const files = step?.files ?? null;
  return files === null ? "" : formatBytes(files.bytes);
}

/** What made it: as the image says, else as the line says. */
export function makingWords({ step, layer }: BuiltLayer): string {
  return layer === null ? (step?.step.text ?? "") : madeByWords(layer);
}

/** What of a layer is not as the Dockerfile says; empty: it is. */
export function layerDifference({ step, layer, likeness, isBase }: BuiltLayer): string {
  if (isBase) return "";
  if (layer === null) return say`the image has no such layer`;
  if (step === null) return say`no line makes this layer`;
  return likeness === "other" ? say`in the image: ${madeByWords(layer)}` : "";
}

/** `User: "app" by the Dockerfile, "root" in the image`. */
export function configDifferenceWords({ field, expected, found }: ConfigDifference): string {
  const [own, other] = [expected ?? say`not set`, found ?? say`not set`];
  return say`${field}: ${own} by the Dockerfile, ${other} in the image`;
}

/** Of a base that is not known the config is not compared; empty: all of it is. */
export function notWholeSentence({ isWhole }: ShownImage["comparison"]): string {
  return isWhole ? "" : say`What the base image sets is not known, so that it was not compared.`;
}
