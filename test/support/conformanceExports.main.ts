/**
 * Records the cache that a real BuildKit exports for the first build of each case:
 *
 *     npm run conformance:exports [-- PART-OF-A-NAME…]    # all cases, or those whose name holds a word
 *     npm run conformance:exports -- --missing            # those without a current export
 */
import { rmSync } from "node:fs";
import path from "node:path";
import {
  type CacheExport,
  hexOf,
  readCacheConfig,
  readExports,
  writeExports,
} from "../conformance/support/cacheExport.js";
import { caseDigest } from "../conformance/support/caseDigest.js";
import {
  applyOperations,
  type CaseFolder,
  dropCaseFolder,
  newCaseFolder,
} from "../conformance/support/caseFolder.js";
import { requestArguments } from "../conformance/support/requestArguments.js";
import { type CaseText, readCases } from "../conformance/support/store.js";
import { importBaseImage } from "./engine/baseImage.js";
import { type Engine, startEngine } from "./engine/engine.js";
import { EngineUnavailable } from "./engine/files.js";
import { serve } from "./engine/serve.js";
import { repositoryRoot as root } from "./repository.js";

/** Debian's engine loses about one build in three to a lock of its own store: then it is tried again. */
const tries = 6;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const words = args.filter((arg) => !arg.startsWith("--"));
  const exports = new Map(readExports(root).map((one) => [one.case, one]));
  const wanted = readCases(root).filter(({ theCase, text }) => {
    if (!theCase.builders.includes("buildkit")) return false;
    if (args.includes("--missing") && exports.get(theCase.name)?.digest === caseDigest(text))
      return false;
    return words.length === 0 || words.some((word) => theCase.name.includes(word));
  });
  let problems = 0;
  try {
    const engine = await startEngine({
      cache: path.join(root, ".cache/engine"),
      data: null,
      // The other store exports nothing with its own driver, and makes no layer of a COPY --link.
      store: "containerd",
      mayUseGiven: false,
    });
    try {
      for (const [at, one] of wanted.entries()) {
        try {
          exports.set(one.theCase.name, await exported(engine, one));
        } catch (error) {
          problems++;
          console.error(`${one.theCase.name}: ${error instanceof Error ? error.message : error}`);
        }
        // A long run that is broken off keeps what it has.
        if (at % 20 === 19) writeExports(root, [...exports.values()]);
      }
    } finally {
      await engine.stop();
    }
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    console.error(error.message);
    return 2;
  }
  writeExports(root, [...exports.values()]);
  console.log(`${wanted.length} cases, ${problems} problems`);
  return problems > 0 ? 1 : 0;
}

async function exported(engine: Engine, { theCase, text }: CaseText): Promise<CacheExport> {
  let folder = newCaseFolder();
  try {
    folder = applyOperations(folder, theCase.setup);
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
      await engine.docker(["builder", "prune", "-af"]);
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
