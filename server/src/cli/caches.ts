/** Exported caches among the words of a command: `--against cache:…` and docker's `--cache-from`. */
import path from "node:path";
import type { BaselineChoice } from "../core/analysis/baselineChoice.js";
import type { Platform } from "../core/build/platform.js";
import type { ExportedCache } from "../core/cache/exact/exportedCache.js";
import {
  type NamedCache,
  namedCache,
  readNamedCache,
  typedCache,
} from "../host/images/namedCache.js";
import type { CliIo } from "./command.js";
import type { ResolveArguments } from "./resolve.js";
import { UsageError } from "./usageError.js";

export interface TypedCache {
  /** As it was typed. */
  readonly words: string;
  readonly place: NamedCache;
  /** docker goes on without one that is not there. */
  readonly isOptional: boolean;
}

/** What a build is compared with besides what the builder has itself. */
export interface CacheArguments {
  readonly against: BaselineChoice;
  readonly caches: readonly TypedCache[];
  /** Those that the build imports count too. */
  readonly takesImported: boolean;
  /** Files are those of a fresh checkout, with its modes. */
  readonly asCheckout: boolean;
}

/** What stands behind `cache:`: a folder, or docker's own words. Errors: `UsageError`. */
export function readCache(words: string, cwd: string): TypedCache {
  const place = namedCache(words, cwd);
  if (place.ok) return { words, place: place.value, isOptional: false };
  throw new UsageError(`--against cache:${words}${words === "" ? "" : ":"} ${place.error.message}`);
}

/** One word of `--cache-from`. Errors: `UsageError`. */
export function readCacheFrom(words: string, cwd: string): TypedCache {
  // As buildx reads it: a word without "=" is a reference.
  if (!words.includes("="))
    return { words, place: { kind: "registry", reference: words }, isOptional: true };
  const place = typedCache(words, cwd);
  if (place.ok) return { words, place: place.value, isOptional: true };
  throw new UsageError(`--cache-from ${words}: ${place.error.message}`);
}

export interface ReadCache extends Pick<TypedCache, "words"> {
  readonly cache: ExportedCache;
}

/**
 * Those of the named caches that can be read; what is said of the others goes to stderr. Errors:
 * `UsageError` for one that has to be there.
 */
export async function readCaches(
  caches: readonly TypedCache[],
  platform: Platform,
  { resolve, registries }: ResolveArguments,
  { env, cwd, error }: CliIo,
): Promise<readonly ReadCache[]> {
  const registry =
    resolve === "registry"
      ? (await import("./lookUps.js")).registryFor(env, () => [path.resolve(cwd)], registries)
      : null;
  const read: ReadCache[] = [];
  for (const { words, place, isOptional } of caches) {
    const found = await readNamedCache(place, platform, registry);
    if (found.ok) {
      read.push({ words, cache: found.value });
      continue;
    }
    const { code, message } = found.error;
    const why = code === "EOFF" ? "not looked at: --resolve registry asks for it" : message;
    if (!isOptional) throw new UsageError(`--against cache:${words}: ${why}`);
    error(`stratacast: --cache-from ${words}: ${why}`);
  }
  return read;
}
