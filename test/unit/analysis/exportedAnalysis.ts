/** The cache that a build would export, by what is known of it: with any digests of bytes. */
import { exactSources, wantedBytes } from "../../../server/src/core/analysis/exactSources.js";
import type { Answer } from "../../../server/src/core/analysis/snapshot.js";
import {
  type BytesDigests,
  bytesKey,
  contentRecords,
} from "../../../server/src/core/cache/exact/contents.js";
import type {
  ExportedCache,
  ExportedRecord,
} from "../../../server/src/core/cache/exact/exportedCache.js";
import type { WantedBytes } from "../../../server/src/core/world/facts.js";
import { sha256 } from "../../../server/src/host/digest.js";

/** Any digests, of which equal files have equal ones. */
export function bytesOf(files: readonly WantedBytes[]): BytesDigests {
  return new Map(
    files.flatMap(({ identity, headers }) =>
      headers.map(
        (header) => [bytesKey(identity, header), sha256(`${identity}${header}`)] as const,
      ),
    ),
  );
}

/** Every step of a build, on what is below it, with what it takes. */
export function exportOf({ analysis }: Answer): ExportedCache {
  const sources = exactSources(analysis);
  const contents = contentRecords(sources, bytesOf(wantedBytes(analysis, sources)));
  const records: ExportedRecord[] = [];
  const places = new Map<string, number>();
  for (const [step, { ops }] of sources.keys)
    for (const { vertex, digest, inputs } of ops) {
      const links = inputs.map((input) => {
        const place = places.get(input.vertex);
        const content = input.content === null ? null : contents.get(step)?.[input.content];
        const leaf = { digest: content ?? "", inputs: [], isKept: false };
        const taken = content == null ? [] : [{ record: records.push(leaf) - 1, selector: null }];
        return [
          ...(place === undefined ? [] : [{ record: place, selector: input.selector }]),
          ...taken,
        ];
      });
      places.set(vertex, records.push({ digest, inputs: links, isKept: true }) - 1);
    }
  return { records };
}
