/**
 * Runs the suites named on the command line (default: all) and closes with `N passed, M failed`.
 *   node .cache/build/run.mjs [--update] [--thorough] [suite …]
 * `--update` rewrites the golden files instead of comparing with them; `--thorough` tries more, see
 * thorough.ts.
 */

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { MissingMeans } from "./hosts/fetching.js";
import { inCache, inRepository, repositoryRoot } from "./repository.js";
import { type Counts, countsFileVariable } from "./runner/counts.js";
import { type Suite, suites } from "./runner/suites.js";
import { thoroughVariable } from "./thorough.js";

const args = process.argv.slice(2);
const update = args.includes("--update");
const thorough = args.includes("--thorough");
const names = args.filter((arg) => !arg.startsWith("--"));
const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));

if (unknown.length > 0) {
  console.error(
    `No such suite: ${unknown.join(", ")}. There are: ${suites.map((s) => s.name).join(", ")}.`,
  );
  process.exitCode = 2;
} else {
  let passed = 0;
  let failed = 0;
  const chosen = suites.filter(({ name }) => names.length === 0 || names.includes(name));
  // First of all what has to be fetched: the unit tests of the grammars read VS Code's own, too.
  const obstacles = new Map<Suite, string>();
  for (const suite of chosen) {
    const obstacle = await prepare(suite);
    if (obstacle !== null) obstacles.set(suite, obstacle);
  }
  for (const suite of chosen) {
    const counts = await runSuite(suite, obstacles.get(suite) ?? null);
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

async function runSuite(suite: Suite, obstacle: string | null): Promise<Counts> {
  const started = performance.now();
  console.log(`${suite.name}: ${suite.about}`);
  const counts = obstacle === null ? await outcome(suite) : failedWith(obstacle);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} left out` : "";
  console.log(
    `${suite.name}: ${counts.passed} passed, ${counts.failed} failed${skipped} (${seconds} s)\n`,
  );
  return counts;
}

/** The counts of a suite; whatever keeps it from running to its end is a failure with one line. */
async function outcome(suite: Suite): Promise<Counts> {
  const files = bundledFiles(suite.name);
  if (files.length === 0) return failedWith(`test/${suite.name} has no test files`);
  const countsFile = inCache("build", `${suite.name}.counts.json`);
  rmSync(countsFile, { force: true });
  const ending = await suiteProcess(suite, files, countsFile);
  if (!existsSync(countsFile))
    return failedWith(`the suite's process ${ending ?? "left no result"}`);
  // Written by our own reporter.
  const counts = JSON.parse(readFileSync(countsFile, "utf8")) as Counts;
  if (counts.failed > 0) return counts;
  if (ending !== null) return { ...counts, ...failedWith(`the suite's process ${ending}`) };
  if (counts.passed === 0) return failedWith(`no test of ${suite.name} ran`);
  return counts;
}

function failedWith(line: string): Counts {
  console.log(`  FAILED ${line}`);
  return { passed: 0, failed: 1, skipped: 0 };
}

/** How the process ended, in words; null: well. */
function suiteProcess(
  suite: Suite,
  files: readonly string[],
  countsFile: string,
): Promise<string | null> {
  const child = spawn(
    process.execPath,
    [
      "--enable-source-maps",
      `--test-reporter=${inCache("build", "reporter.mjs")}`,
      "--test-reporter-destination=stdout",
      inCache("build", "suite.mjs"),
      ...files,
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

/** Bundles of the test files that exist now; a bundle of a deleted file is not run. */
function bundledFiles(suite: string): readonly string[] {
  const folder = inRepository("test", suite);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .sort()
    .map((file) => inCache("build", suite, file.replace(/\.ts$/, ".mjs")))
    .map((file) => path.normalize(file));
}
