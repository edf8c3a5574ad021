/** Finds an image that somebody names: in an archive or a layout, in the Docker engine, in a registry. */
import path from "node:path";
import { formatPlatform, type Platform } from "../../core/build/platform.js";
import type { Result } from "../../core/host.js";
import type { BaseImage, ImageSource } from "../../core/image/baseImage.js";
import { engineLookUp } from "../baseImages/engine.js";
import type { LookUp } from "../baseImages/imageSupplier.js";
import { failure } from "../registry/exchange.js";
import type { Registry } from "../registry/registry.js";
import { readImageArchive } from "./imageArchive.js";
import type { LayerSource } from "./imageLayers.js";
import { archiveLayers, engineLayers, registryLayers } from "./layerSources.js";

/** Who may be asked; null: nobody there. */
export type ImageSources = Readonly<Record<ImageSource, AskedSource | null>>;

export interface AskedSource {
  readonly lookUp: LookUp;
  readonly layers: (reference: string, platform: Platform, image: BaseImage) => LayerSource;
}

export function engineSource(env: NodeJS.ProcessEnv): AskedSource {
  return {
    lookUp: engineLookUp(env, Date.now),
    layers: (reference, platform) => engineLayers(env, reference, platform),
  };
}

export function registrySource(registry: Registry): AskedSource {
  return {
    lookUp: registry.lookUp,
    layers: (reference, _platform, image) => registryLayers(registry, reference, image),
  };
}

/** An image, and where its layers are. */
export interface FoundImage {
  readonly image: BaseImage;
  readonly layers: LayerSource;
}

/** `engine:REF` and `registry:REF`; null: a path. */
export function askedImage(
  name: string,
): { readonly source: ImageSource; readonly reference: string } | null {
  const [, source, reference = ""] = /^(engine|registry):(.+)$/s.exec(name) ?? [];
  return source === "engine" || source === "registry" ? { source, reference } : null;
}

/**
 * @param folder that paths are counted from
 * Errors: those of `readImageArchive`, of the look-ups, and `EOFF` where nobody may be asked.
 */
export async function findImage(
  name: string,
  wanted: Platform,
  { folder, sources }: { readonly folder: string; readonly sources: ImageSources },
): Promise<Result<FoundImage>> {
  const platform = formatPlatform(wanted);
  const asked = askedImage(name);
  if (asked === null) {
    const place = path.resolve(folder, name);
    const read = readImageArchive(place, platform, Date.now());
    if (!read.ok) return read;
    return { ok: true, value: { image: read.value, layers: archiveLayers(place, wanted) } };
  }
  const { reference } = asked;
  const source = sources[asked.source];
  if (source === null) return failure("EOFF", `nobody may ask the ${asked.source}`, name);
  const found = await source.lookUp(reference, platform, () => null);
  if (found.kind === "known") {
    const image = found.value;
    return { ok: true, value: { image, layers: source.layers(reference, wanted, image) } };
  }
  const why = found.kind === "unknown" ? (found.error?.message ?? found.reason) : "not found out";
  return failure("ENOIMAGE", why, name);
}

/** In few words: `app:1.0` of a reference, the last name of a path. */
export function imageName(name: string): string {
  const reference = askedImage(name)?.reference ?? name.replace(/[/\\]+$/, "");
  return reference.split(/[/\\]/).at(-1) ?? reference;
}
