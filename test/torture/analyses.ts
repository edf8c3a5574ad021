/** How the time of the first analysis of each construct grows, from a small text to a very long one. */
import { namedConstructs, shortly, shownTime } from "./growth.js";
import type { Outcome, Torture } from "./part.js";
import { table } from "./part.js";
import { startProbe } from "./probe.js";

const sizes = [1_000, 10_000, 100_000] as const;
const longest = 1_000_000;
/** Milliseconds of processor that the longest text that is read may take, … */
const budget = 2_000;
/** … and on the clock, as often as a size is measured. */
const limit = 120_000;
/** Quicker ones tell nothing of how they grow. Milliseconds. */
const telling = 20;

interface Measured {
  readonly characters: number;
  readonly time: number;
  readonly isRead: boolean;
}

export interface Analyses {
  readonly name: string;
  readonly all: readonly Measured[];
  /** From the first size that is long enough to tell to the last that is read; null: none tells. */
  readonly exponent: number | null;
  /** Bytes, of the process at most. */
  readonly memory: number;
  /** True where the longest text was analysed in its time. */
  readonly isKept: boolean;
}

/** Every construct at every size, in a process of its own. */
export async function measureAnalyses(
  words: readonly string[],
  { print }: Pick<Torture, "print">,
): Promise<readonly Analyses[]> {
  const measured: Analyses[] = [];
  for (const name of namedConstructs(words)) {
    const probe = startProbe();
    const all: Measured[] = [];
    let memory = 0;
    const end = await probe.ask({ kind: "longest", of: name, characters: longest }, limit);
    const last = typeof end !== "string" && end.kind === "longest" ? end.characters : longest;
    for (const characters of [...sizes, last]) {
      // The small ones as often as it takes to find them compiled, the last one once.
      const enough = characters < last ? 0 : Number.MAX_SAFE_INTEGER;
      const reply = await probe.ask(
        { kind: "budget", of: name, characters, budget: enough },
        limit,
      );
      if (typeof reply === "string" || reply.kind !== "budget") break;
      all.push({ characters, time: reply.time, isRead: reply.isRead });
      memory = Math.max(memory, reply.memory);
    }
    probe.end();
    const isKept = all.length > sizes.length && (all.at(-1)?.time ?? 0) <= budget;
    const one = { name, all, exponent: exponentOf(all), memory, isKept };
    measured.push(one);
    print(`  ${cellsOf(one).join(" | ")}`);
  }
  return measured;
}

function exponentOf(all: readonly Measured[]): number | null {
  const read = all
    .filter(({ isRead }) => isRead)
    .toSorted((one, other) => one.characters - other.characters);
  const first = read.find(({ time }) => time >= telling);
  const last = read.at(-1);
  // Of two sizes that are nearly the same nothing can be told.
  if (first === undefined || last === undefined || last.characters < 2 * first.characters)
    return null;
  return Math.log(last.time / first.time) / Math.log(last.characters / first.characters);
}

export function analysesOutcome(measured: readonly Analyses[]): Outcome {
  const late = measured.filter(({ isKept }) => !isKept);
  const steep = measured.filter(({ exponent }) => (exponent ?? 0) > 1.3);
  return {
    what: `first analyses of constructs from ${shortly(sizes[0])} characters to the longest text that is read, up to ${shortly(longest)}: no more than ${shownTime(budget)} of processor`,
    howMany: String(measured.length),
    result: `${late.length} do not keep it; ${steep.length} grow faster than with the power 1.3`,
    isGood: late.length === 0,
  };
}

export function analysesTable(measured: readonly Analyses[]): string {
  const head = ["construct", ...sizes.map(shortly), "longest", "its time", "exponent", "memory"];
  return table(head, measured.map(cellsOf));
}

function cellsOf({ name, all, exponent, memory }: Analyses): readonly string[] {
  const cell = (at: number): string => {
    const one = all[at];
    if (one === undefined) return at === all.length ? `not in ${limit / 1000} s` : "";
    return one.isRead ? shownTime(one.time) : "not read";
  };
  const last = all[sizes.length];
  return [
    name,
    ...sizes.map((_, at) => cell(at)),
    last === undefined ? "" : shortly(last.characters),
    cell(sizes.length),
    exponent === null ? "" : exponent.toFixed(2),
    `${Math.round(memory / 1e6)} MB`,
  ];
}
