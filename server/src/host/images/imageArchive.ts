/**
 * An image in a file or a folder: what `docker save` writes, OCI archives and OCI layouts. Nothing is
 * unpacked; of the layers only the sizes are looked at. Source: OCI image-spec, image-layout.md; moby,
 * image/tarexport.
 */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
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
const maxJson = 8_000_000;

/** Files by their names, `/` between folders. */
interface Files {
  size(name: string): number | null;
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

function filesOf(folder: string): Files {
  const disk = nodeFileSystem();
  // A manifest may name anything.
  const isInside = (name: string): boolean => /^[\w-][\w./-]*$/.test(name) && !name.includes("..");
  return {
    size: (name) =>
      isInside(name)
        ? (statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? null)
        : null,
    read(name) {
      if (!isInside(name)) return null;
      const bytes = readRegularFile(disk, path.join(folder, name), maxJson);
      return bytes.ok ? bytes.value : null;
    },
  };
}

function imageIn(files: Files, place: string, platform: Platform, now: number): Result<BaseImage> {
  const index = jsonAt(files, "index.json");
  if (index !== null) return imageOfIndex(files, index, place, { platform, now });
  const [saved] = objectsIn({ all: jsonAt(files, "manifest.json") }, "all") ?? [];
  const config = saved === undefined ? null : textIn(saved, "Config");
  const names: unknown = saved?.["Layers"];
  if (config === null || !Array.isArray(names)) return noImage(place);
  const bytes = files.read(config);
  if (bytes === null) return noImage(place);
  const sizes = names.map((name) => (typeof name === "string" ? files.size(name) : null));
  return imageOf(bytes, sizes, { place, now, digest: null });
}

interface Asked {
  readonly platform: Platform;
  readonly now: number;
}

/** An index may lead to another one, as of an image for several platforms. */
function imageOfIndex(
  files: Files,
  index: unknown,
  place: string,
  { platform, now }: Asked,
): Result<BaseImage> {
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
  return imageOf(
    config,
    found.layers.map(({ size }) => size),
    { place, now, digest },
  );
}

function imageOf(
  config: Uint8Array,
  sizes: readonly (number | null)[],
  {
    place,
    now,
    digest,
  }: { readonly place: string; readonly now: number; readonly digest: string | null },
): Result<BaseImage> {
  const read = readConfig(jsonOf(config));
  if (read === null || read.diffIds.length !== sizes.length) return noImage(place);
  const layers = read.diffIds.map(
    (diff, at): BaseLayer => ({
      digest: diff,
      bytes: sizes[at] ?? null,
      madeBy: read.madeBy[at] ?? "",
    }),
  );
  const image = baseImageOf(digestOf(config), read, {
    ...{ source: "archive", digest, created: read.created, platform: read.platform, layers },
    ...{ bytes: layers.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0), at: now },
    history: read.history,
  });
  return image === null ? noImage(place) : { ok: true, value: image };
}

/** null: it is not there, or is something else than its digest says. */
function blob(files: Files, { digest }: Descriptor): Uint8Array | null {
  const [, algorithm = "", hex = ""] = /^(sha256):([0-9a-f]{64})$/.exec(digest) ?? [];
  const bytes = hex === "" ? null : files.read(`blobs/${algorithm}/${hex}`);
  return bytes !== null && digestOf(bytes) === digest ? bytes : null;
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function jsonAt(files: Files, name: string): unknown {
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
