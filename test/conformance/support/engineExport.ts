/** Has a real BuildKit export the cache of a case's build. */
import { rmSync } from "node:fs";
import { importBaseImage } from "../../support/engine/baseImage.js";
import type { Engine } from "../../support/engine/engine.js";
import { serve } from "../../support/engine/serve.js";
import { type CacheExport, hexOf, readCacheConfig } from "./cacheExport.js";
import { caseDigest } from "./caseDigest.js";
import type { Case } from "./caseFile.js";
import { type CaseFolder, caseFolderAt, dropCaseFolder } from "./caseFolder.js";
import { requestArguments } from "./requestArguments.js";

/** Debian's engine loses about one build in three to a lock of its own store: then it is tried again. */
const tries = 6;

/**
 * @param engine with the containerd store: the other one exports nothing, and makes no layer of a COPY --link
 * @param round how many of the case's changes were made before; 0: its first build
 */
export async function exportCache(
  engine: Engine,
  theCase: Case,
  text: string,
  round = 0,
): Promise<CacheExport> {
  const folder = caseFolderAt(theCase, round);
  try {
    const { baseInstructions, baseMark } = folder.request;
    const mark = `${theCase.name} ${baseMark}`;
    await importBaseImage(engine, "local/base", mark, baseInstructions);
    const { docker, buildx } = engine.versions;
    return {
      case: theCase.name,
      digest: caseDigest(text),
      engine: `Docker ${docker}, buildx ${buildx}, containerd`,
      base: await baseOf(engine),
      records: await recordsOf(engine, folder, text),
    };
  } finally {
    dropCaseFolder(folder);
    await engine.docker(["image", "rm", "-f", "local/base"]);
  }
}

async function baseOf(engine: Engine): Promise<CacheExport["base"]> {
  const { stdout } = await engine.docker(["image", "inspect", "local/base"]);
  const [image]: readonly {
    readonly Id: string;
    readonly RootFS: { readonly Layers: readonly string[] };
  }[] = JSON.parse(stdout);
  if (image === undefined) throw new Error("the base image is not there");
  return { image: hexOf(image.Id), layers: image.RootFS.Layers.map(hexOf) };
}

/** null: the build fails. */
async function recordsOf(
  engine: Engine,
  folder: CaseFolder,
  text: string,
): Promise<CacheExport["records"]> {
  const target = `${folder.path}.cache`;
  const stop = text.includes("-- served/") ? await serve(engine, folder.path) : null;
  try {
    for (let left = tries; left > 0; left--) {
      // A step that is loaded from the cache exports fewer links.
      await engine.docker(["buildx", "prune", "-af"]);
      rmSync(target, { recursive: true, force: true });
      const { code, stderr } = await engine.docker(
        [
          ...["buildx", "build", "--progress=plain", "--output", "type=cacheonly"],
          ...["--cache-to", `type=local,mode=max,dest=${target}`],
          ...requestArguments(folder.request),
        ],
        { cwd: folder.path },
      );
      if (code === 0) return readCacheConfig(target);
      if (code === 127 || code === 124 || code === 137) throw new Error(stderr.trim());
      if (!/failed to open writer|locked|unavailable/.test(stderr)) return null;
    }
    throw new Error("the engine's store was locked each time");
  } finally {
    await stop?.();
    rmSync(target, { recursive: true, force: true });
  }
}
