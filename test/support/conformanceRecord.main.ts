/**
 * Records what a real Docker engine decides for the cases in test/conformance/cases:
 *
 *     npm run conformance:record [-- PART-OF-A-NAME…]     # all cases, or those whose name holds a word
 *     npm run conformance:record -- --missing             # those without a current recording
 *     npm run conformance:record -- --check               # record nothing: compare with what is recorded
 */
import path from "node:path";
import { caseDigest } from "../conformance/support/caseDigest.js";
import { recordCase } from "../conformance/support/engineBuild.js";
import type { Recording } from "../conformance/support/recording.js";
import { readCases, readRecordings, writeRecordings } from "../conformance/support/store.js";
import { type Engine, startEngine } from "./engine/engine.js";
import { EngineUnavailable } from "./engine/files.js";

const root = path.resolve(import.meta.dirname, "../..");
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const words = args.filter((arg) => !arg.startsWith("--"));
  const recordings = new Map<string, Recording>();
  for (const recording of readRecordings(root)) recordings.set(keyOf(recording), recording);
  const wanted = readCases(root).flatMap(({ theCase, text }) =>
    theCase.builders
      .map((builder) => ({ theCase, text, builder }))
      .filter(({ builder }) => {
        const known = recordings.get(`${theCase.name} ${builder}`);
        if (args.includes("--missing") && known?.digest === caseDigest(text)) return false;
        return words.length === 0 || words.some((word) => theCase.name.includes(word));
      }),
  );
  const checking = args.includes("--check");
  let done = 0;
  let differing = 0;
  let stopped = false;
  process.on("SIGINT", () => {
    stopped = true;
  });
  try {
    for (const store of ["graphdriver", "containerd"] as const) {
      const these = wanted.filter(({ theCase }) => theCase.store === store);
      if (these.length === 0) continue;
      const engine = await startEngine({
        cache: path.join(root, ".cache/engine"),
        data: null,
        store,
        mayUseGiven: store === "graphdriver",
      });
      try {
        for (const { theCase, text, builder } of these) {
          if (stopped) break;
          const recording = await tryToRecord(engine, theCase, text, builder);
          // Ctrl-C reaches the docker command too: what it answers then is no decision.
          if (stopped) break;
          if (recording === null) {
            differing++;
            continue;
          }
          const key = keyOf(recording);
          const before = recordings.get(key);
          const same = JSON.stringify(before?.builds) === JSON.stringify(recording.builds);
          if (checking && !same) {
            differing++;
            console.log(`differs: ${key}`);
          } else if (!same) console.log(`${before === undefined ? "new" : "changed"}: ${key}`);
          recordings.set(key, recording);
          done++;
          // A long run that is broken off keeps what it has.
          if (!checking && done % 20 === 0) writeRecordings(root, [...recordings.values()]);
        }
      } finally {
        await engine.stop();
      }
    }
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    console.error(error.message);
    return 2;
  }
  console.log(`${wanted.length} builds of cases, ${differing} problems`);
  if (!checking) writeRecordings(root, [...recordings.values()]);
  return differing > 0 || stopped ? 1 : 0;
}

function keyOf({ case: name, builder }: Recording): string {
  return `${name} ${builder}`;
}

async function tryToRecord(
  engine: Engine,
  ...[theCase, text, builder]: [Parameters<typeof recordCase>[1], string, Recording["builder"]]
): Promise<Recording | null> {
  try {
    return await recordCase(engine, theCase, text, builder);
  } catch (error) {
    console.error(
      `${theCase.name} (${builder}): ${error instanceof Error ? error.message : String(error)}`,
    );
    return null;
  }
}
