/** Finds an image that somebody names: in an archive or a layout, in the Docker engine, in a registry. */
import path from "node:path";
import { formatPlatform, type Platform } from "../../core/build/platform.js";
import type { Result } from "../../core/host.js";
import type { BaseImage, ImageSource } from "../../core/image/baseImage.js";
import type { LookUp } from "../baseImages/imageSupplier.js";
import { failure } from "../registry/exchange.js";
import { readImageArchive } from "./imageArchive.js";

/** Who may be asked; null: nobody there. */
export type ImageSources = Readonly<Record<ImageSource, LookUp | null>>;

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
): Promise<Result<BaseImage>> {
  const platform = formatPlatform(wanted);
  const asked = askedImage(name);
  if (asked === null) return readImageArchive(path.resolve(folder, name), platform, Date.now());
  const lookUp = sources[asked.source];
  if (lookUp === null) return failure("EOFF", `nobody may ask the ${asked.source}`, name);
  const found = await lookUp(asked.reference, platform, () => null);
  if (found.kind === "known") return { ok: true, value: found.value };
  const why = found.kind === "unknown" ? (found.error?.message ?? found.reason) : "not found out";
  return failure("ENOIMAGE", why, name);
}

/** In few words: `app:1.0` of a reference, the last name of a path. */
export function imageName(name: string): string {
  const reference = askedImage(name)?.reference ?? name.replace(/[/\\]+$/, "");
  return reference.split(/[/\\]/).at(-1) ?? reference;
}
