/** Keystrokes: the figure is that of the shape of Dockerfile that is worst. */
import { shapes } from "../support/dockerfiles.js";
import {
  type Bench,
  figureOf,
  type KeyPart,
  keyTime,
  memory,
  memoryGoal,
  type Quantity,
  type Row,
  ratioGoal,
  time,
  timeGoal,
} from "../support/figure.js";
import { rivalName } from "../support/servers.js";
import { type TypedBeside, type TypedLong, typeAlone, typeBeside } from "../support/typing.js";

/** Times in milliseconds; of what is left out nothing is wanted. */
export interface TypingGoals {
  readonly ratio: number;
  readonly key?: number;
  readonly firstKey?: number;
}

/** Beside the rival. */
export function keystrokes(lines: number, goals: TypingGoals, floor?: string): Row {
  const name = `keystroke → all lenses, ${lines.toLocaleString("en")} lines`;
  return {
    name,
    async measure(bench) {
      const typed: TypedBeside[] = [];
      const samples = goals.firstKey === undefined ? 0 : 10;
      for (const shape of shapes) typed.push(await typeBeside(bench, shape, lines, samples));
      const part = keyPart(bench);
      const cases = (ours: (one: TypedBeside) => Quantity, theirs?: typeof ours) =>
        typed.map((one) => {
          const beside = theirs === undefined ? {} : { theirs: theirs(one) };
          return { name: one.shape.name, ours: ours(one), ...beside };
        });
      const beside = figureOf(
        `${name}, ${part}`,
        cases(
          (one) => keyTime(one.ours, part),
          (one) => keyTime(one.theirs, part),
        ),
        ratioGoal(goals.ratio),
        { rival: `${rivalName}, didChange → diagnostics` },
      );
      if (goals.firstKey === undefined) return [beside];
      return [
        beside,
        figureOf(
          `${name}, p95, itself`,
          cases((one) => keyTime(one.ours)),
          timeGoal(goals.key),
          { floor: floor ?? null },
        ),
        figureOf(
          `${name}, the first key after a cached state, p95`,
          cases((one) => keyTime(one.firstKeys)),
          timeGoal(goals.firstKey),
        ),
      ];
    },
  };
}

export interface LongFileGoals {
  readonly ratio: number;
  readonly megabytes?: number;
  /** Milliseconds. */
  readonly turn?: number;
}

/** A long file beside ourselves at a tenth of it. */
export function longFile(lines: number, goals: LongFileGoals): Row {
  const name = `keystroke → all lenses, ${lines.toLocaleString("en")} lines`;
  return {
    name,
    async measure(bench) {
      const typed: { readonly short: TypedLong; readonly long: TypedLong }[] = [];
      for (const shape of shapes) {
        const short = await typeAlone(bench, shape, lines / 10);
        typed.push({ short, long: await typeAlone(bench, shape, lines) });
      }
      const part = keyPart(bench);
      return [
        figureOf(
          `${name}, ${part}`,
          typed.map(({ short, long }) => {
            const theirs = keyTime(short.keys, part);
            return { name: long.shape.name, ours: keyTime(long.keys, part), theirs };
          }),
          ratioGoal(goals.ratio),
          { rival: `itself at ${(lines / 10).toLocaleString("en")} lines` },
        ),
        figureOf(
          `${name}, memory of the server at most`,
          typed.map(({ long }) => ({ name: long.shape.name, ours: memory(long.memory) })),
          memoryGoal(goals.megabytes),
        ),
        figureOf(
          `${name}, longest turn of the event loop at the first opening`,
          typed.map(({ long }) => ({ name: long.shape.name, ours: time(long.turn) })),
          timeGoal(goals.turn),
        ),
      ];
    },
  };
}

/** Few keys have no telling twentieth part. */
function keyPart({ isShort }: Bench): KeyPart {
  return isShort ? "p50" : "p95";
}
