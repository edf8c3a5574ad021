/**
 * Dockerfiles, contexts and edits made by chance; a real engine and the prediction decide each.
 *
 *     npm run conformance:fuzz -- [--edits 2000] [--seed S [--run N]] [--builder buildkit|classic] [--engine 26.1] [--jobs 4]
 *     npm run conformance:fuzz -- --again [--note]
 *
 * Prints its seed; `--run` repeats one run of a seed. A disagreement is made small and printed as a
 * case (`--shrink N`: so many of them, 8 unless said); `--keep` puts it into test/conformance/cases/found
 * (then record it). `--memory` predicts as an editor does, which keeps what an edit leaves. Ends with
 * 1 when there was a disagreement, or where more than one in a hundred edits had one that did not repeat:
 * now and then an engine decides one and the same build otherwise.
 *
 * `--answers` keeps what the engine said in .cache/chance; `--again` asks no engine and predicts all
 * that is kept there anew, with `--unknown` it lists what it does not know, `--note` puts the sums of it into docs/accuracy.md.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { CacheExport } from "../conformance/support/cacheExport.js";
import { type Case, parseCase } from "../conformance/support/caseFile.js";
import { noteChance, sumsOf } from "../conformance/support/chanceRun.js";
import { recordCase } from "../conformance/support/engineBuild.js";
import { exportCache } from "../conformance/support/engineExport.js";
import {
  type Asked,
  type Judgement,
  judge,
  keepAsked,
  readAsked,
} from "../conformance/support/fuzz/asked.js";
import { someScenario } from "../conformance/support/fuzz/generate.js";
import { randomFrom } from "../conformance/support/fuzz/random.js";
import { caseText, type Scenario } from "../conformance/support/fuzz/scenario.js";
import { shrink } from "../conformance/support/fuzz/shrink.js";
import { type Engine, startEngine } from "./engine/engine.js";
import { EngineUnavailable, engineRelease } from "./engine/files.js";
import { inCache, inRepository, repositoryRoot } from "./repository.js";

/** Edits of one scenario: long enough for results to come back, short enough to be read. */
const editsEach = 8;
/** Engine runs that one disagreement may cost. */
const shrinkBudget = 40;
const answers = inCache("chance");

process.exitCode = await main(process.argv.slice(2));

interface Options {
  readonly edits: number;
  readonly seed: string;
  /** null: one after the other. */
  readonly run: number | null;
  /** null: both. */
  readonly builder: string | null;
  readonly jobs: number;
  readonly shrink: number;
  readonly remembers: boolean;
  readonly keepsCases: boolean;
  readonly keepsAnswers: boolean;
  readonly tellsUnknown: boolean;
}

async function main(args: readonly string[]): Promise<number> {
  const value = (name: string): string | null => {
    const at = args.indexOf(name);
    return at === -1 ? null : (args[at + 1] ?? null);
  };
  const options: Options = {
    edits: Number(value("--edits") ?? 100),
    seed: value("--seed") ?? randomUUID().slice(0, 8),
    run: value("--run") === null ? null : Number(value("--run")),
    builder: value("--builder"),
    jobs: Number(value("--jobs") ?? 2),
    shrink: Number(value("--shrink") ?? 8),
    remembers: args.includes("--memory"),
    keepsCases: args.includes("--keep"),
    keepsAnswers: args.includes("--answers"),
    tellsUnknown: args.includes("--unknown"),
  };
  if (args.includes("--again")) return judgeAgain(options, args.includes("--note"));
  const release = engineRelease(value("--engine") ?? "newest");
  if (release === null) {
    console.error(`there is no engine ${value("--engine")} to be had`);
    return 2;
  }
  console.log(`seed ${options.seed}, ${options.edits} edits`);
  const engines: Engine[] = [];
  const start = async (store: "graphdriver" | "containerd"): Promise<Engine> => {
    const mayUseGiven = release === "newest" && options.jobs === 1 && store === "graphdriver";
    const cache = inCache("engine");
    const engine = await startEngine({ cache, data: null, store, mayUseGiven, release });
    engines.push(engine);
    return engine;
  };
  try {
    // Each has a `local/base` and an address of its own for what is served.
    const first = await start("graphdriver");
    const others = Array.from({ length: options.jobs - 1 }, () => start("graphdriver"));
    const exporter = release === "20.10" ? null : exporterOf(await start("containerd"));
    return await runAll(options, [first, ...(await Promise.all(others))], exporter);
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    console.error(error.message);
    return 2;
  } finally {
    for (const engine of engines) await engine.stop();
  }
}

/** Exports one cache after the other: the engine is emptied before each. */
interface Exporter {
  cacheOf(theCase: Case, text: string, round: number): Promise<CacheExport>;
}

function exporterOf(engine: Engine): Exporter {
  let last: Promise<unknown> = Promise.resolve();
  return {
    cacheOf: (theCase, text, round) => {
      const next = last.then(() => exportCache(engine, theCase, text, round));
      last = next.catch(() => undefined);
      return next;
    },
  };
}

interface Found {
  readonly asked: Asked;
  readonly judgement: Judgement;
}

