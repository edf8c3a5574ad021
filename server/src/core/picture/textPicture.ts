/** The stack of layers in characters, for a terminal, a pull request, or wherever no SVG is shown. */

import type { View } from "../analysis/view.js";
import { printable } from "../text/surfaces.js";
import { graphPicture } from "./graphPicture.js";
import { type StackLayer, stackPicture } from "./stackPicture.js";
import { fitText, textWidth } from "./svg.js";

/** Characters between the borders. */
const inner = 74;

/** Lines without markup; empty: there is no image. */
export function textStack(view: View): readonly string[] {
  const layers = stackPicture(view)?.layers ?? [];
  if (layers.length === 0) return [];
  const line = "─".repeat(inner + 2);
  return [
    `┌${line}┐`,
    ...layers.flatMap((layer, at) => [
      ...(at === 0 ? [] : [`├${line}┤`]),
      ...rowsOf(layer).map((text) => `│ ${pad(text)} │`),
    ]),
    `└${line}┘`,
  ];
}

/** Sentences about the stages; empty: there is one at most. */
export function stageSentences(view: View): readonly string[] {
  const description = graphPicture(view)?.description ?? "";
  return description === "" ? [] : [description];
}

function rowsOf({ number, title, detail }: StackLayer): readonly string[] {
  const mark = number === null ? "    " : `${String(number).padStart(2)}  `;
  return [
    cut(mark + printable(title)),
    ...(detail === "" ? [] : [cut(`    ${printable(detail)}`)]),
  ];
}

/** `fitText` counts pixels; at this font size a letter is one. */
const unit = 1 / 0.62;

function cut(text: string): string {
  const indent = /^ */.exec(text)?.[0] ?? "";
  return indent + fitText(text, inner - indent.length, unit);
}

function pad(text: string): string {
  return text + " ".repeat(Math.max(0, inner - Math.round(textWidth(text, unit))));
}
