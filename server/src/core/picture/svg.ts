/** Writing SVG: everything escaped, and texts cut to the room that they have. */
import { printable, xmlText } from "../text/surfaces.js";

export type Attributes = Readonly<Record<string, string | number | null>>;

/** An element. Attributes that are null are left out; numbers are rounded to a tenth of a pixel. */
export function element(
  name: string,
  attributes: Attributes,
  ...content: readonly string[]
): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === null
      ? []
      : [` ${key}="${xmlText(typeof value === "number" ? round(value) : value)}"`],
  );
  const inside = content.join("");
  const start = `<${name}${written.join("")}`;
  return inside === "" ? `${start}/>` : `${start}>${inside}</${name}>`;
}

/** Width of a letter of our monospaced texts, in parts of the font size. Generous: fonts differ. */
const letterWidth = 0.62;

/** The width of a text in pixels; wide letters (CJK, emoji) count twice. */
export function textWidth(text: string, fontSize: number): number {
  let letters = 0;
  for (const letter of text) letters += isWide(letter) ? 2 : 1;
  return letters * fontSize * letterWidth;
}

/** Cuts a text, with `…`, to a width in pixels. */
export function fitText(text: string, width: number, fontSize: number): string {
  const clean = printable(text.replace(/\s+/g, " ")).trim();
  if (textWidth(clean, fontSize) <= width) return clean;
  let fitting = "";
  for (const letter of clean) {
    if (textWidth(`${fitting}${letter}…`, fontSize) > width) break;
    fitting += letter;
  }
  return `${fitting.trimEnd()}…`;
}

function isWide(letter: string): boolean {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
    letter,
  );
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
