/** What a builder takes of caches that were exported, as the baseline of one build. */

import { rulesOf } from "../build/builderRules.js";
import {
  type BuildDefinition,
  contextFolder,
  dockerfileName,
  importedCaches,
  type PlatformBuild,
} from "../build/definition.js";
import { formatPlatform } from "../build/platform.js";
import { type BytesDigests, contentRecords } from "../cache/exact/contents.js";
import { type ExportedCache, united } from "../cache/exact/exportedCache.js";
import { forecastExport } from "../cache/exact/exportForecast.js";
import type { Baseline } from "../cache/records.js";
import { emptyBaseline } from "../cache/state.js";
import { RememberedByObjects } from "../graph/remembered.js";
import type { Digest, Known } from "../host.js";
import { parentPath } from "../text/paths.js";
import { isSameList } from "../text/sameList.js";
import { say } from "../text/say.js";
import type { WantedBytes } from "../world/facts.js";
import type { Analysis } from "./analyse.js";
import type { DecidedBaseline } from "./baselineChoice.js";
import { recordedBaseline } from "./decidedBaseline.js";
import { exactSources, wantedBytes } from "./exactSources.js";
import type { Memory } from "./memory.js";
import type { Read } from "./read.js";
import { notKnown } from "./unknownBaseline.js";

interface Found {
  /** Of the build, compared with anything. */
  readonly analysis: Analysis;
  readonly memory: Memory;
  readonly read: Read;
}

/** The build that is compared. */
interface Compared extends PlatformBuild {
  readonly digest: Digest;
  /** The workspace folder, which paths are relative to; absent or null: the context stands for it. */
  readonly builds?: string | null;
}

/** While something of it is being found out, or where it cannot be, nothing is predicted. */
export function cacheBaseline(
  build: Compared,
  { caches: named, own }: Extract<DecidedBaseline, { readonly kind: "caches" }>,
  { analysis, memory, read }: Found,
): Baseline {
  const { definition, builds = null } = build;
  if (!rulesOf(definition.builder).exportsCache)
    return notKnown(emptyBaseline, "unknown", say`the classic builder imports no caches`);
  const folder = builds ?? contextFolder(definition) ?? parentPath(dockerfileName(definition));
  const platform = formatPlatform(build.platform);
  const caches = named.flatMap((words) => (words === "" ? importedBy(definition) : words));
  if (caches.length === 0)
    return notKnown(emptyBaseline, "unknown", say`the build names no cache that it imports`);
  const found = caches.map((words) => read({ kind: "cache", words, folder, platform }));
  const known = found.flatMap((one) => (one.kind === "known" ? one.value : []));
  const isWaiting = found.some((one) => one.kind === "pending");
  const [lost] = found.flatMap((one) => (one.kind === "unknown" ? one : []));
  // A builder goes on without one of its own that is not there.
  const isEnough = named.includes("") ? known.length > 0 : lost === undefined;
  if (!isWaiting && !isEnough)
    return notKnown(emptyBaseline, "unknown", lostWords(caches, whyLost(lost)));
  const tooMany = () =>
    notKnown(emptyBaseline, "unknown", lostWords(caches, say`too many records of one step`));
  // It took a second to find that out.
  if (!isWaiting && isSameList(memory.refused, known) && known.length > 0) return tooMany();
  const sources = exactSources(analysis);
  const bytes = bytesOf(wantedBytes(analysis, sources), memory, read);
  if (isWaiting || bytes === null) return notKnown(emptyBaseline, "pending");
  const cache = unitedCaches.get(known, () => united(known));
  const exported = forecastExport(cache, {
    graph: analysis.graph,
    keys: sources.keys,
    contents: contentRecords(sources, bytes),
    digest: sources.digest,
  });
  if (exported === null) {
    memory.refused = known;
    return tooMany();
  }
  const { baseline } = recordedBaseline(build, own, read);
  const names = caches.filter((_, at) => found[at]?.kind === "known").join(", ");
  const { words, total } = importedCaches(definition);
  const isPart = named.includes("") && words.length < total;
  const label = isPart ? say`of ${total} caches the first ones: ${names}` : names;
  return { ...baseline, kind: "export", label, exported };
}

const unitedCaches = new RememberedByObjects<ExportedCache>();

/** In the words of `type=…`: a word without "=" is a reference, as buildx reads it. */
function importedBy(definition: BuildDefinition): readonly string[] {
  const { words } = importedCaches(definition);
  return words.map((one) => (one.includes("=") ? one : `type=registry,ref=${one}`));
}

/** undefined: nothing is known of it. */
function whyLost(lost: Unknown | undefined): string | undefined {
  return lost?.reason === "untrusted" ? say`the workspace is not trusted` : lost?.error?.message;
}

type Unknown = Extract<Known<unknown>, { readonly kind: "unknown" }>;

function lostWords(caches: readonly string[], message: string | undefined): string {
  const names = caches.join(", ");
  return message === undefined
    ? say`the exported cache ${names}`
    : say`the exported cache ${names} (${message})`;
}

/** null: they are being read. */
function bytesOf(files: readonly WantedBytes[], memory: Memory, read: Read): BytesDigests | null {
  const last = memory.bytes;
  const isSame =
    last?.files.length === files.length &&
    files.every((file, at) => isSameFile(file, last.files[at]));
  const need = isSame ? last : ({ kind: "bytes", files } as const);
  memory.bytes = need;
  const bytes = read(need);
  if (bytes.kind === "pending") return null;
  return bytes.kind === "known" ? bytes.value : new Map();
}

function isSameFile(a: WantedBytes, b: WantedBytes | undefined): boolean {
  return (
    b !== undefined &&
    a.identity === b.identity &&
    a.path === b.path &&
    a.folder === b.folder &&
    isSameList(a.headers, b.headers)
  );
}
