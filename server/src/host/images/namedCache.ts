/** Exported caches by the words that name them: a folder, or docker's own `type=…`. */
import path from "node:path";
import { type Platform, parsePlatform } from "../../core/build/platform.js";
import type { ExportedCache } from "../../core/cache/exact/exportedCache.js";
import { known, type Result, unknown } from "../../core/host.js";
import { failure } from "../registry/exchange.js";
import type { Registry } from "../registry/registry.js";
import type { Supplier } from "../settle.js";
import { type FolderCache, readFolderCache } from "./exportedCache.js";

export type NamedCache =
  | ({ readonly kind: "folder" } & FolderCache)
  | { readonly kind: "registry"; readonly reference: string }
  /** Of one of these kinds nobody can be asked from here. */
  | { readonly kind: "elsewhere"; readonly type: string };

/**
 * What stands behind `cache:`. Errors: `EWORDS`, whose message says what is missing.
 * @param folder what paths are relative to; absolute
 */
export function namedCache(words: string, folder: string): Result<NamedCache> {
  if (words === "") return failure("EWORDS", "needs a folder, or type=…", words);
  const isFolder = !/(?:^|,)type=/.test(words);
  return isFolder ? inFolder(words, new Map(), folder) : typedCache(words, folder);
}

/** In docker's words alone. Errors: as above. */
export function typedCache(words: string, folder: string): Result<NamedCache> {
  const fields = new Map(
    words.split(",").map((field): [string, string] => {
      const [name = "", value = ""] = field.split(/=(.*)/s, 2);
      return [name.trim().toLowerCase(), value];
    }),
  );
  const lacking = (name: string) => failure("EWORDS", `${name}= is missing`, words);
  const type = fields.get("type") ?? "";
  switch (type) {
    case "local": {
      const src = fields.get("src") ?? "";
      return src === "" ? lacking("src") : inFolder(src, fields, folder);
    }
    case "registry": {
      const reference = fields.get("ref") ?? "";
      return reference === "" ? lacking("ref") : { ok: true, value: { kind: type, reference } };
    }
    case "":
      return lacking("type");
    default:
      return { ok: true, value: { kind: "elsewhere", type } };
  }
}

function inFolder(
  name: string,
  fields: ReadonlyMap<string, string>,
  folder: string,
): Result<NamedCache> {
  const digest = fields.get("digest") ?? null;
  const tag = fields.get("tag") ?? "latest";
  return { ok: true, value: { kind: "folder", folder: path.resolve(folder, name), tag, digest } };
}

/** Errors: those of the place, `EOFF` for a registry where none may be asked (null). */
export async function readNamedCache(
  cache: NamedCache,
  platform: Platform,
  registry: Pick<Registry, "cache"> | null,
): Promise<Result<ExportedCache>> {
  switch (cache.kind) {
    case "folder":
      return readFolderCache(cache);
    case "elsewhere":
      return failure("ENOCACHE", `a cache of type=${cache.type} cannot be looked at from here`, "");
    case "registry":
      if (registry === null) return failure("EOFF", "no registry may be asked", cache.reference);
      return registry.cache(cache.reference, platform);
  }
}

/**
 * @param registry see `readNamedCache`
 * @param mayRead false: in a workspace that is not trusted, whose files may name a folder of any machine
 */
export function cacheSupplier(
  registry: () => Pick<Registry, "cache"> | null = () => null,
  mayRead: () => boolean = () => true,
): Supplier<"cache"> {
  return async ({ words, folder, platform }) => {
    if (!mayRead()) return unknown("untrusted");
    const named = namedCache(words, folder);
    const wanted = parsePlatform(platform);
    if (!named.ok || wanted === null) return unknown("unsupported", named.ok ? null : named.error);
    const read = await readNamedCache(named.value, wanted, registry());
    return read.ok ? known(read.value) : unknown("failed", read.error);
  };
}
