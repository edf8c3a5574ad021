/** Files of a large context change on disk: from the event to the last byte of the lenses. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  type Bench,
  type Case,
  count,
  countGoal,
  figureOf,
  type Quantity,
  type Row,
  ratioGoal,
  time,
  timeGoal,
} from "../support/figure.js";
import { median } from "../support/measure.js";
import { profiled, watchTurns } from "../support/probe.js";
import { type Project, project, projectDockerfile } from "../support/projects.js";
import { openOurs, type Session } from "../support/servers.js";
import { patience, TooSlow } from "../support/wire.js";

const layouts = ["nested", "flat"] as const;

type Layout = (typeof layouts)[number];

const refresh = "workspace/codeLens/refresh";

/** An editor's watcher hands on so many events at a time. */
const batch = 500;

/** Of one changed file. */
const samples = 7;

export interface EventGoals {
  /** Milliseconds. */
  readonly time?: number;
  /** To a context of a tenth of the files. */
  readonly growth?: number;
}

export function oneFileEvent(files: number, goals: EventGoals): Row {
  const name = `one changed file of ${files.toLocaleString("en")}, event → all lenses`;
  const measured = async (bench: Bench, layout: Layout, some: number): Promise<Quantity> => {
    const one = await project(bench, { files: some, layout, isGit: layout === "nested" });
    return time(median(await oneByOne(bench, one, `one of ${some} files, ${layout}`)));
  };
  return {
    name,
    async measure(bench) {
      const alone: Case[] = [];
      const growth: Case[] = [];
      for (const layout of layouts) {
        const ours = await measured(bench, layout, files);
        alone.push({ name: layout, ours });
        if (goals.growth === undefined) continue;
        growth.push({ name: layout, ours, theirs: await measured(bench, layout, files / 10) });
      }
      const itself = figureOf(name, alone, timeGoal(goals.time));
      if (goals.growth === undefined) return [itself];
      const rival = `itself at ${(files / 10).toLocaleString("en")}`;
      return [itself, figureOf(`${name}, growth`, growth, ratioGoal(goals.growth), { rival })];
    },
  };
}

/** Times in milliseconds. */
export interface StormGoals {
  readonly time?: number;
  readonly refreshes?: number;
  readonly turn?: number;
  /** To a tenth of the events. */
  readonly growth?: number;
}

interface Storm {
  readonly name: string;
  readonly time: number;
  readonly refreshes: number;
  readonly turn: number;
}

/** As after the switch of a branch or an installation. */
export function fileStorm(files: number, events: number, goals: StormGoals): Row {
  const name = `${events.toLocaleString("en")} file events at once, of ${files.toLocaleString("en")} files`;
  return {
    name,
    async measure(bench) {
      const storms: Storm[] = [];
      const growth: Case[] = [];
      for (const layout of layouts) {
        const one = await project(bench, { files, layout, isGit: layout === "nested" });
        const whole = await storm(bench, one, events, layout);
        storms.push(whole);
        if (goals.growth === undefined) continue;
        const tenth = await storm(bench, one, events / 10, layout);
        growth.push({ name: layout, ours: time(whole.time), theirs: time(tenth.time) });
      }
      const cases = (of: (one: Storm) => Quantity): readonly Case[] =>
        storms.map((one) => ({ name: one.name, ours: of(one) }));
      const figures = [
        figureOf(
          `${name} → all lenses`,
          cases((one) => time(one.time)),
          timeGoal(goals.time),
        ),
        figureOf(
          `${name}: refreshes of the lenses`,
          cases((one) => count(one.refreshes)),
          countGoal(goals.refreshes),
        ),
        figureOf(
          `${name}: longest turn of the event loop`,
          cases((one) => time(one.turn)),
          timeGoal(goals.turn),
        ),
      ];
      if (goals.growth === undefined) return figures;
      const rival = `itself at ${(events / 10).toLocaleString("en")} events`;
      return [...figures, figureOf(`${name}, growth`, growth, ratioGoal(goals.growth), { rival })];
    },
  };
}

/** A file is changed and seen, put back and seen. */
async function oneByOne(bench: Bench, one: Project, name: string): Promise<readonly number[]> {
  const server = await openOurs(bench, one.folder, projectDockerfile);
  const taken: number[] = [];
  try {
    await server.simulate();
    await server.rest();
    await profiled(bench, server.process, name, async () => {
      for (let sample = -1; sample < samples; sample++) {
        const file =
          one.files[Math.floor((one.files.length * (sample + 1.5)) / (samples + 1))] ?? "";
        const isShown = (lenses: Buffer): boolean => lenses.includes(`${file} changed`);
        one.change([file]);
        const seen = await untilLenses(server, one, [file], isShown);
        one.putBack([file]);
        await untilLenses(server, one, [file], (lenses) => !isShown(lenses));
        await server.rest();
        if (sample >= 0) taken.push(seen);
      }
    });
    return taken;
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error;
    return [Number.POSITIVE_INFINITY];
  } finally {
    await server.stop();
    await one.settle();
  }
}

async function storm(bench: Bench, one: Project, events: number, name: Layout): Promise<Storm> {
  const server = await openOurs(bench, one.folder, projectDockerfile);
  // Spread over all folders.
  const step = one.files.length / events;
  const files = Array.from({ length: events }, (_, at) => one.files[Math.floor(at * step)] ?? "");
  const all = new RegExp(`${(events - 1).toLocaleString("en").replace(",", ",?")} more changed`);
  try {
    await server.simulate();
    await server.rest();
    one.change(files);
    const before = server.heard(refresh);
    const { value, longest } = await watchTurns(server.process, () =>
      profiled(bench, server.process, `${events} events, ${name}`, async () => {
        const seen = await untilLenses(server, one, files, (lenses) => all.test(String(lenses)));
        await server.rest();
        return seen;
      }),
    );
    return { name, time: value, refreshes: server.heard(refresh) - before, turn: longest };
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error;
    const never = Number.POSITIVE_INFINITY;
    return { name, time: never, refreshes: never, turn: never };
  } finally {
    await server.stop();
    one.putBack(files);
    await one.settle();
  }
}

/**
 * Tells the server of the files, asks for the lenses as often as it wants them drawn again, and gives
 * the milliseconds to the last byte of the first that are as expected.
 * @throws TooSlow
 */
async function untilLenses(
  server: Session,
  { folder }: Project,
  files: readonly string[],
  isExpected: (lenses: Buffer) => boolean,
): Promise<number> {
  const events = files.map((file) => ({
    uri: pathToFileURL(path.join(folder, file)).href,
    type: 2,
  }));
  const batches = Array.from({ length: Math.ceil(events.length / batch) }, (_, at) => ({
    method: "workspace/didChangeWatchedFiles",
    params: { changes: events.slice(at * batch, (at + 1) * batch) },
    isRequest: false,
  }));
  let asked = server.next(refresh);
  const { began } = server.send(...batches);
  for (;;) {
    await asked;
    asked = server.next(refresh);
    // The last of them is not waited for.
    asked.catch(() => {});
    const { at, body } = await server.lenses();
    if (isExpected(body)) return at - began;
    if (at - began > patience) throw new TooSlow("the lenses of changed files");
  }
}
