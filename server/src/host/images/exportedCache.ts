/** Caches that BuildKit exported into a folder (`--cache-to type=local`): cache/remotecache/local/local.go. */
import { existsSync } from "node:fs";
import type { ExportedCache } from "../../core/cache/exact/exportedCache.js";
import type { Result } from "../../core/host.js";
import { cacheConfigIn, cacheOf } from "../registry/cacheConfig.js";
import { failure } from "../registry/exchange.js";
import { isObject, jsonOf, objectsIn, textIn } from "../registry/json.js";
import { blob, filesOf, jsonAt } from "./imageArchive.js";

/** Which of the caches of a folder. */
export interface FolderCache {
  /** Absolute. */
  readonly folder: string;
  /** Its name there. */
  readonly tag: string;
  /** null: the one of that name. */
  readonly digest: string | null;
}

/** Errors: `ENOENT`, `ENOCACHE`, `EDIGEST`, `EFORMAT`. */
export function readFolderCache({ folder, tag, digest }: FolderCache): Result<ExportedCache> {
  if (!existsSync(folder)) return failure("ENOENT", "no such folder", folder);
  const files = filesOf(folder);
  const index = jsonAt(files, "index.json");
  const all = isObject(index) ? objectsIn(index, "manifests") : null;
  if (all === null) return failure("ENOCACHE", "holds no exported cache", folder);
  const isNamed = (one: (typeof all)[number]): boolean => {
    const { annotations } = one;
    return (
      isObject(annotations) && textIn(annotations, "org.opencontainers.image.ref.name") === tag
    );
  };
  const named = digest ?? textIn(all.find(isNamed) ?? {}, "digest");
  if (named === null) return failure("ENOCACHE", `holds no cache that is called ${tag}`, folder);
  const manifest = blob(files, { digest: named });
  if (manifest === null) return lost(folder, named);
  const config = cacheConfigIn(jsonOf(manifest));
  if (config === null) return failure("ENOCACHE", `${named} is no exported cache`, folder);
  const bytes = blob(files, config);
  if (bytes === null) return lost(folder, config.digest);
  return cacheOf(bytes, folder);
}

function lost(folder: string, digest: string) {
  return failure("EDIGEST", `what is to be ${digest} is missing or something else`, folder);
}
