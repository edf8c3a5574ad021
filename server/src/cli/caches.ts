/** Exported caches among the words of a command: `--against cache:…` and docker's `--cache-from`. */
import path from "node:path";
import type { BaselineChoice } from "../core/analysis/baselineChoice.js";
import type { Platform } from "../core/build/platform.js";
import type { ExportedCache } from "../core/cache/exact/exportedCache.js";
import type { Result } from "../core/host.js";
import { readFolderCache } from "../host/images/exportedCache.js";
import type { CliIo } from "./command.js";
import { type ResolveArguments, registryFor } from "./resolve.js";
import { UsageError } from "./usageError.js";

export interface NamedCache {
  /** As it was typed. */
  readonly words: string;
  readonly place:
    | {
        readonly kind: "folder";
        /** Absolute. */
        readonly folder: string;
        readonly tag: string;
        /** null: the one of that name. */
        readonly digest: string | null;
      }
    | { readonly kind: "registry"; readonly reference: string }
    /** Of one of these kinds nobody can be asked from here. */
    | { readonly kind: "elsewhere"; readonly type: string };
  /** docker goes on without one that is not there. */
  readonly isOptional: boolean;
}

/** What a build is compared with besides what the builder has itself. */
export interface CacheArguments {
  readonly against: BaselineChoice;
  readonly caches: readonly NamedCache[];
  /** Files are those of a fresh checkout, with its modes. */
  readonly asCheckout: boolean;
}

/** What stands behind `cache:`: a folder, or docker's own words. Errors: `UsageError`. */
export function readCache(words: string, cwd: string): NamedCache {
  const isFolder = !/(?:^|,)type=/.test(words);
  if (words === "") throw new UsageError("--against cache: needs a folder, or type=…");
  if (isFolder) return { words, place: inFolder(words, new Map(), cwd), isOptional: false };
  return { words, place: placeOf(words, "--against cache:", cwd), isOptional: false };
}

/** One word of `--cache-from`. Errors: `UsageError`. */
export function readCacheFrom(words: string, cwd: string): NamedCache {
  // As buildx reads it: a word without "=" is a reference.
  const place: NamedCache["place"] = words.includes("=")
    ? placeOf(words, "--cache-from ", cwd)
    : { kind: "registry", reference: words };
  return { words, place, isOptional: true };
}

function placeOf(words: string, flag: string, cwd: string): NamedCache["place"] {
  const fields = new Map(
    words.split(",").map((field): [string, string] => {
      const [name = "", value = ""] = field.split(/=(.*)/s, 2);
      return [name.trim().toLowerCase(), value];
    }),
  );
  const lacking = (name: string): UsageError =>
    new UsageError(`${flag}${words}: ${name}= is missing`);
  const type = fields.get("type") ?? "";
  switch (type) {
    case "local": {
      const folder = fields.get("src") ?? "";
      if (folder === "") throw lacking("src");
      return inFolder(folder, fields, cwd);
    }
    case "registry": {
      const reference = fields.get("ref") ?? "";
      if (reference === "") throw lacking("ref");
      return { kind: "registry", reference };
    }
    case "":
      throw lacking("type");
    default:
      return { kind: "elsewhere", type };
  }
}

function inFolder(
  folder: string,
  fields: ReadonlyMap<string, string>,
  cwd: string,
): NamedCache["place"] {
  const tag = fields.get("tag") ?? "latest";
  return {
    kind: "folder",
    folder: path.resolve(cwd, folder),
    tag,
    digest: fields.get("digest") ?? null,
  };
}

export interface ReadCache extends Pick<NamedCache, "words"> {
  readonly cache: ExportedCache;
}

/**
 * Those of the named caches that can be read; what is said of the others goes to stderr. Errors:
 * `UsageError` for one that has to be there.
 */
export async function readCaches(
  caches: readonly NamedCache[],
  platform: Platform,
  { resolve, registries }: ResolveArguments,
  io: CliIo,
): Promise<readonly ReadCache[]> {
  const read: ReadCache[] = [];
  for (const { words, place, isOptional } of caches) {
    const found = await cacheAt(place, platform, { resolve, registries }, io);
    if (found.ok) read.push({ words, cache: found.value });
    else if (isOptional) io.error(`stratacast: --cache-from ${words}: ${found.error.message}`);
    else throw new UsageError(`--against cache:${words}: ${found.error.message}`);
  }
  return read;
}

async function cacheAt(
  place: NamedCache["place"],
  platform: Platform,
  { resolve, registries }: ResolveArguments,
  io: CliIo,
): Promise<Result<ExportedCache>> {
  const { env, cwd } = io;
  switch (place.kind) {
    case "folder":
      return readFolderCache(place);
    case "elsewhere":
      return none(`a cache of type=${place.type} cannot be looked at from here`);
    case "registry": {
      if (resolve !== "registry") return none("not looked at: --resolve registry asks for it");
      const registry = registryFor(env, () => [path.resolve(cwd)], registries);
      return registry.cache(place.reference, platform);
    }
  }
}

function none(message: string): Result<never> {
  return { ok: false, error: { code: "ENOCACHE", message, path: "" } };
}
