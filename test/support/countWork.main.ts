/**
 * A process that counts the work of the works in `test/unit/…/works.ts`: how often each piece of our
 * code runs, by V8's coverage, and what the built-in functions do for it. It is a process of its own
 * because code is counted piece by piece only if it was compiled under coverage, and is slow then.
 */
import { type Profiler, Session } from "node:inspector";
import { countBuiltins, takeWork } from "./growth/builtins.js";
import type { Work, WorkCounts, WorkList, WorkQuestion } from "./growth/growth.js";

const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
countBuiltins();

const lists: Readonly<Record<WorkList, () => Promise<{ readonly works: readonly Work[] }>>> = {
  parsing: () => import("../unit/syntax/works.js"),
  analysing: () => import("../unit/analysis/works.js"),
  contexts: () => import("../unit/context/works.js"),
};

process.on("message", async ({ list, name }: WorkQuestion) => {
  const { works } = await lists[list]();
  const work = works.find((one) => one.name === name);
  if (work === undefined) throw new Error(`no work "${name}"`);
  const counts: WorkCounts = [
    count(work, work.size),
    count(work, 2 * work.size),
    count(work, 4 * work.size),
  ];
  process.send?.(counts);
});

function count({ prepare }: Work, size: number): number {
  const work = prepare(size);
  executions();
  takeWork();
  work();
  const builtins = takeWork();
  return builtins + executions();
}

/** How often the pieces of our code ran since the last call. */
function executions(): number {
  let scripts: readonly Profiler.ScriptCoverage[] = [];
  // Answered before the call returns, as everything that a session asks of its own thread.
  session.post("Profiler.takePreciseCoverage", (error, { result }) => {
    if (error !== null) throw error;
    scripts = result;
  });
  let sum = 0;
  for (const { url, functions } of scripts) {
    if (!url.includes("/.cache/build/")) continue;
    for (const { ranges } of functions) for (const range of ranges) sum += range.count;
  }
  return sum;
}
