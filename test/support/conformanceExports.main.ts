/**
 * Records the cache that a real BuildKit exports for the first build of each case:
 *
 *     npm run conformance:exports [-- PART-OF-A-NAME…]    # all cases, or those whose name holds a word
 *     npm run conformance:exports -- --missing            # those without a current export
 */
import path from "node:path";
import { readExports, writeExports } from "../conformance/support/cacheExport.js";
import { caseDigest } from "../conformance/support/caseDigest.js";
import { exportCache } from "../conformance/support/engineExport.js";
import { readCases } from "../conformance/support/store.js";
import { startEngine } from "./engine/engine.js";
import { EngineUnavailable } from "./engine/files.js";
import { repositoryRoot as root } from "./repository.js";

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
      for (const [at, { theCase, text }] of wanted.entries()) {
        try {
          exports.set(theCase.name, await exportCache(engine, theCase, text));
        } catch (error) {
          problems++;
          console.error(`${theCase.name}: ${error instanceof Error ? error.message : error}`);
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
