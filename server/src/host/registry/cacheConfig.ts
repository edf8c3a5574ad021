/**
 * Caches that BuildKit exported, wherever they are kept. Sources: BuildKit, cache/remotecache/v1/spec.go,
 * import.go, inline/inline.go.
 */
import { type ExportedCache, readExportedCache } from "../../core/cache/exact/exportedCache.js";
import type { Result } from "../../core/host.js";
import { failure } from "./exchange.js";
import { isObject, jsonOf, objectsIn, textIn } from "./json.js";
import { type Descriptor, readDescriptor } from "./manifests.js";

/** The config of one, which stands in its index or is that of its manifest. null: it is none. */
export function cacheConfigIn(value: unknown): Descriptor | null {
  if (!isObject(value)) return null;
  const named = [...(objectsIn(value, "manifests") ?? []), value["config"]];
  const found = named.find(
    (one) =>
      isObject(one) && textIn(one, "mediaType") === "application/vnd.buildkit.cacheconfig.v0",
  );
  return readDescriptor(found);
}

/** @param bytes of a cache config */
export function cacheOf(bytes: Uint8Array, name: string): Result<ExportedCache> {
  const cache = readExportedCache(jsonOf(bytes));
  return cache === null ? badCache(name) : { ok: true, value: cache };
}

/**
 * What an image brings along (`--cache-to type=inline`).
 * @param config of the image
 */
export function inlineCache(config: unknown, name: string): Result<ExportedCache> {
  const written = isObject(config) ? textIn(config, "moby.buildkit.cache.v0") : null;
  if (written === null)
    return failure("ENOCACHE", "is no exported cache and brings none along", name);
  const cache = readExportedCache(jsonOf(Buffer.from(written, "base64")));
  return cache === null ? badCache(name) : { ok: true, value: cache };
}

function badCache(name: string) {
  return failure("EFORMAT", "what is kept there is no cache that can be read", name);
}
