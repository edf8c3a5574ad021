/**
 * Loaded into a measured program before its own code (`node --import`), and into its threads.
 *   …/benchProbe.mjs?log=FILE&folder=FOLDER
 * writes to FILE what the program reads, stats and lists below FOLDER. A program with a channel to its
 * parent also answers how long the turns of its event loop are, and where its time goes.
 */

/**
 * Loaded into a measured program before its own code (`node --import`), and into its threads.
 *   …/benchProbe.mjs?log=FILE&folder=FOLDER
 * writes to FILE what the program reads, stats and lists below FOLDER. A program with a channel to its
 * parent also answers how long the turns of its event loop are, and where its time goes.
 */
import fs, { openSync, writeFileSync, writeSync } from "node:fs";
import { Session } from "node:inspector";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";
import type { ProbeQuestion } from "../bench/support/probe.js";

const { searchParams } = new URL(import.meta.url);
const log = searchParams.get("log");
const folder = searchParams.get("folder");
if (log !== null && folder !== null) noteFiles(log, folder);
if (isMainThread && process.send !== undefined) answerParent();

function answerParent(): void {
  // An hour at most; one fires each millisecond, and the longest wait for it is the longest turn.
  const turns = monitorEventLoopDelay({ resolution: 1 });
  const session = new Session();
  process.on("message", (question: ProbeQuestion) => {
    switch (question.kind) {
      case "watchTurns":
        turns.enable();
        turns.reset();
        process.send?.({ longest: 0 });
        return;
      case "longestTurn":
        process.send?.({ longest: turns.max / 1e6 });
        turns.disable();
        return;
      case "profile":
        session.connect();
        session.post("Profiler.enable");
        session.post("Profiler.setSamplingInterval", { interval: 500 });
        session.post("Profiler.start", () => process.send?.({ longest: 0 }));
        return;
      case "profiled":
        session.post("Profiler.stop", (error, { profile }) => {
          if (error !== null) throw error;
          writeFileSync(question.file, JSON.stringify(profile));
          session.disconnect();
          process.send?.({ longest: 0 });
        });
    }
  });
  // The program is to end when it would have ended.
  process.channel?.unref();
}

/** Wraps the functions of `fs` that take a path. */
function noteFiles(file: string, below: string): void {
  const fd = openSync(file, "a");
  const prefix = below + path.sep;
  const note = (kind: string, value: unknown): void => {
    if (typeof value !== "string" && !Buffer.isBuffer(value)) return;
    const place = path.resolve(String(value));
    if (place.startsWith(prefix)) writeSync(fd, `${kind} ${place.slice(prefix.length)}\n`);
  };
  const wrap = (owner: object, kind: string, names: readonly string[]): void => {
    const functions = owner as Record<string, unknown>; // a module is an object of its functions
    for (const name of names) {
      const work = functions[name];
      if (typeof work !== "function") continue;
      functions[name] = function (this: unknown, ...args: unknown[]): unknown {
        note(kind, args[0]);
        return Reflect.apply(work, this, args);
      };
    }
  };
  for (const [owner, isPlain] of [[fs, true] as const, [fs.promises, false] as const]) {
    const both = (...names: readonly string[]): readonly string[] =>
      isPlain ? names.flatMap((name) => [name, `${name}Sync`]) : names;
    wrap(owner, "read", [...both("open", "readFile"), "createReadStream"]);
    wrap(owner, "stat", both("lstat", "stat"));
    wrap(owner, "list", both("readdir", "opendir"));
  }
  syncBuiltinESMExports();
}
