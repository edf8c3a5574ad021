/**
 * A picture whose style stands in its elements. VS Code puts the SVG of a walkthrough into a page
 * whose content policy allows no style sheet, so that only attributes colour it.
 */
import { SaxesParser } from "saxes";
import { xmlText } from "../../server/src/core/text/surfaces.js";

interface Rule {
  /** Each a tag's name or classes, the outermost first. */
  readonly selector: readonly { readonly tag: string; readonly classes: readonly string[] }[];
  readonly style: Readonly<Record<string, string>>;
}

interface OpenElement {
  readonly tag: string;
  readonly classes: ReadonlySet<string>;
}

/** Writes what the picture's own `<style>` says of `#id` into attributes, and drops it. */
export function withStyleAttributes(svg: string, id: string): string {
  const sheet = /<style>([\s\S]*?)<\/style>/.exec(svg)?.[1] ?? "";
  const ownValues = new Map(
    [...sheet.matchAll(/(--sc-[a-z]+):([^;}]+)/g)]
      .reverse() // the first is the light one
      .map(([, name = "", value = ""]) => [name, value] as const),
  );
  const rules = rulesOf(sheet.replace(/@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, ""), id);
  const open: OpenElement[] = [];
  const parts: string[] = [];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name, attributes, isSelfClosing }) => {
    const classes = new Set((attributes["class"] ?? "").split(" "));
    open.push({ tag: name, classes });
    const own: Record<string, string> = { ...attributes, ...styleOf(rules, open) };
    const written = Object.entries(own).map(([key, value]) => {
      const known = value.replace(/var\((--sc-[a-z]+)\)/g, (text, colour: string) =>
        (ownValues.get(colour) ?? text).trim(),
      );
      return ` ${key}="${xmlText(known)}"`;
    });
    if (name !== "style") parts.push(`<${name}${written.join("")}${isSelfClosing ? "/" : ""}>`);
  });
  parser.on("closetag", ({ name, isSelfClosing }) => {
    open.pop();
    if (name !== "style" && !isSelfClosing) parts.push(`</${name}>`);
  });
  parser.on("text", (text) => {
    if (open.at(-1)?.tag !== "style") parts.push(xmlText(text));
  });
  parser.write(svg).close();
  return parts.join("");
}

/** Rules for states and for attributes are left out: a walkthrough's picture cannot be touched. */
function rulesOf(sheet: string, id: string): readonly Rule[] {
  return [...sheet.matchAll(/([^{}]+)\{([^{}]*)\}/g)]
    .flatMap(([, selector = "", body = ""]): Rule[] => {
      const words = selector.trim().split(/\s+/);
      if (words[0] !== `#${id}` || /[:[]/.test(selector)) return [];
      const compounds = words.slice(1).map((word) => {
        const [tag = "", ...classes] = word.split(".");
        return { tag, classes };
      });
      return [{ selector: compounds, style: attributesOf(body) }];
    })
    .sort((a, b) => weight(a) - weight(b));
}

function weight({ selector }: Rule): number {
  return selector.reduce((sum, { classes }) => sum + classes.length, 0);
}

function attributesOf(body: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    body.split(";").flatMap((declaration) => {
      const at = declaration.indexOf(":");
      const name = declaration.slice(0, at).trim();
      return presentation.has(name) ? [[name, declaration.slice(at + 1).trim()]] : [];
    }),
  );
}

/** What SVG knows as an attribute, too. */
const presentation = new Set([
  "color",
  "fill",
  "font-family",
  "font-weight",
  "opacity",
  "stroke",
  "stroke-dasharray",
  "stroke-width",
]);

function styleOf(rules: readonly Rule[], open: readonly OpenElement[]): Record<string, string> {
  return Object.assign(
    {},
    ...rules.filter((rule) => isMatch(rule, open)).map(({ style }) => style),
  );
}

function isMatch({ selector }: Rule, open: readonly OpenElement[]): boolean {
  if (selector.length === 0) return open.length === 1;
  const fits = (at: number, element: OpenElement | undefined): boolean => {
    const wanted = selector[at];
    return (
      wanted !== undefined &&
      element !== undefined &&
      (wanted.tag === "" || wanted.tag === element.tag) &&
      wanted.classes.every((name) => element.classes.has(name))
    );
  };
  let at = selector.length - 1;
  if (!fits(at, open.at(-1))) return false;
  for (let outer = open.length - 2; at > 0 && outer >= 0; outer--) {
    if (fits(at - 1, open[outer])) at--;
  }
  return at === 0;
}
