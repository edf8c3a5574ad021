/**
 * What was found out of images, over processes: one file, which is read once and written as a whole.
 * Several may write it without a lock: who writes takes in what stands there, and what one loses of
 * another is asked for again. A file that is not whole is none.
 */
import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Result } from "../../core/host.js";
import type { BaseImage, ImageSource } from "../../core/image/baseImage.js";
import { hostError } from "../errors.js";
import { nodeFileSystem, readRegularFile } from "../nodeFileSystem.js";
import { isObject, jsonOf, textIn } from "../registry/json.js";
import { isBaseImage } from "./writtenImage.js";

/** What was asked for. */
export interface ImageAsk {
  readonly source: ImageSource;
  readonly reference: string;
  readonly platform: string;
}

export interface ImageStore {
  /** The last answer; null: none is kept. */
  last(ask: ImageAsk): BaseImage | null;
  /** What a digest of a registry led to for a platform; null: nobody asked. */
  ofDigest(digest: string, platform: string): BaseImage | null;
  keep(ask: ImageAsk, image: BaseImage): void;
  /** Writes what came since the last time, if anything. */
  save(): Promise<Result<null>>;
}

const fileName = "base-images.json";

/** Another version is another file's matter: it is written over. */
const head = { stratacast: "base images", version: 1 };

/** The last ones that were found out. */
const maxImages = 300;

/** Characters of one image: a longer one is asked for again each time. */
const maxImage = 300_000;

/** Bytes: nothing that is written is as long. */
const maxFile = maxImages * maxImage;

/** @param folder is made when something is first written; null: in memory only */
export function openImageStore(folder: string | null): ImageStore {
  const file = folder === null ? null : path.join(folder, fileName);
  /** By what was asked; those that were found out last stand last. */
  let images: Map<string, Kept> | null = null;
  let hasNews = false;
  const all = (): Map<string, Kept> => {
    images ??= file === null ? new Map() : readImages(file);
    return images;
  };
  const add = (into: Map<string, Kept>, kept: Kept): void => {
    const key = keyOf(kept);
    into.delete(key);
    into.set(key, kept);
    const [oldest = ""] = into.keys();
    if (into.size > maxImages) into.delete(oldest);
  };
  return {
    last: (ask) => all().get(keyOf(ask))?.image ?? null,
    ofDigest(digest, platform) {
      for (const { source, platform: own, image } of all().values()) {
        const isIt = source === "registry" && own === platform && image.origin?.digest === digest;
        if (isIt) return image;
      }
      return null;
    },
    keep(ask, image) {
      add(all(), { ...ask, image: withoutHistory(image) });
      hasNews = true;
    },
    async save() {
      if (!hasNews || file === null) return { ok: true, value: null };
      hasNews = false;
      const merged = readImages(file);
      for (const kept of all().values()) {
        const other = merged.get(keyOf(kept));
        if ((other?.image.origin?.at ?? 0) <= (kept.image.origin?.at ?? 0)) add(merged, kept);
      }
      images = merged;
      const fresh = `${file}.${randomBytes(6).toString("hex")}.new`;
      try {
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(fresh, written(merged.values()), { mode: 0o600 });
        await rename(fresh, file);
        return { ok: true, value: null };
      } catch (error) {
        await rm(fresh, { force: true }).catch(() => undefined);
        return { ok: false, error: hostError(error, file) };
      }
    },
  };
}

interface Kept extends ImageAsk {
  readonly image: BaseImage;
}

/** It holds values of arguments. */
function withoutHistory(image: BaseImage): BaseImage {
  if (image.origin === undefined) return image;
  const { history: _, ...origin } = image.origin;
  return { ...image, origin };
}

function keyOf({ source, reference, platform }: ImageAsk): string {
  return JSON.stringify([source, reference, platform]);
}

function written(images: Iterable<Kept>): string {
  const texts = [...images].map((kept) => JSON.stringify(kept));
  const kept = texts.filter(({ length }) => length <= maxImage);
  return `${JSON.stringify(head).slice(0, -1)},"images":[${kept.join(",\n")}]}\n`;
}

function readImages(file: string): Map<string, Kept> {
  const images = new Map<string, Kept>();
  const bytes = readRegularFile(nodeFileSystem(), file, maxFile);
  const value = bytes.ok ? jsonOf(bytes.value) : null;
  const isOurs =
    isObject(value) &&
    value["stratacast"] === head.stratacast &&
    value["version"] === head.version &&
    Array.isArray(value["images"]);
  if (!isOurs) return images;
  for (const one of value["images"] as readonly unknown[]) {
    const kept = readKept(one);
    if (kept !== null) images.set(keyOf(kept), kept);
  }
  return images;
}

function readKept(value: unknown): Kept | null {
  if (!isObject(value) || !isBaseImage(value["image"])) return null;
  const { image } = value;
  const [source, reference, platform] = ["source", "reference", "platform"].map((name) =>
    textIn(value, name),
  );
  if ((source !== "registry" && source !== "engine") || !reference || !platform) return null;
  return { source, reference, platform, image };
}
