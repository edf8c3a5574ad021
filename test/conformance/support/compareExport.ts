/** The digests that are computed for a case, held against the cache that a real builder exported. */
import { exactKeys } from "../../../server/src/core/cache/exact/exactKeys.js";
import type { Step } from "../../../server/src/core/graph/graph.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { exactContents } from "../../../server/src/host/exactContents.js";
import { type CacheExport, type ExportedRecord, hexOf } from "./cacheExport.js";
import type { Case } from "./caseFile.js";
import { caseFolderAt, dropCaseFolder } from "./caseFolder.js";
import { versionOf } from "./engineVersion.js";
import { newSession, simulateCase } from "./simulate.js";

export interface ComparedExport {
  /** Records of the export that are computed. */
  readonly computed: number;
  /** Records of contents where a step takes what only a build can tell. */
  readonly open: number;
  /** The other records, by the kind of thing that they are of. */
  readonly missing: readonly string[];
  /** What is computed and not in the export, in words. */
  readonly wrong: readonly string[];
}

/**
 * null: the builder fails, so that nothing was exported.
 * @param round how many of the case's changes were made before the build
 */
export async function compareExport(
  theCase: Case,
  { base, records, engine }: CacheExport,
  round = 0,
): Promise<ComparedExport | null> {
  if (records === null) return null;
  const folder = caseFolderAt(theCase, round);
  try {
    const version = versionOf(engine);
    const { analysis } = await simulateCase(newSession(), folder, "buildkit", version);
    if (analysis === null) return null;
    const keys = exactKeys(analysis.graph, sha256);
    const contents = await exactContents(analysis);
    const have = new Set(records.map(([digest]) => digest));
    const told = new Set(imageRecords(base));
    const wrong: string[] = [];
    let open = 0;
    const tell = (digest: string, of: string): void => {
      if (!have.has(hexOf(digest))) wrong.push(`${of}: ${digest}`);
      told.add(hexOf(digest));
    };
    for (const [step, { ops }] of keys) {
      for (const { digest } of ops) tell(digest, step.text);
      for (const content of contents.get(step) ?? []) {
        if (content === null) open++;
        else tell(content, `what "${step.text}" takes`);
      }
    }
    const others = records.filter(([digest]) => !told.has(digest));
    const isAlone = ([, inputs]: ExportedRecord): boolean => inputs.length === 0;
    const alone = others.filter(isAlone).length;
    const downloads = [...keys.keys()].filter(isDownload).length;
    const left = Math.max(0, alone - open);
    return {
      computed: records.length - others.length,
      open: Math.min(alone, open),
      missing: [
        ...others.filter((one) => !isAlone(one)).map(() => "operation"),
        ...Array.from({ length: left }, (_, at) => (at < downloads ? "download" : "content")),
      ],
      wrong,
    };
  } finally {
    dropCaseFolder(folder);
  }
}

function isDownload({ operation }: Step): boolean {
  return (
    operation?.kind === "copy" &&
    operation.items.some(({ kind }) => kind === "http" || kind === "git")
  );
}

/** The two records of an image: by what its name resolves to, and by its layers. */
export function imageRecords({ image, layers }: CacheExport["base"]): readonly string[] {
  const named = (hex: string): string => `sha256:${hex}`;
  const written = JSON.stringify({ Digest: named(image), OS: "linux", Arch: "amd64" });
  const chain = layers.reduce((below, layer) => sha256(`${named(below)} ${named(layer)}`));
  return [sha256(written), chain].map((one) =>
    sha256(`${named(sha256(`buildkit.source.v0:${named(one)}`))}@0`),
  );
}
