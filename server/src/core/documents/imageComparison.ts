/** What `stratacast compare` prints: an image beside its Dockerfile, or what grew between two images. */
import type { Analysis } from "../analysis/analyse.js";
import type {
  BuiltLayer,
  ConfigDifference,
  ImageComparison,
  Likeness,
} from "../analysis/imageComparison.js";
import type { BaseImage, BaseLayer } from "../image/baseImage.js";
import { type GrownLayer, grownLayers } from "../insight/builtImage.js";
import type { ImageHistoryRow } from "../insight/imageHistory.js";
import { say } from "../text/say.js";
import { bytesOrOpen, count, formatBytes } from "../text/sizes.js";
import { markdownText, printable, tableCode, tableText } from "../text/surfaces.js";
import { madeByWords } from "../words/imageWords.js";
import {
  layerDifference,
  likenessSentence,
  makingWords,
  predictedBytesWords,
  realBytesWords,
} from "../words/shownImageWords.js";
import type { ContentsJson, FoundJson } from "./imageContents.js";
import { markdownTable } from "./markdownTable.js";
import type { SimulationPlace } from "./place.js";

interface ImageJson {
  readonly image: string;
  readonly digest: string | null;
  readonly platform: string | null;
  /** As it is kept or sent; null: not told. */
  readonly bytes: number | null;
}

interface LayerJson {
  readonly digest: string;
  readonly bytes: number | null;
  readonly command: string;
}

/** Version 1 of docs/schema/compare.schema.json. */
export interface CompareJson {
  readonly version: 1;
  readonly images: readonly ImageJson[];
  /** null: two images without a Dockerfile. */
  readonly build: (SimulationPlace & BuildComparisonJson) | null;
  /** null: one image. */
  readonly growth: GrowthJson | null;
  /** The newest first; null: it was not asked for. */
  readonly history: readonly HistoryRowJson[] | null;
  /** Of the last image; null: they were not asked for. */
  readonly contents: ContentsJson | null;
  /** From the bottom up; null: no file was asked for. */
  readonly found: FoundJson | null;
}

interface BuildComparisonJson {
  readonly alike: boolean;
  /** False: the base image is not known, so that its part of the config was not compared. */
  readonly whole: boolean;
  readonly layers: readonly {
    readonly line: number | null;
    readonly instruction: string | null;
    readonly base: boolean;
    readonly likeness: Likeness | null;
    readonly predictedBytes: number | null;
    readonly layer: LayerJson | null;
  }[];
  readonly config: readonly ConfigDifference[];
}

interface HistoryRowJson {
  readonly command: string;
  /** As ISO 8601; null: not told, or not made yet. */
  readonly created: string | null;
  readonly bytes: number | null;
  readonly line: number | null;
  readonly base: boolean;
}

interface GrowthJson {
  readonly bytes: number;
  readonly layers: readonly {
    readonly same: boolean;
    readonly bytes: number;
    readonly before: LayerJson | null;
    readonly after: LayerJson | null;
  }[];
}

/** An image as it was named, and what it is. */
export interface NamedBuilt {
  readonly name: string;
  readonly image: BaseImage;
}

/** The Dockerfile that the last of the images is held against. */
export interface ComparedBuild {
  readonly analysis: Analysis;
  /** null: no image was named. */
  readonly comparison: ImageComparison | null;
  readonly place: SimulationPlace;
}

export function compareJson(
  images: readonly NamedBuilt[],
  build: ComparedBuild | null,
  {
    history,
    ...files
  }: Pick<CompareJson, "contents" | "found"> & {
    readonly history: readonly ImageHistoryRow[] | null;
  },
): CompareJson {
  const rows = growthRows(images);
  return {
    version: 1,
    images: images.map(({ name, image: { origin } }) => ({
      image: name,
      digest: origin?.digest ?? null,
      platform: origin?.platform ?? null,
      bytes: origin?.bytes ?? null,
    })),
    build:
      build === null || build.comparison === null
        ? null
        : { ...build.place, ...comparisonJson(build.comparison) },
    growth:
      rows === null
        ? null
        : {
            bytes: rows.reduce((sum, row) => sum + change(row), 0),
            layers: rows.map((row) => ({
              same: row.isSame,
              bytes: change(row),
              before: layerJson(row.before),
              after: layerJson(row.after),
            })),
          },
    history:
      history?.map(({ command, created, bytes, line, isBase }) => ({
        command,
        created: created === null ? null : new Date(created).toISOString(),
        bytes,
        line,
        base: isBase,
      })) ?? null,
    ...files,
  };
}

/** As `docker history` prints it, with the lines in the place of the ids. */
export function historyText(history: readonly ImageHistoryRow[]): string {
  const rows = history.map(({ command, bytes, line, isBase }) => {
    const size = bytesOrOpen(bytes);
    const place = isBase ? "base" : line === null ? "" : String(line);
    return `${size.padStart(9)}  ${place.padStart(4)}  ${command}`;
  });
  const all = [`${"size".padStart(9)}  line  created by`, ...rows];
  return all.map((row) => `${printable(row)}\n`).join("");
}

