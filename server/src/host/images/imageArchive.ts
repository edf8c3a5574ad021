/**
 * An image in a file or a folder: what `docker save` writes, OCI archives and OCI layouts. Nothing is
 * unpacked; of the layers only the sizes are looked at. Source: OCI image-spec, image-layout.md; moby,
 * image/tarexport.
 */
import { createHash } from "node:crypto";
import { realpathSync, statSync } from "node:fs";
import path from "node:path";
import { type Platform, parsePlatform } from "../../core/build/platform.js";
import type { Result } from "../../core/host.js";
import type { BaseImage, BaseLayer } from "../../core/image/baseImage.js";
import { hostError } from "../errors.js";
import { nodeFileSystem, readRegularFile } from "../nodeFileSystem.js";
import { failure } from "../registry/exchange.js";
import { baseImageOf, readConfig } from "../registry/imageConfig.js";
import { isObject, jsonOf, objectsIn, textIn } from "../registry/json.js";
import { type Descriptor, entryFor, readManifest } from "../registry/manifests.js";
import { openTar } from "./tarFile.js";

/** Bytes of a manifest, an index or a config. */
export const maxJson = 8_000_000;

/** Files by their names, `/` between folders. */
export interface Files {
  size(name: string): number | null;
  /** null: there is none of that name, or it is too large for what it should be. */
  read(name: string): Uint8Array | null;
}

/** Errors: `EFORMAT`, `EPLATFORM`, `EDIGEST`, or what the system says. */
export function readImageArchive(place: string, platform: string, now: number): Result<BaseImage> {
  const wanted = parsePlatform(platform);
  try {
    if (wanted === null) return failure("EPLATFORM", `${platform} is no platform`, place);
    if (statSync(place).isDirectory()) return imageIn(filesOf(place), place, wanted, now);
    // Opening a pipe would wait for its other end.
    const tar = statSync(place).isFile() ? openTar(place) : null;
    if (tar === null) return failure("EFORMAT", `${place} is no archive of an image`, place);
    try {
      const files = { size: tar.size, read: (name: string) => tar.read(name, maxJson) };
      return imageIn(files, place, wanted, now);
    } finally {
      tar.close();
    }
  } catch (error) {
    return { ok: false, error: hostError(error, place) };
  }
}

/** A manifest may name anything. */
function isInside(name: string): boolean {
  return /^[\w-][\w./-]*$/.test(name) && !name.includes("..");
}

/** Those of a layout. */
export function filesOf(folder: string): Files {
  const disk = nodeFileSystem();
  return {
    size: (name) => fileInside(folder, name)?.size ?? null,
    read(name) {
      const found = fileInside(folder, name);
      if (found === null) return null;
      const bytes = readRegularFile(disk, found.place, maxJson);
      return bytes.ok ? bytes.value : null;
    },
  };
}

/** null: a folder holds no regular file of that name, or a link leads out of it on the way there. */
export function fileInside(
  folder: string,
  name: string,
): { readonly place: string; readonly size: number } | null {
  if (!isInside(name)) return null;
  try {
    const place = realpathSync(path.join(folder, name));
    if (!place.startsWith(`${realpathSync(folder)}${path.sep}`)) return null;
    const stat = statSync(place);
    return stat.isFile() ? { place, size: stat.size } : null;
  } catch {
    return null;
  }
}

function imageIn(files: Files, place: string, platform: Platform, now: number): Result<BaseImage> {
  const found = partsIn(files, place, platform);
  return found.ok ? imageOf(found.value, place, now) : found;
}

/** What an image is made of, by the names of the files that hold it. */
interface ImageParts {
  readonly config: Uint8Array;
  /** From the bottom up. */
  readonly layers: readonly { readonly name: string; readonly size: number | null }[];
  readonly digest: string | null;
}

/** The files that hold the layers of an image, from the bottom up. Errors: those of `readImageArchive`. */
export function layerNames(
  files: Files,
  place: string,
  platform: Platform,
): Result<readonly string[]> {
  const found = partsIn(files, place, platform);
  return found.ok ? { ok: true, value: found.value.layers.map(({ name }) => name) } : found;
}

function partsIn(files: Files, place: string, platform: Platform): Result<ImageParts> {
  const index = jsonAt(files, "index.json");
  if (index !== null) return partsOfIndex(files, index, place, platform);
  const [saved] = objectsIn({ all: jsonAt(files, "manifest.json") }, "all") ?? [];
  const config = saved === undefined ? null : textIn(saved, "Config");
  const names: unknown = saved?.["Layers"];
  if (config === null || !isNames(names)) return noImage(place);
  const bytes = files.read(config);
  if (bytes === null) return noImage(place);
  const layers = names.map((name) => ({ name, size: files.size(name) }));
  return { ok: true, value: { config: bytes, layers, digest: null } };
}

function isNames(names: unknown): names is string[] {
  return Array.isArray(names) && names.every((name) => typeof name === "string");
}

/** An index may lead to another one, as of an image for several platforms. */
function partsOfIndex(
  files: Files,
  index: unknown,
  place: string,
  platform: Platform,
): Result<ImageParts> {
  let found = readManifest(index);
  let digest: string | null = null;
  for (let depth = 0; found?.kind === "index" && depth < 4; depth++) {
    const [only] = found.entries;
    // A layout names a single image without its platform.
    const entry =
      found.entries.length === 1 && only?.platform === null
        ? only
        : entryFor(found.entries, platform);
    if (entry === null || entry === undefined)
      return failure("EPLATFORM", `${place} holds no image for that platform`, place);
    const bytes = blob(files, entry);
    if (bytes === null) return lies(place, entry.digest);
    digest ??= entry.digest;
    found = readManifest(jsonOf(bytes));
  }
  if (found?.kind !== "manifest") return noImage(place);
  const config = blob(files, found.config);
  if (config === null) return lies(place, found.config.digest);
  const layers = found.layers.map(({ digest: own, size }) => ({ name: blobName(own), size }));
  return { ok: true, value: { config, layers, digest } };
}

function imageOf(
  { config, layers: sizes, digest }: ImageParts,
  place: string,
  now: number,
): Result<BaseImage> {
  const read = readConfig(jsonOf(config));
  if (read === null || read.diffIds.length !== sizes.length) return noImage(place);
  const layers = read.diffIds.map(
    (diff, at): BaseLayer => ({
      digest: diff,
      bytes: sizes[at]?.size ?? null,
      madeBy: read.madeBy[at] ?? "",
    }),
  );
  const image = baseImageOf(digestOf(config), read, {
    source: "archive",
    digest,
    created: read.created,
    platform: read.platform,
    layers,
    bytes: layers.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    at: now,
    history: read.history,
  });
  return image === null ? noImage(place) : { ok: true, value: image };
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

/** null: it is not there, or is something else than its digest says. */
export function blob(files: Files, { digest }: Pick<Descriptor, "digest">): Uint8Array | null {
  const bytes = /^sha256:[0-9a-f]{64}$/.test(digest) ? files.read(blobName(digest)) : null;
  return bytes !== null && digestOf(bytes) === digest ? bytes : null;
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export function jsonAt(files: Files, name: string): unknown {
  const bytes = files.read(name);
  const value = bytes === null ? null : jsonOf(bytes);
  return isObject(value) || Array.isArray(value) ? value : null;
}

function noImage(place: string) {
  return failure("EFORMAT", `${place} holds no image that can be read`, place);
}

function lies(place: string, digest: string) {
  return failure(
    "EDIGEST",
    `${place}: what is to be ${digest} is missing or something else`,
    place,
  );
}
