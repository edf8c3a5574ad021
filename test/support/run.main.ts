/**
 * Runs the suites named on the command line (default: all) and closes with `N passed, M failed`.
 *   node .cache/build/run.mjs [--update] [--thorough] [suite [word …]] …
 * Words after a suite choose of its tests, see selection.ts. `--update` rewrites the golden files
 * instead of comparing with them; `--thorough` tries more, see thorough.ts.
 */

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { addTo } from "../../server/src/core/text/grouped.js";
import { MissingMeans } from "./hosts/fetching.js";
import { inCache, inRepository, repositoryRoot } from "./repository.js";
import { type Counts, countsFileVariable } from "./runner/counts.js";
import { readSelections, type Selection, select } from "./runner/selection.js";
import { type Suite, suites } from "./runner/suites.js";
import { thoroughVariable } from "./thorough.js";

const args = process.argv.slice(2);
const update = args.includes("--update");
const thorough = args.includes("--thorough");
const wanted = readSelections(
  args.filter((arg) => !arg.startsWith("--")),
  suites.map(({ name }) => name),
);

if (typeof wanted === "string") {
  console.error(wanted);
  process.exitCode = 2;
} else {
  let passed = 0;
  let failed = 0;
  const chosen = suites.filter(({ name }) => wanted.size === 0 || wanted.has(name));
  // First of all what has to be fetched: the unit tests of the grammars read VS Code's own, too.
  const obstacles = new Map<Suite, string>();
  for (const suite of chosen) {
    const obstacle = await prepare(suite);
    if (obstacle !== null) obstacles.set(suite, obstacle);
  }
  for (const suite of chosen) {
    const words = wanted.get(suite.name) ?? [];
    const counts = await runSuite(suite, words, obstacles.get(suite) ?? null);
    passed += counts.passed;
    failed += counts.failed;
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** Brings what the suite needs; returns why that failed, or null. */
async function prepare(suite: Suite): Promise<string | null> {
  try {
    await suite.prepare();
    return null;
  } catch (error) {
    if (error instanceof MissingMeans) return error.message;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

async function runSuite(
  suite: Suite,
  words: readonly string[],
  obstacle: string | null,
): Promise<Counts> {
  const started = performance.now();
  console.log(`${suite.name}: ${suite.about}`);
  const counts = obstacle === null ? await outcomes(suite, words) : failedWith(obstacle);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} left out` : "";
  console.log(
    `${suite.name}: ${counts.passed} passed, ${counts.failed} failed${skipped} (${seconds} s)\n`,
  );
  return counts;
}

/** The counts of a suite, or of what the words choose of it. */
async function outcomes(suite: Suite, words: readonly string[]): Promise<Counts> {
  const files = testFiles(suite.name);
  if (files.length === 0) return failedWith(`test/${suite.name} has no test files`);
  const all: Counts[] = [];
  if (words.length === 0) {
    const parts = new Map<string, string[]>();
    for (const file of files) addTo(parts, suite.isByFolder ? folderOf(file) : "", file);
    for (const part of parts.values())
      all.push(await outcome(suite, { files: part, pattern: null }));
    const counts = total(all);
    return isEmpty(counts) ? failedWith(`no test of ${suite.name} ran`) : counts;
  }
  for (const word of words) {
    const counts = await outcome(suite, select(word, files, fixtureNames()));
    all.push(isEmpty(counts) ? failedWith(`no test of ${suite.name} is named "${word}"`) : counts);
  }
  return total(all);
}

function total(all: readonly Counts[]): Counts {
  const sum = (of: keyof Counts) => all.reduce((before, counts) => before + counts[of], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** The first folder below the suite's. */
function folderOf(file: string): string {
  return file.split("/")[0] ?? "";
}

function isEmpty({ passed, failed, skipped }: Counts): boolean {
  return passed + failed + skipped === 0;
}

/** The counts of one process; whatever keeps it from running to its end is a failure with one line. */
async function outcome(suite: Suite, selection: Selection): Promise<Counts> {
  const countsFile = inCache("build", `${suite.name}.counts.json`);
  rmSync(countsFile, { force: true });
  const ending = await suiteProcess(suite, selection, countsFile);
  if (!existsSync(countsFile))
    return failedWith(`the suite's process ${ending ?? "left no result"}`);
  // Written by our own reporter.
  const counts = JSON.parse(readFileSync(countsFile, "utf8")) as Counts;
  if (counts.failed > 0) return counts;
  if (ending !== null) return { ...counts, ...failedWith(`the suite's process ${ending}`) };
  return counts;
}

function failedWith(line: string): Counts {
  console.log(`  FAILED ${line}`);
  return { passed: 0, failed: 1, skipped: 0 };
}

/** How the process ended, in words; null: well. */
function suiteProcess(
  suite: Suite,
  { files, pattern }: Selection,
  countsFile: string,
): Promise<string | null> {
  const child = spawn(
    process.execPath,
    [
      "--enable-source-maps",
      `--test-reporter=${inCache("build", "reporter.mjs")}`,
      "--test-reporter-destination=stdout",
      ...(pattern === null ? [] : [`--test-name-pattern=${pattern}`]),
      inCache("build", "suite.mjs"),
      ...files.map((file) => bundleOf(suite.name, file)),
    ],
    {
      cwd: repositoryRoot,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        [countsFileVariable]: countsFile,
        ...(thorough ? { [thoroughVariable]: "1" } : {}),
        ...(update ? { UPDATE_GOLDENS: "1" } : {}),
      },
    },
  );
  return new Promise((resolve) => {
    let overdue = false;
    const stop = () => child.kill("SIGTERM");
    const timer = setTimeout(() => {
      overdue = true;
      stop();
      setTimeout(() => child.kill("SIGKILL"), 5_000).unref();
    }, suite.limitSeconds * 1000);
    // Before the handlers that end this process: the suite must hear of it to clean up after itself.
    process.prependListener("SIGINT", stop);
    process.prependListener("SIGTERM", stop);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      process.removeListener("SIGINT", stop);
      process.removeListener("SIGTERM", stop);
      if (overdue) resolve(`was ended after its limit of ${suite.limitSeconds} s`);
      else if (code === 0) resolve(null);
      else resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`);
    });
  });
}

/** The test files that exist now, below the suite's folder; a bundle of a deleted file is not run. */
function testFiles(suite: string): readonly string[] {
  return filesBelow(inRepository("test", suite)).filter((file) => file.endsWith(".test.ts"));
}

function bundleOf(suite: string, file: string): string {
  return inCache("build", suite, file.replace(/\.ts$/, ".mjs"));
}

function fixtureNames(): readonly string[] {
  return filesBelow(inRepository("test", "fixtures"));
}

/** Paths below a folder with `/`, sorted; none where there is no folder. */
function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll(path.sep, "/"))
    .sort();
}
