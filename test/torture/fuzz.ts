/** Texts made at random: none crashes, none hangs, and what is shown of them is text. */
import { availableParallelism } from "node:os";
import { monotonous } from "./constructs.js";
import type { Outcome, Part } from "./part.js";
import { startProbe } from "./probe.js";
import { corpusSize } from "./texts.js";

const batch = 100;
/** Of one in so many texts everything is asked, which takes ten times as long as the analysis. */
const oneIn = 10;
/** Milliseconds for a batch, on a machine that is busy with other things too. */
const batchLimit = 180_000;
/** Milliseconds of processor for one text of a few hundred characters. */
const textLimit = 2_000;
/** The long form. */
const most = 1_000_000;
/** It says where it is after so many. */
const told = 10_000;

export const fuzz: Part = {
  name: "texts",
  async run({ seed, time, print }) {
    const end = performance.now() + time;
    let batches = 0;
    let tried = 0;
    let slowest = { answer: "", time: 0 };
    const failures: string[] = [];
    /** Takes the next seed as long as there is time. */
    const work = async (): Promise<void> => {
      const probe = startProbe();
      while (batches < most / batch && performance.now() < end && failures.length === 0) {
        const own = seed + batches++;
        const reply = await probe.ask(
          { kind: "texts", seed: own, count: batch, oneIn },
          batchLimit,
        );
        if (typeof reply === "string") failures.push(`seed ${own}: ${reply}`);
        else if (reply.kind === "texts") {
          tried += batch;
          if (reply.slowest.time > slowest.time) slowest = reply.slowest;
          for (const failure of reply.failures) failures.push(`seed ${own}: ${failure}`);
          if (tried % told === 0) print(`  ${tried} texts`);
        }
      }
      probe.end();
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
    if (slowest.time > textLimit)
      failures.push(`${Math.round(slowest.time)} ms for ${slowest.answer}`);
    for (const failure of failures) print(`  ${failure}`);
    return [outcome(tried, slowest.time, failures)];
  },
};

function outcome(tried: number, slowest: number, failures: readonly string[]): Outcome {
  return {
    what: `texts made at random, and Dockerfiles taken apart${corpusSize > 0 ? `, ${corpusSize} of BuildKit's tests among them` : ""}: each read and analysed, and every answer about one in ${oneIn}`,
    howMany: tried.toLocaleString("en"),
    result:
      failures.length === 0
        ? `none crashed or hung, every document was text; the slowest took ${Math.round(slowest)} ms of processor`
        : `${failures.length} failed`,
    isGood: failures.length === 0,
  };
}

/** Characters: nearly the longest line that BuildKit reads, and one that it does not. */
const lineSizes = [60_000, 1_000_000];

export const lines: Part = {
  name: "lines",
  async run({ isShort, print }) {
    const probe = startProbe();
    // A few for continuous integration, of each keyword and of many characters.
    const tried = isShort ? monotonous.filter((_, n) => n % 31 === 0) : monotonous;
    const failures: string[] = [];
    let slowest = { what: "", time: 0 };
    for (const { name } of tried) {
      for (const characters of isShort ? lineSizes.slice(0, 1) : lineSizes) {
        const reply = await probe.ask({ kind: "construct", name, characters }, batchLimit);
        const what = `${name}, ${characters} characters`;
        if (typeof reply === "string") failures.push(`${what}: ${reply}`);
        else if (reply.kind === "construct") {
          const time = reply.times.reduce((all, one) => all + one.time, 0);
          if (time > slowest.time) slowest = { what, time };
        }
      }
    }
    probe.end();
    for (const failure of failures) print(`  ${failure}`);
    const good = `all answered; the slowest took ${Math.round(slowest.time)} ms of processor (${slowest.what})`;
    return [
      {
        what: "lines of one kind of character, up to a megabyte, in each place: every answer about each",
        howMany: String(tried.length),
        result: failures.length === 0 ? good : `${failures.length} failed`,
        isGood: failures.length === 0,
      },
    ];
  },
};