function growthRows([before, after]: readonly NamedBuilt[]): readonly GrownLayer[] | null {
  return before === undefined || after === undefined
    ? null
    : grownLayers(before.image, after.image);
}

function comparisonJson(comparison: ImageComparison): BuildComparisonJson {
  const { isAlike, isWhole, layers, config } = comparison;
  return {
    alike: isAlike,
    whole: isWhole,
    layers: layers.map(({ step, layer, likeness, isBase }) => ({
      line: step?.place.line ?? null,
      instruction: step?.step.text ?? null,
      base: isBase,
      likeness,
      predictedBytes: step?.files?.bytes ?? null,
      layer: layerJson(layer),
    })),
    config,
  };
}

function layerJson(layer: BaseLayer | null): LayerJson | null {
  return layer === null
    ? null
    : { digest: layer.digest, bytes: layer.bytes, command: madeByWords(layer) };
}

function change({ before, after, isSame }: GrownLayer): number {
  return isSame ? 0 : (after?.bytes ?? 0) - (before?.bytes ?? 0);
}

/** The same for a terminal. */
export function compareText(
  images: readonly NamedBuilt[],
  comparison: ImageComparison | null,
): string {
  const rows = growthRows(images);
  const lines = [
    ...(comparison === null ? [] : buildText(images.at(-1), comparison)),
    ...(rows === null ? [] : growthText(rows)),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

function buildText(named: NamedBuilt | undefined, comparison: ImageComparison): string[] {
  const { layers, config, isWhole } = comparison;
  return [
    likenessSentence({ name: named?.name ?? "", comparison }),
    "",
    `${"real".padStart(9)}  ${"predicted".padStart(9)}  line  layer`,
    ...layers.map(layerText),
    ...(config.length === 0 ? [] : ["", ...config.map(configText)]),
    ...(isWhole ? [] : ["", "What the base image sets is not known: --resolve looks it up."]),
  ];
}

function layerText(layer: BuiltLayer): string {
  const { step, isBase } = layer;
  const [real, predicted] = [realBytesWords(layer), predictedBytesWords(layer)];
  const difference = layerDifference(layer);
  const note = difference === "" ? "" : `   <- ${difference}`;
  const line = isBase ? "base" : step === null ? "" : String(step.place.line);
  const words = step?.step.text ?? makingWords(layer);
  return `${real.padStart(9)}  ${predicted.padStart(9)}  ${line.padStart(4)}  ${words}${note}`;
}

function configText({ field, expected, found }: ConfigDifference): string {
  return `${field}: ${expected ?? "not set"} by the Dockerfile, ${found ?? "not set"} in the image`;
}

function growthText(rows: readonly GrownLayer[]): string[] {
  const total = rows.reduce((sum, row) => sum + change(row), 0);
  return [
    `${grownWords(total)}.`,
    "",
    ...rows
      .filter(({ isSame }) => !isSame)
      .map((row) => `${signed(change(row)).padStart(10)}  ${grownLayerWords(row)}`),
    `${count(rows.filter(({ isSame }) => isSame).length, "layer")} the same.`,
  ];
}

function grownWords(bytes: number): string {
  if (bytes === 0) return say`The image is as large as before`;
  return bytes > 0
    ? say`The image grew by ${formatBytes(bytes)}`
    : say`The image shrank by ${formatBytes(-bytes)}`;
}

function signed(bytes: number): string {
  return `${bytes < 0 ? "-" : "+"}${formatBytes(Math.abs(bytes))}`;
}

function grownLayerWords({ before, after }: GrownLayer): string {
  const layer = after ?? before;
  const words = layer === null ? "" : madeByWords(layer);
  if (after === null) return say`${words} (gone)`;
  return before === null ? say`${words} (new)` : words;
}

/** As a comment of a pull request. */
export function compareMarkdown(
  images: readonly NamedBuilt[],
  comparison: ImageComparison | null,
): string {
  const rows = growthRows(images);
  if (rows === null) return `\`\`\`text\n${compareText(images, comparison)}\`\`\`\n`;
  const lines = new Map(
    (comparison?.layers ?? []).flatMap(({ step, layer }) =>
      step === null || layer === null ? [] : [[layer, step.place.line] as const],
    ),
  );
  const total = rows.reduce((sum, row) => sum + change(row), 0);
  const titles = [say`layer`, say`line`, say`before`, say`after`, say`change`];
  const cells = rows.map((row) => {
    const { before, after, isSame } = row;
    const line = after === null ? undefined : lines.get(after);
    const sizes = [before, after].map((layer) => realBytesWords({ layer }));
    const changed = isSame ? say`same` : signed(change(row));
    return [tableCode(grownLayerWords(row)), String(line ?? ""), ...sizes, changed];
  });
  return [
    `### ${markdownText(grownWords(total))}`,
    "",
    markdownTable(titles.map(tableText), cells, "lrrrr"),
    "",
  ].join("\n");
}
