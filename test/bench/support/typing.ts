/** How long keys take in a Dockerfile of a shape and a length. */
import path from "node:path";
import { type Shape, typingPlace } from "./dockerfiles.js";
import type { Bench } from "./figure.js";
import { pause, residentBytes } from "./measure.js";
import { profiled, watchTurns } from "./probe.js";
import { project } from "./projects.js";
import { openDocument, openOurs, openRival, ourServer, type Session } from "./servers.js";
import { type Typist, typeForDiagnostics, typeForLenses } from "./typist.js";
import { TooSlow } from "./wire.js";

/** Keys that are inserted, and then deleted. */
const keys = 10;

/** Where a key takes longer than this, only two are inserted and deleted. Milliseconds. */
const slow = 3_000;

/** Rounds of keys go on for so long, and are at most so many. Milliseconds. */
const enough = 8_000;
const mostRounds = { short: 1, full: 5 };

/** Milliseconds of each key; `Infinity` alone: one took longer than is waited for. */
export type Keys = readonly number[];

const tooSlow: Keys = [Number.POSITIVE_INFINITY];

export interface TypedBeside {
  readonly shape: Shape;
  readonly ours: Keys;
  readonly theirs: Keys;
  /** Each right after a simulated build. */
  readonly firstKeys: Keys;
}

/**
 * Key by key in turn with the rival, each while the other rests.
 * @param firstSamples of a first key after a simulated build
 */
export async function typeBeside(
  bench: Bench,
  shape: Shape,
  lines: number,
  firstSamples: number,
): Promise<TypedBeside> {
  const { folder } = await project(bench, { files: 20, layout: "nested", isGit: false });
  const text = shape.textOf(lines);
  const place = typingPlace(shape, text);
  const rival = await openRival(bench, folder, text);
  const ours = await openOurs(bench, folder, text);
  try {
    const inserted = await afterBuild(ours, place);
    const mine = typeForLenses(ours, place, inserted);
    const other = typeForDiagnostics(rival, place, inserted);
    const name = `keystrokes, ${lines} lines, ${shape.name}`;
    const [taken, theirs] = await profiled(bench, ours.process, name, () =>
      rounds(bench, [mine, other], inserted),
    );
    const firstKeys = await firstKeysOf(ours, place, Math.min(firstSamples, inserted));
    return { shape, ours: taken ?? [], theirs: theirs ?? [], firstKeys };
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error;
    return { shape, ours: tooSlow, theirs: [1], firstKeys: tooSlow };
  } finally {
    await ours.stop();
    await rival.stop();
  }
}

export interface TypedLong {
  readonly shape: Shape;
  readonly keys: Keys;
  /** Bytes, at most. */
  readonly memory: number;
  /** Milliseconds of the longest turn of the event loop while the file is opened. */
  readonly turn: number;
}

/** Our server alone. */
export async function typeAlone(bench: Bench, shape: Shape, lines: number): Promise<TypedLong> {
  const { folder } = await project(bench, { files: 20, layout: "nested", isGit: false });
  const text = shape.textOf(lines);
  const place = typingPlace(shape, text);
  const wire = await ourServer(bench, folder);
  try {
    const { value: opened, longest: turn } = await watchTurns(wire.process, async () => {
      const session = openDocument(wire, path.join(folder, "Dockerfile"), text);
      await session.lenses();
      await session.rest();
      return session;
    });
    const inserted = await afterBuild(opened, place);
    const name = `keystrokes, ${lines} lines, ${shape.name}`;
    const typist = typeForLenses(opened, place, inserted);
    const [taken] = await profiled(bench, wire.process, name, () =>
      rounds(bench, [typist], inserted),
    );
    return { shape, keys: taken ?? [], memory: residentBytes(wire.pid).most, turn };
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error;
    return {
      shape,
      keys: tooSlow,
      memory: residentBytes(wire.pid).most,
      turn: Number.POSITIVE_INFINITY,
    };
  } finally {
    await wire.stop();
  }
}

/** Simulates the build and presses the first key; gives how many are to be inserted. */
async function afterBuild(ours: Session, place: Place): Promise<number> {
  await ours.simulate();
  await ours.rest();
  const typist = typeForLenses(ours, place, 1);
  const first = await typist.key();
  await typist.key();
  return first > slow ? 2 : keys;
}

type Place = ReturnType<typeof typingPlace>;

/** Key by key in turn; one round is there to warm up, unless it would take long. */
async function rounds(
  bench: Bench,
  typists: readonly Typist[],
  inserted: number,
): Promise<readonly Keys[]> {
  const taken = typists.map((): number[] => []);
  const isSlow = inserted < keys;
  const most = isSlow ? 1 : mostRounds[bench.isShort ? "short" : "full"];
  for (let round = isSlow ? 0 : -1; round < most; round++) {
    for (let key = 0; key < 2 * inserted; key++) {
      for (const [at, typist] of typists.entries()) {
        const one = await typist.key();
        if (round >= 0) taken[at]?.push(one);
      }
    }
    if ((taken[0] ?? []).reduce((sum, one) => sum + one, 0) > enough) break;
  }
  return taken;
}

async function firstKeysOf(ours: Session, place: Place, samples: number): Promise<Keys> {
  const typist = typeForLenses(ours, place, 1);
  const taken: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    await ours.simulate();
    await ours.rest();
    // What a person sees before the next key.
    await ours.lenses();
    await pause(100);
    taken.push(await typist.key());
    await typist.key();
  }
  return taken;
}
