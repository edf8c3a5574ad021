/** How the work for a text grows with the text: counted, so that it is the same on every machine. */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { after, test } from "node:test";
import { inCache } from "../repository.js";

/** A work of a size that can be chosen. */
export interface Work {
  readonly name: string;
  /** The smallest of the three sizes that are counted; the others are twice and four times it. */
  readonly size: number;
  /** Makes what the work is about, uncounted; gives the work. */
  readonly prepare: (size: number) => () => unknown;
  /** Where a part that is not in proportion is known: how much it may grow all the same. */
  readonly knownGrowth?: number;
  /** Where it is not to grow with the size: how many times as much it may be at four times the size. */
  readonly bound?: number;
}

/** The lists of works that `countWork.main.ts` knows. */
export type WorkList = "parsing" | "analysing" | "contexts";

export interface WorkQuestion {
  readonly list: WorkList;
  readonly name: string;
}

/** The counts for once, twice and four times the size. */
export type WorkCounts = readonly [one: number, two: number, four: number];

/**
 * From twice to four times the size the work may grow so many times as much as from once to twice:
 * 2 is in proportion, 4 is quadratic; a logarithm stays below.
 */
const proportion = 2.2;

/** Node.js 22 has a second compiler that optimizes. */
const unoptimized = ["--no-opt", "--no-maglev"];

/** Registers a test for each work: it is in proportion to its size, or bound. */
export function checkGrowth(list: WorkList, works: readonly Work[]): void {
  let counter: ChildProcess | null = null;
  after(() => counter?.disconnect());
  for (const { name, knownGrowth = proportion, bound } of works) {
    test(`${name}: ${bound === undefined ? "work in proportion" : "hardly more work"}`, async () => {
      // Optimized code is not counted alike: when it is ready depends on the machine.
      counter ??= fork(inCache("build", "countWork.mjs"), { execArgv: unoptimized });
      const [one, two, four] = await ask(counter, { list, name });
      if (bound !== undefined) {
        assert.ok(one > 0 && four <= bound * one, `the work was ${one}, ${two} and ${four}`);
        return;
      }
      assert.ok(one > 0 && two > one, `nothing was counted: ${one}, ${two}, ${four}`);
      const growth = (four - two) / (two - one);
      assert.ok(
        growth <= knownGrowth,
        `for 1, 2 and 4 times the size the work was ${one}, ${two} and ${four}: ${growth.toFixed(2)} times as much more, instead of 2`,
      );
    });
  }
}

function ask(counter: ChildProcess, question: WorkQuestion): Promise<WorkCounts> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error("the process that counts has ended"));
    counter.once("exit", onExit);
    counter.once("message", (counts) => {
      counter.removeListener("exit", onExit);
      // What countWork.main.ts sends.
      resolve(counts as WorkCounts);
    });
    counter.send(question);
  });
}
