/** What a real BuildKit exported for the first build of a case: the records of its cache config. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readCases } from "./store.js";

export interface CacheExport {
  readonly case: string;
  /** SHA-256 of the case's text: an export of another text is stale. */
  readonly digest: string;
  readonly engine: string;
  /** Of the image that the case calls `local/base`: what it resolves to, and its layers. Hex SHA-256. */
  readonly base: { readonly image: string; readonly layers: readonly string[] };
  /** null: the build fails. */
  readonly records: readonly ExportedRecord[] | null;
}

/** One record: its digest as hex SHA-256, and what each of its inputs may be. */
export type ExportedRecord = readonly [digest: string, inputs: readonly (readonly Link[])[]];

/** The place of a record; `selected`: of something in what that one names. */
export type Link = number | { readonly selected: number };

const folderName = "test/conformance/exports";

/** @param root the repository */
export function readExports(root: string): readonly CacheExport[] {
  return readdirSync(path.join(root, folderName))
    .filter((file) => file.endsWith(".jsonl"))
    .sort()
    .flatMap((file) => readFileSync(path.join(root, folderName, file), "utf8").split("\n"))
    .filter((line) => line !== "")
    .map((line): CacheExport => JSON.parse(line));
}

/** One file a topic, one line an export, in the order of their names; those without a case go. */
export function writeExports(root: string, exports: readonly CacheExport[]): void {
  const folder = path.join(root, folderName);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const names = new Set(readCases(root).map(({ theCase }) => theCase.name));
  const topics = new Map<string, string[]>();
  for (const one of [...exports].sort((a, b) => (a.case < b.case ? -1 : 1))) {
    if (!names.has(one.case)) continue;
    const topic = path.posix.dirname(one.case).replaceAll("/", "-");
    topics.set(topic, [...(topics.get(topic) ?? []), `${JSON.stringify(one)}\n`]);
  }
  for (const [topic, lines] of topics)
    writeFileSync(path.join(folder, `${topic}.jsonl`), lines.join(""));
}

interface CacheConfig {
  readonly records?: readonly {
    readonly digest: string;
    readonly inputs?: readonly (readonly { readonly link: number; readonly selector?: string }[])[];
  }[];
}

/** @param folder what `--cache-to type=local` wrote; nothing, where no step leaves a record */
export function readCacheConfig(folder: string): readonly ExportedRecord[] {
  if (!existsSync(path.join(folder, "index.json"))) return [];
  const blob = (digest: string): string =>
    readFileSync(path.join(folder, "blobs", ...digest.split(":")), "utf8");
  const index: { readonly manifests: readonly { readonly digest: string }[] } = JSON.parse(
    readFileSync(path.join(folder, "index.json"), "utf8"),
  );
  const manifest: {
    readonly config?: Described;
    readonly manifests?: readonly Described[];
  } = JSON.parse(blob(index.manifests[0]?.digest ?? ""));
  const parts = [...(manifest.manifests ?? []), ...(manifest.config ? [manifest.config] : [])];
  const found = parts.find(({ mediaType }) => mediaType.includes("buildkit.cacheconfig"));
  if (found === undefined) throw new Error("the export has no cache config");
  const { records = [] }: CacheConfig = JSON.parse(blob(found.digest));
  return records.map(
    ({ digest, inputs = [] }): ExportedRecord => [
      hexOf(digest),
      inputs.map((links) =>
        links.map(({ link, selector }) => (selector === undefined ? link : { selected: link })),
      ),
    ],
  );
}

interface Described {
  readonly mediaType: string;
  readonly digest: string;
}

export function hexOf(digest: string): string {
  return digest.replace(/^sha256:/, "");
}