async function runAll(
  options: Options,
  engines: readonly Engine[],
  exporter: Exporter | null,
): Promise<number> {
  const { seed, edits, run: single, jobs } = options;
  let stopped = false;
  process.on("SIGINT", () => {
    stopped = true;
  });
  const all: Found[] = [];
  let nextRun = single ?? 0;
  let begun = 0;
  let told = 0;
  let left = options.shrink;
  const worker = async (engine: Engine): Promise<void> => {
    while (begun < edits && !stopped && (single === null || nextRun === single)) {
      const run = nextRun++;
      const scenario = someScenario(randomFrom(`${seed} ${run}`), editsEach);
      if (options.builder !== null && scenario.builder !== options.builder) continue;
      begun += scenario.states.length - 1;
      const decide = (one: Scenario): Promise<Found> =>
        decideOnce(engine, exporter, { seed, run, scenario: one }, options);
      let found = await decide(scenario);
      if (found.judgement.wrong.length > 0 && !stopped) {
        const name = `${seed}-${run}`;
        console.log(`\n${name} disagrees:\n${found.judgement.wrong.join("\n")}`);
        if ((await decide(scenario)).judgement.wrong.length === 0) {
          console.log(`${name} did not repeat`);
          found = { ...found, asked: { ...found.asked, isUnsteady: true } };
        } else if (left > 0) {
          left--;
          await makeSmall(found, scenario, decide, options, () => stopped);
        }
      }
      if (stopped) return;
      all.push(found);
      if (options.keepsAnswers) keepAsked(answers, found.asked);
      const done = all.reduce((sum, { judgement }) => sum + judgement.builds - 1, 0);
      if (Math.floor(done / 100) > told) {
        told = Math.floor(done / 100);
        const steps = all.reduce((sum, { judgement }) => sum + judgement.steps, 0);
        console.log(`${done} edits, ${steps} steps compared`);
      }
    }
  };
  await Promise.all(engines.slice(0, jobs).map(worker));
  return tell(seed, all) && !stopped ? 0 : 1;
}

interface Question {
  readonly seed: string;
  readonly run: number;
  readonly scenario: Scenario;
}

async function decideOnce(
  engine: Engine,
  exporter: Exporter | null,
  { seed, run, scenario }: Question,
  { remembers }: Options,
): Promise<Found> {
  const text = caseText(scenario, "By chance.");
  const theCase = parseCase("by-chance", text);
  const recording = await recordCase(engine, theCase, text, scenario.builder);
  // The last build that there is: what the edits have come to. One in two will do: an export takes
  // as long as three edits.
  const round = recording.builds.findLastIndex(({ failure }) => failure === null);
  const exported =
    exporter === null || round === -1 || scenario.builder === "classic" || run % 2 === 1
      ? null
      : { round, cache: await exporter.cacheOf(theCase, text, round) };
  const asked: Asked = { seed, run, text, recording, exported, isUnsteady: false };
  return { asked, judgement: await judge(asked, remembers) };
}

async function makeSmall(
  { asked, judgement }: Found,
  scenario: Scenario,
  decide: (scenario: Scenario) => Promise<Found>,
  { keepsCases }: Options,
  isStopped: () => boolean,
): Promise<void> {
  const kinds = new Set(judgement.wrong.map(kindOf));
  const small = await shrink(
    scenario,
    // A smaller scenario may disagree in another way: that is another finding.
    async (one) =>
      !isStopped() && (await decide(one)).judgement.wrong.some((text) => kinds.has(kindOf(text))),
    shrinkBudget,
  );
  const { wrong } = (await decide(small)).judgement;
  const name = `${asked.seed}-${asked.run}`;
  const text = caseText(small, `Found by chance with seed ${asked.seed}, run ${asked.run}.`);
  console.log(`\n=== ${name} (${small.builder})\n${text}---\n${wrong.join("\n")}`);
  if (keepsCases) keep(name, text);
}

/** What a disagreement is about, without lines, names and values. */
function kindOf(text: string): string {
  const words =
    /(predicted (?:hit|miss|null|to fail|a layer|no layer)|config \w+|layers|unknown|engine fails|names|digest)/;
  return words.exec(text)?.[1] ?? text;
}

/** True when all is right. */
function tell(title: string, found: readonly Found[]): boolean {
  const sums = sumsOf(found);
  const unknown = Object.values(sums.unknown).reduce((a, b) => a + b, 0);
  const share = sums.steps === 0 ? 0 : (100 * unknown) / sums.steps;
  console.log(
    `\n${title}: ${sums.edits} edits, ${sums.steps} steps compared, ${unknown} unknown (${share.toFixed(1)} %), ` +
      `${sums.facts} other facts, ${sums.digests.equal} digests; ` +
      `${sums.disagreements} disagreements, ${sums.unsteady} that did not repeat`,
  );
  return sums.disagreements === 0 && sums.unsteady <= sums.edits / 100;
}

/** Predicts anew what engines have decided before. */
async function judgeAgain(
  { remembers, builder, keepsCases, tellsUnknown }: Options,
  note: boolean,
): Promise<number> {
  const groups = new Map<string, Found[]>();
  for (const asked of readAsked(answers)) {
    const { recording, seed, run } = asked;
    if (builder !== null && recording.builder !== builder) continue;
    const judgement = await judge(asked, remembers);
    if (judgement.wrong.length > 0) {
      console.log(`\n${seed}-${run} (${recording.engine}, ${recording.builder}) disagrees:`);
      console.log(judgement.wrong.join("\n"));
      if (keepsCases) keep(`${seed}-${run}`, asked.text);
    }
    if (tellsUnknown)
      for (const { code, text } of judgement.unknown)
        console.log(`${seed}-${run}: ${code}: ${text}`);
    const group = `${recording.engine} ${recording.builder}`;
    groups.set(group, [...(groups.get(group) ?? []), { asked, judgement }]);
  }
  const right = [...groups].map(([title, found]) => tell(title, found));
  if (note) noteChance(repositoryRoot, [...groups.values()].map(sumsOf));
  return right.every(Boolean) ? 0 : 1;
}

function keep(name: string, text: string): void {
  const folder = inRepository("test/conformance/cases/found");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.txt`), text);
}
