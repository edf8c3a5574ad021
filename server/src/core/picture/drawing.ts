/** What the drawings share: groups that can be reached, fitted texts, signs of a prediction. */
import type { PredictionKind } from "../cache/prediction.js";
import { xmlText } from "../text/surfaces.js";
import { element, fitText } from "./svg.js";

export interface Drawing {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly description: string;
  /** Elements, placed from the top left corner. */
  readonly body: string;
}

/**
 * How a box of the picture is reached: not at all, by a link to the row of its line, or as a button
 * that a view handles by its `data-line`.
 */
export type Reach = "none" | "link" | "button";

export interface BoxOptions {
  readonly className: string;
  /** From 1; null: it leads nowhere. */
  readonly line: number | null;
  /** Says the whole box. */
  readonly label: string;
}

export function boxGroup(
  { className, line, label }: BoxOptions,
  reach: Reach,
  ...content: readonly string[]
): string {
  const title = element("title", {}, xmlText(label));
  const attributes = { class: className, role: "listitem", "aria-label": label };
  if (line === null || reach === "none") return element("g", attributes, title, ...content);
  if (reach === "link") {
    const link = element("a", { href: `#line-${line}` }, title, ...content);
    return element("g", { class: className, role: "listitem" }, link);
  }
  return element(
    "g",
    { ...attributes, role: "button", tabindex: 0, "data-line": line },
    title,
    ...content,
  );
}

/** One line of text, cut to `width` pixels; nothing for an empty one. */
export function text(
  x: number,
  y: number,
  size: number,
  width: number,
  content: string,
  className: string,
): string {
  const fitted = fitText(content, width, size);
  if (fitted === "") return "";
  return element("text", { class: className, x, y, "font-size": size }, xmlText(fitted));
}

export function predictionClass(prediction: PredictionKind | null): string {
  return prediction === null ? "sc-plain" : `sc-${prediction}`;
}
