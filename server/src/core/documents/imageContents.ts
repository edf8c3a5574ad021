/** What `stratacast compare` prints of the files in the layers of an image. */
import type { ImageComparison } from "../analysis/imageComparison.js";
import type { BaseImage } from "../image/baseImage.js";
import type { ContentChange, ImageContents, LayerContents } from "../image/layerContents.js";
import { changeCounts, changesAt, wastedBytes } from "../insight/imageContents.js";
import { count, formatBytes } from "../text/sizes.js";
import { printable } from "../text/surfaces.js";
import { madeByWords } from "../words/imageWords.js";

/** The files of an image with what is known of its layers. */
export interface ToldContents {
  readonly name: string;
  readonly image: BaseImage;
  readonly contents: ImageContents;
  /** null: it stands beside no Dockerfile. */
  readonly comparison: ImageComparison | null;
}

interface ChangeJson {
  readonly path: string;
  readonly change: ContentChange["kind"];
  readonly kind: string;
  readonly files: number;
  readonly bytes: number;
  readonly bytesBefore: number | null;
  readonly sameBytes: boolean;
}

export interface ContentsJson {
  readonly bytes: number;
  readonly wasted: { readonly own: number; readonly base: number };
  readonly layers: readonly {
    readonly number: number;
    readonly base: boolean;
    readonly line: number | null;
    readonly command: string;
    readonly bytes: number;
    readonly wasted: number;
    readonly changes: readonly ChangeJson[];
  }[];
}

export type FoundJson = readonly (ChangeJson & {
  readonly layer: number;
  readonly line: number | null;
})[];

export function contentsJson(told: ToldContents): ContentsJson {
  const { contents } = told;
  return {
    bytes: contents.layers.reduce((sum, { bytes }) => sum + bytes, 0),
    wasted: wastedBytes(contents, baseLayers(told)),
    layers: contents.layers.map((layer, number) => ({
      number,
      ...placeOf(told, number),
      command: commandOf(told, number),
      bytes: layer.bytes,
      wasted: layer.wasted,
      changes: layer.changes.map(changeJson),
    })),
  };
}

export function foundJson(told: ToldContents, path: string): FoundJson {
  return changesAt(told.contents, path).map(({ layer, change }) => ({
    layer,
    line: placeOf(told, layer).line,
    ...changeJson(change),
  }));
}

function changeJson(change: ContentChange): ChangeJson {
  const { path, kind, isFolder, entry, files, bytes, bytesBefore, isSameBytes } = change;
  return {
    path,
    change: kind,
    kind: entry?.kind ?? (isFolder ? "directory" : "file"),
    files,
    bytes,
    bytesBefore,
    sameBytes: isSameBytes,
  };
}

function baseLayers({ comparison }: ToldContents): number {
  return comparison?.layers.filter(({ isBase }) => isBase).length ?? 0;
}

function placeOf({ comparison }: ToldContents, number: number) {
  const layer = comparison?.layers.find((one) => one.number === number);
  return { base: layer?.isBase ?? false, line: layer?.step?.place.line ?? null };
}

function commandOf({ image }: ToldContents, number: number): string {
  const layer = image.origin?.layers[number];
  return layer === undefined ? "" : madeByWords(layer);
}

/** So many rows of a layer are printed: those with the most bytes. */
const mostRows = 20;

/** For a terminal. */
export function contentsText(told: ToldContents): string {
  const { contents, name } = told;
  const { own, base } = wastedBytes(contents, baseLayers(told));
  const bytes = contents.layers.reduce((sum, layer) => sum + layer.bytes, 0);
  const ofBase = base === 0 ? "" : `, and ${formatBytes(base)} of its base image`;
  const lines = [
    `${name}: ${count(contents.layers.length, "layer")}, ${formatBytes(bytes)} unpacked; ${formatBytes(own)} of it wasted${ofBase}.`,
    ...contents.layers.flatMap((layer, number) => [
      "",
      layerTitle(told, layer, number),
      ...layerLines(layer, placeOf(told, number).base),
    ]),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

function layerTitle(told: ToldContents, { bytes, wasted }: LayerContents, number: number): string {
  const { base, line } = placeOf(told, number);
  const place = base ? "base image" : line === null ? "" : `line ${line}`;
  const facts = [
    `layer ${number}`,
    place,
    formatBytes(bytes),
    wasted === 0 ? "" : `${formatBytes(wasted)} wasted`,
    commandOf(told, number),
  ];
  return facts.filter((fact) => fact !== "").join("  ");
}

/** Of a base image only how much it is. */
function layerLines(layer: LayerContents, isBase: boolean): readonly string[] {
  if (layer.changes.length === 0) return ["  nothing"];
  const counts = changeCounts(layer);
  const sums = Object.entries(counts).flatMap(([kind, { files, bytes }]) =>
    files === 0 ? [] : [`${count(files, "file")} ${kind}, ${formatBytes(bytes)}`],
  );
  const rows = layer.changes.filter(({ isFolder, kind }) => !isFolder || kind !== "added");
  const largest = [...rows].sort((a, b) => b.bytes - a.bytes).slice(0, isBase ? 0 : mostRows);
  const left = rows.length - largest.length;
  return [
    ...(sums.length === 0 ? [] : [`  ${sums.join("; ")}`]),
    ...largest.map((change) => `    ${changeLine(change)}`),
    ...(left === 0 || isBase ? [] : [`    … and ${left} more`]),
  ];
}

const marks = { added: "+", changed: "~", removed: "-" } as const;

function changeLine({ kind, path, ...change }: ContentChange): string {
  const { isFolder, files, bytes, bytesBefore, isSameBytes } = change;
  const amount = isFolder && kind === "removed" ? `${count(files, "file")}, ` : "";
  const before = isSameBytes
    ? ", the same bytes again"
    : bytesBefore === null
      ? ""
      : `, ${formatBytes(bytesBefore)} before`;
  return `${marks[kind]} ${path}${isFolder ? "/" : ""}  ${amount}${formatBytes(bytes)}${before}`;
}

/** Where a file stands, for a terminal. */
export function foundText(told: ToldContents, path: string): string {
  const found = changesAt(told.contents, path);
  const lines =
    found.length === 0
      ? [`${told.name} has no ${path} in any layer.`]
      : found.map(({ layer, change }) => {
          const { base, line } = placeOf(told, layer);
          const place = base ? " (base image)" : line === null ? "" : ` (line ${line})`;
          return `layer ${layer}${place}  ${changeLine(change)}`;
        });
  return lines.map((line) => `${printable(line)}\n`).join("");
}
