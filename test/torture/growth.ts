/** How the time of each construct grows with the text. */
import { constructs } from "./constructs.js";
import { table } from "./part.js";
import { startProbe, type Timed } from "./probe.js";

export interface Growth {
  readonly name: string;
  /** Characters of the largest text that was answered. */
  readonly characters: number;
  /** Milliseconds of processor: of the first analysis, and of the slowest other answer. */
  readonly analysis: number;
  readonly slowest: Timed;
  /** 1: twice the text takes twice the time; null: too quick to tell. */
  readonly exponent: number | null;
  /** Bytes, of the process at most. */
  readonly memory: number;
  /** What did not come; null: all did. */
  readonly missing: string | null;
}

/** Milliseconds for all answers about one text. */
const limit = 240_000;
/** A text whose answers took longer is the last of its construct. Milliseconds of processor. */
const enough = 20_000;
/** Quicker answers tell nothing of how they grow. Milliseconds. */
const telling = 100;

/** @param sizes characters, growing */
export async function measureGrowth(
  names: readonly string[],
  sizes: readonly number[],
  print: (line: string) => void,
): Promise<readonly Growth[]> {
  const measured: Growth[] = [];
  for (const name of names) {
    // A process of its own, so that the memory of one is not the other's.
    const probe = startProbe();
    let before: readonly Timed[] = [];
    let last: Growth | null = null;
    for (const [nth, characters] of sizes.entries()) {
      // The first is asked twice: it finds nothing compiled.
      if (nth === 0) await probe.ask({ kind: "construct", name, characters }, limit);
      const reply = await probe.ask({ kind: "construct", name, characters }, limit);
      if (typeof reply === "string" || reply.kind !== "construct") {
        const missing = typeof reply === "string" ? reply : "no answer";
        last = { ...(last ?? none(name)), missing: `${shortly(characters)}: ${missing}` };
        break;
      }
      const ratio = characters / (sizes[nth - 1] ?? characters);
      last = growthOf(name, characters, reply, before, ratio);
      before = reply.times;
      if (sum(reply.times) > enough) break;
    }
    probe.end();
    if (last !== null) {
      measured.push(last);
      print(`  ${cellsOf(last).join(" | ")}`);
    }
  }
  return measured;
}

function growthOf(
  name: string,
  characters: number,
  { times, memory }: { readonly times: readonly Timed[]; readonly memory: number },
  before: readonly Timed[],
  ratio: number,
): Growth {
  const timeOf = (all: readonly Timed[], answer: string): number =>
    all.find((one) => one.answer === answer)?.time ?? 0;
  const analysis = timeOf(times, "parse") + timeOf(times, "analyse");
  const others = times.filter(({ answer }) => answer !== "parse" && answer !== "analyse");
  const slowest = others.reduce((a, b) => (a.time > b.time ? a : b), { answer: "", time: 0 });
  // Of all answers together: one alone is often too quick to tell.
  const [now, earlier] = [sum(times), sum(before)];
  const exponent =
    ratio > 1 && earlier > telling ? Math.log(now / earlier) / Math.log(ratio) : null;
  return { name, characters, analysis, slowest, exponent, memory, missing: null };
}

function none(name: string): Growth {
  const slowest = { answer: "", time: 0 };
  return { name, characters: 0, analysis: 0, slowest, exponent: null, memory: 0, missing: null };
}

function sum(times: readonly Timed[]): number {
  return times.reduce((all, { time }) => all + time, 0);
}

export function growthTable(measured: readonly Growth[]): string {
  const head = [
    "construct",
    "characters",
    "analysis",
    "slowest other answer",
    "exponent",
    "memory",
  ];
  return table(head, measured.map(cellsOf));
}

function cellsOf(growth: Growth): readonly string[] {
  const { name, characters, analysis, slowest, exponent, memory, missing } = growth;
  return [
    name,
    shortly(characters),
    shownTime(analysis),
    missing ?? `${shownTime(slowest.time)} ${slowest.answer}`,
    exponent === null ? "" : exponent.toFixed(2),
    `${Math.round(memory / 1e6)} MB`,
  ];
}

export function shortly(characters: number): string {
  return characters >= 1_000_000
    ? `${characters / 1_000_000} M`
    : `${Math.round(characters / 1_000)} k`;
}

export function shownTime(milliseconds: number): string {
  return milliseconds >= 10_000
    ? `${Math.round(milliseconds / 1000)} s`
    : `${Math.round(milliseconds)} ms`;
}

/** Those with the words in their names. */
export function namedConstructs(words: readonly string[]): readonly string[] {
  return constructs
    .map(({ name }) => name)
    .filter((name) => words.every((word) => name.includes(word)));
}
