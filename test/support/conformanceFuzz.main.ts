/**
 * Dockerfiles, contexts and edits made by chance; a real engine and the prediction decide each.
 *
 *     npm run conformance:fuzz -- [--edits 2000] [--seed S [--run N]] [--builder buildkit|classic] [--memory] [--keep] [--note]
 *
 * `--memory` predicts as an editor does, which keeps what an edit leaves. Prints its seed; `--run` repeats one run of a seed. A disagreement is made small and printed as a case; `--keep` puts it into
 * test/conformance/cases/found (then record it). Ends with 1 when there was one. `--note` keeps the
 * sums for docs/accuracy.md.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseCase } from "../conformance/support/caseFile.js";
import { type ChanceRun, chanceFile } from "../conformance/support/chanceRun.js";
import { recordCase } from "../conformance/support/engineBuild.js";
import { someScenario } from "../conformance/support/fuzz/generate.js";
import { randomFrom } from "../conformance/support/fuzz/random.js";
import { caseText, type Scenario } from "../conformance/support/fuzz/scenario.js";
import { shrink } from "../conformance/support/fuzz/shrink.js";
import { type Replay, replayCase } from "../conformance/support/replay.js";
import { type Engine, startEngine } from "./engine/engine.js";
import { EngineUnavailable } from "./engine/files.js";
import { inCache, inRepository } from "./repository.js";

/** Edits of one scenario: long enough for results to come back, short enough to be read. */
const editsEach = 8;
/** Engine runs that one disagreement may cost. */
const shrinkBudget = 40;
/** So many are enough to read at once. */
const enough = 8;

/** What is predicted is the same with it and without. */
const remembers = process.argv.includes("--memory");

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const value = (name: string) => {
    const at = args.indexOf(name);
    return at === -1 ? undefined : args[at + 1];
  };
  const edits = Number(value("--edits") ?? 100);
  const seed = value("--seed") ?? randomUUID().slice(0, 8);
  const only = value("--builder");
  const single = value("--run");
  console.log(`seed ${seed}, ${edits} edits`);
  let stopped = false;
  process.on("SIGINT", () => {
    stopped = true;
  });
  const sums = { edits: 0, steps: 0, unknown: 0, facts: 0 };
  let found = 0;
  let unsteady = 0;
  let engine: Engine;
  try {
    engine = await startEngine({
      cache: inCache("engine"),
      data: null,
      store: "graphdriver",
      mayUseGiven: true,
    });
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    console.error(error.message);
    return 2;
  }
  try {
    const first = Number(single ?? 0);
    for (let run = first; sums.edits < edits && found < enough && !stopped; run++) {
      if (single !== undefined && run > first) break;
      const scenario = someScenario(randomFrom(`${seed} ${run}`), editsEach);
      if (only !== undefined && scenario.builder !== only) continue;
      const replay = await decide(engine, scenario);
      if (stopped) break;
      sums.edits += scenario.states.length - 1;
      sums.steps += replay.steps;
      sums.unknown += replay.unknown.length;
      sums.facts += replay.facts;
      const hundreds = Math.floor(sums.edits / 100);
      if (hundreds > Math.floor((sums.edits - scenario.states.length + 1) / 100)) {
        console.log(`${sums.edits} edits, ${sums.steps} steps compared`);
      }
      if (replay.wrong.length === 0) continue;
      const name = `${seed}-${run}`;
      if ((await decide(engine, scenario)).wrong.length === 0) {
        // Steps that run side by side may end in another order when one of them fails.
        console.log(`\n${name} did not repeat:\n${replay.wrong.join("\n")}`);
        unsteady++;
        continue;
      }
      found++;
      console.log(`\n${name} disagrees:\n${replay.wrong.join("\n")}`);
      const kinds = new Set(replay.wrong.map(kindOf));
      const small = await shrink(
        scenario,
        // A smaller scenario may disagree in another way: that is another finding.
        async (s) =>
          !stopped && (await decide(engine, s)).wrong.some((text) => kinds.has(kindOf(text))),
        shrinkBudget,
      );
      const { wrong } = await decide(engine, small);
      const text = caseText(small, `Found by chance with seed ${seed}, run ${run}.`);
      console.log(`\n=== ${name} (${small.builder})\n${text}---\n${wrong.join("\n")}`);
      if (args.includes("--keep")) keep(name, text);
    }
  } finally {
    await engine.stop();
  }
  const share = sums.steps === 0 ? 0 : (100 * sums.unknown) / sums.steps;
  console.log(
    `\nseed ${seed}: ${sums.edits} edits, ${sums.steps} steps compared, ${sums.unknown} unknown (${share.toFixed(1)} %), ` +
      `${sums.facts} other facts, ${found} disagreements, ${unsteady} that did not repeat`,
  );
  if (args.includes("--note")) {
    const { docker, buildx } = engine.versions;
    const note: ChanceRun = {
      seed,
      ...sums,
      disagreements: found,
      engine: `Docker ${docker}, buildx ${buildx}`,
    };
    writeFileSync(inRepository(chanceFile), `${JSON.stringify(note, null, 2)}\n`);
  }
  return found > 0 || stopped ? 1 : 0;
}

/** What a disagreement is about, without lines, names and values. */
function kindOf(text: string): string {
  const words =
    /(predicted (?:hit|miss|null|to fail|a layer|no layer)|config \w+|layers|unknown|engine fails|names)/;
  return words.exec(text)?.[1] ?? text;
}

async function decide(engine: Engine, scenario: Scenario): Promise<Replay> {
  const text = caseText(scenario, "By chance.");
  const theCase = parseCase("by-chance", text);
  const recording = await recordCase(engine, theCase, text, scenario.builder);
  return replayCase(theCase, recording, remembers);
}

function keep(name: string, text: string): void {
  const folder = inRepository("test/conformance/cases/found");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.txt`), text);
}
