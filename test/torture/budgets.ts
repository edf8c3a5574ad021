/** What a text may cost before an editor has its first answer, whatever it holds. */
import { constructs, monotonous } from "./constructs.js";
import type { Outcome, Part } from "./part.js";
import { type Probe, startProbe } from "./probe.js";

/** Milliseconds of processor for reading and analysing a text of so many characters. */
interface Budget {
  readonly characters: number;
  readonly time: number;
  /** Shapes made at random. */
  readonly shapes: number;
}

const small: Budget = { characters: 10_000, time: 50, shapes: 20_000 };
const large: Budget = { characters: 1_000_000, time: 2_000, shapes: 300 };

/** A machine that does other things too takes so many times as long. */
const leeway = 8;
/** Milliseconds on the clock for one text: longer is not awaited. */
const limit = 60_000;

/** Every construct, lines of one kind of character, and shapes at random, each at its size. */
export const budgets: Part = {
  name: "budgets",
  async run({ seed, isShort, time, print }) {
    const outcomes: Outcome[] = [];
    for (const budget of isShort ? [small] : [small, large]) {
      const shapes = Array.from({ length: isShort ? 300 : budget.shapes }, (_, n) => seed + n);
      const named = [...constructs, ...monotonous].map(({ name }) => name);
      const all = [...(isShort ? named.filter((_, n) => n % 5 === 0) : named), ...shapes];
      outcomes.push(await keeps(budget, all, { isShort, time, print }));
    }
    return outcomes;
  },
};

interface Limits {
  readonly isShort: boolean;
  /** Milliseconds for the shapes. */
  readonly time: number;
  readonly print: (line: string) => void;
}

async function keeps(
  budget: Budget,
  all: readonly (string | number)[],
  { isShort, time: room, print }: Limits,
): Promise<Outcome> {
  const { characters, time } = budget;
  const probe = startProbe();
  const over: string[] = [];
  let slowest = { of: "", time: 0 };
  let memory = 0;
  let tried = 0;
  let late = 0;
  await warmUp(probe, isShort ? 5 : 20);
  const end = performance.now() + room;
  for (const of of all) {
    // The constructs are all tried in the long form.
    if ((typeof of === "number" || isShort) && performance.now() > end) break;
    const reply = await probe.ask({ kind: "budget", of, characters, budget: time }, limit);
    tried++;
    if (typeof reply === "string" || reply.kind !== "budget") {
      over.push(`${of}: ${typeof reply === "string" ? reply : "no answer"}`);
      print(`  ${over.at(-1)}`);
      continue;
    }
    memory = Math.max(memory, reply.memory);
    if (reply.time > slowest.time) slowest = { of: String(of), time: reply.time };
    if (reply.time > time) late++;
    if (reply.time <= time * leeway) continue;
    over.push(`${of}: ${Math.round(reply.time)} ms`);
    print(`  ${over.at(-1)}`);
  }
  probe.end();
  const most = `${late} took more than ${time} ms; the slowest took ${Math.round(slowest.time)} ms (${slowest.of}), the process ${Math.round(memory / 1e6)} MB`;
  return {
    what: `first analyses of texts of ${characters / 1000} k characters: no more than ${time} ms of processor, ${leeway * time} ms on a machine that does other things too`,
    howMany: tried.toLocaleString("en"),
    result: over.length === 0 ? `all keep it; ${most}` : `${over.length} do not; ${most}`,
    isGood: over.length === 0,
  };
}

/** What is not compiled yet is slow. */
async function warmUp(probe: Probe, count: number): Promise<void> {
  for (const { name } of constructs.slice(0, count)) {
    await probe.ask({ kind: "budget", of: name, characters: 20_000, budget: 0 }, limit);
  }
}
