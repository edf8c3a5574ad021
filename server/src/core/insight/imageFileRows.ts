/** The files of a built image's layers in the layer tree, one folder at a time, and in a search. */
import type { ShownImage } from "../analysis/imageComparison.js";
import type { ContentChange } from "../image/layerContents.js";
import { listed } from "../text/lists.js";
import { say } from "../text/say.js";
import { count, filesWords, formatBytes } from "../text/sizes.js";
import { codeSpan, printable } from "../text/surfaces.js";
import { type LayerNode, plainNode } from "./layerRow.js";

/** Between the id of a layer's row and a path in it. */
const mark = "#files/";

/** Rows of one folder; more of them nobody reads: a search finds the others. */
const most = 1_000;

/** True of the rows of which `imageFileRows` gives the children. */
export function isInImage(id: string): boolean {
  return /^image\/\d+(?:$|#files\/)/.test(id);
}

/** @param id of the row of a layer, or of a folder in it */
export function imageFileRows({ contents }: ShownImage, id: string): readonly LayerNode[] {
  const [layerId = "", folder = ""] = id.split(mark, 2);
  const layer = Number(layerId.slice("image/".length));
  const changes = contents?.layers[layer]?.changes ?? [];
  const folders = new Map<string, Folder>();
  const files: LayerNode[] = [];
  const start = folder === "" ? "" : `${folder}/`;
  for (const change of changes) {
    if (!change.path.startsWith(start) || change.path === folder) continue;
    const end = change.path.indexOf("/", start.length);
    if (end < 0 && !(change.isFolder && change.kind !== "removed")) {
      files.push(fileRow(layerId, layer, change));
      continue;
    }
    const path = end < 0 ? change.path : change.path.slice(0, end);
    const sum = folders.get(path) ?? { files: 0, bytes: 0, isEmpty: true };
    folders.set(path, sum);
    if (end < 0) continue;
    sum.isEmpty = false;
    if (!change.isFolder || change.kind === "removed") sum.files += change.files;
    if (change.kind !== "removed") sum.bytes += change.bytes;
  }
  const rows = [...[...folders].map(([path, sum]) => folderRow(layerId, path, sum)), ...files];
  if (rows.length === 0 && folder === "")
    return [plainNode(`${layerId}${mark}`, "imageFile", say`no files`)];
  const left = rows.length - most;
  if (left <= 0) return rows;
  const more = say`${left} more: Find in Image looks through all`;
  return [...rows.slice(0, most), plainNode(`${layerId}${mark}${folder}/`, "imageFile", more)];
}

interface Folder {
  files: number;
  bytes: number;
  isEmpty: boolean;
}

function folderRow(layerId: string, path: string, { isEmpty, ...sum }: Folder): LayerNode {
  const words = isEmpty ? say`empty` : filesWords({ count: sum.files, bytes: sum.bytes });
  return {
    ...plainNode(`${layerId}${mark}${path}`, "imageFolder", lastName(path)),
    description: words,
    accessibilityLabel: listed([path, words]),
    tooltip: codeSpan(path),
    children: isEmpty ? null : "lazy",
  };
}

function fileRow(layerId: string, layer: number, change: ContentChange): LayerNode {
  const { path, kind } = change;
  const words = changeWords(change);
  const place = placeOf(layer, change);
  return {
    ...plainNode(`${layerId}${mark}${path}`, "imageFile", lastName(path)),
    description: words,
    accessibilityLabel: listed([path, words]),
    tooltip: codeSpan(path),
    state: kind,
    ...(place === null ? {} : { imagePlace: place }),
  };
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Where the bytes of a file stand; null: there are none to read. */
function placeOf(
  layer: number,
  { entry }: ContentChange,
): NonNullable<LayerNode["imagePlace"]> | null {
  if (entry?.kind === "file") return { layer, path: entry.path };
  return entry?.kind === "hard-link" ? { layer, path: entry.linkTarget ?? "" } : null;
}

/** `changed · 1.2 kB, 1 kB before`. */
function changeWords({ kind, isFolder, entry, files, ...sizes }: ContentChange): string {
  const { bytes, bytesBefore, isSameBytes } = sizes;
  const size = formatBytes(bytes);
  switch (entry?.kind) {
    case undefined:
      return isFolder ? say`removed · ${count(files, "file")}, ${size}` : say`removed · ${size}`;
    case "symlink":
      return say`link to ${entry.linkTarget ?? ""}`;
    case "hard-link":
      return say`the same file as ${entry.linkTarget ?? ""}`;
    case "special":
      return say`a device or a pipe`;
    default:
      if (kind === "added") return say`added · ${size}`;
      if (isSameBytes) return say`changed · ${size}, the same bytes again`;
      return bytesBefore === null
        ? say`changed · ${size}`
        : say`changed · ${size}, ${formatBytes(bytesBefore)} before`;
  }
}

/** A file in a layer, as a search finds it. */
export interface FoundRow {
  readonly label: string;
  readonly description: string;
  /** null: there is nothing to open. */
  readonly place: { readonly layer: number; readonly path: string } | null;
}

/** So many are shown. */
const mostFound = 200;

/** Files whose paths hold a text, each with all layers that do something with it, names before folders. */
export function findInImage(
  { contents, comparison }: ShownImage,
  text: string,
): readonly FoundRow[] {
  const wanted = text.toLowerCase();
  const byPath = new Map<string, { readonly layer: number; readonly change: ContentChange }[]>();
  for (const [layer, { changes }] of (contents?.layers ?? []).entries())
    for (const change of changes) {
      if (change.isFolder && change.kind !== "removed") continue;
      if (!change.path.toLowerCase().includes(wanted)) continue;
      const found = byPath.get(change.path) ?? [];
      found.push({ layer, change });
      byPath.set(change.path, found);
    }
  const rank = (path: string): number => {
    const name = lastName(path).toLowerCase();
    return name === wanted ? 0 : name.includes(wanted) ? 1 : 2;
  };
  const paths = [...byPath.keys()].sort(
    (a, b) => rank(a) - rank(b) || a.length - b.length || (a < b ? -1 : 1),
  );
  return paths
    .flatMap((path) => byPath.get(path) ?? [])
    .slice(0, mostFound)
    .map(({ layer, change }) => {
      const { step, isBase } = comparison.layers.find(({ number }) => number === layer) ?? {};
      const line = step?.place.line;
      const where = [
        say`layer ${layer}`,
        ...(isBase === true ? [say`base image`] : line === undefined ? [] : [say`line ${line}`]),
      ];
      return {
        label: printable(change.path),
        description: [...where, changeWords(change)].join(" · "),
        place: placeOf(layer, change),
      };
    });
}
