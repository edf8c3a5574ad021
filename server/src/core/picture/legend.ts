/** What the signs of a picture mean: of those that are in it, and of no others. */
import { say } from "../text/say.js";
import { xmlText } from "../text/surfaces.js";
import { element, textWidth } from "./svg.js";

export interface Legend {
  /** Pixels. */
  readonly height: number;
  /** @param y of its top */
  readonly draw: (y: number) => string;
}

/** Pixels: the least room of an entry, what it needs beside its words, the height of a row. */
const least = 110;
const sign = 24;
const gap = 14;
const rowHeight = 18;
const size = 11;

/** @param body of the picture; `width` that its rows may take, in pixels */
export function legendOf(body: string, width: number): Legend {
  const classes = new Set(
    [...body.matchAll(/ class="([^"]*)"/g)].flatMap(([, names = ""]) => names.split(" ")),
  );
  let [x, row] = [2, 0];
  const entries = signs()
    .filter(({ name }) => classes.has(name))
    .map(({ name, shape, words }) => {
      const room = Math.max(least, Math.ceil(sign + textWidth(words, size) + gap));
      if (x > 2 && x + room > width) [x, row] = [2, row + 1];
      const entry = { draw: (y: number) => draw(name, shape, words, place.x, y + place.y) };
      const place = { x, y: row * rowHeight };
      x += room;
      return entry;
    });
  return {
    height: (row + 1) * rowHeight,
    draw: (y) =>
      element(
        "g",
        { class: "sc-legend", "aria-hidden": "true" },
        ...entries.map((entry) => entry.draw(y)),
      ),
  };
}

interface Sign {
  readonly name: string;
  readonly shape: "cell" | "frame" | "round" | "double" | "line";
  readonly words: string;
}

/** In the order in which they are looked for. */
function signs(): readonly Sign[] {
  return [
    { name: "sc-hit", shape: "cell", words: say`cached` },
    { name: "sc-miss", shape: "cell", words: say`rebuilds` },
    { name: "sc-unknown", shape: "cell", words: say`may rebuild` },
    { name: "sc-plain", shape: "cell", words: say`no prediction` },
    { name: "sc-base", shape: "cell", words: say`base image` },
    { name: "sc-target", shape: "double", words: say`the image` },
    { name: "sc-critical", shape: "frame", words: say`on the longest chain` },
    { name: "sc-idle", shape: "frame", words: say`not needed` },
    { name: "sc-writable", shape: "frame", words: say`writable layer` },
    { name: "sc-image", shape: "round", words: say`image that files are taken from` },
    { name: "sc-by-from", shape: "line", words: say`continues a stage` },
    { name: "sc-by-copy", shape: "line", words: say`copies files` },
    { name: "sc-by-mount", shape: "line", words: say`mounts files` },
  ];
}

function draw(name: string, shape: Sign["shape"], words: string, x: number, y: number): string {
  const label = { class: "sc-detail", x: x + sign, y: y + 10, "font-size": size };
  return shapeOf(name, shape, x, y) + element("text", label, xmlText(words));
}

function shapeOf(name: string, shape: Sign["shape"], x: number, y: number): string {
  const box = { x: x + 1, y, width: 16, height: 11 };
  switch (shape) {
    case "cell":
      return element(
        "g",
        { class: name },
        element("rect", { class: "sc-mark", ...box, width: 14 }),
      );
    case "line":
      return element(
        "g",
        { class: `sc-edge ${name}` },
        element("path", { d: `M${x} ${y + 6}H${x + 18}` }),
      );
    case "double": {
      const inner = { x: x + 3, y: y + 2, width: 12, height: 7 };
      const frames = [
        element("rect", { class: "sc-frame", ...box, rx: 2 }),
        element("rect", { class: "sc-inner", ...inner }),
      ];
      return element("g", {}, ...frames);
    }
    default: {
      const frame = element("rect", { class: "sc-frame", ...box, rx: shape === "round" ? 5 : 2 });
      return element("g", { class: name }, frame);
    }
  }
}
