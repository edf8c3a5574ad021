/** `stratacast simulate` and Simulate Build, where nothing changed and for the first time. */
import path from "node:path";
import { importBaseImage } from "../../support/engine/baseImage.js";
import { type Engine, startEngine } from "../../support/engine/engine.js";
import { EngineUnavailable } from "../../support/engine/files.js";
import { inCache } from "../../support/repository.js";
import {
  type Bench,
  type Case,
  count,
  countGoal,
  type Figure,
  figureOf,
  type Row,
  ratioGoal,
  time,
} from "../support/figure.js";
import { inTurn, median } from "../support/measure.js";
import { fileLog, profiled } from "../support/probe.js";
import {
  forgetAll,
  gitStatus,
  hashAll,
  profileSimulate,
  runTimed,
  simulate,
} from "../support/programs.js";
import { project, projectDockerfile } from "../support/projects.js";
import { openOurs } from "../support/servers.js";

const rounds = 7;

export interface CheckoutGoals {
  /** To `git status`. */
  readonly ratio: number;
}

/** The whole program, in a clean git checkout. */
export function simulateAgain(
  files: number,
  hasHidden: boolean,
  goals: CheckoutGoals,
  floor: string | null = null,
): Row {
  const hidden = hasHidden ? ` and a tenth more in a folder hidden by .gitignore alone` : "";
  const name = `simulate, nothing changed, clean checkout of ${files.toLocaleString("en")} files${hidden}`;
  return {
    name,
    async measure(bench) {
      const { folder } = await project(bench, { files, layout: "nested", hasHidden, isGit: true });
      const simulation = { context: folder, state: path.join(bench.folder, "state") };
      forgetAll(bench, simulation.state);
      await inTurn(2, [() => simulate(bench, simulation), () => gitStatus(bench, folder)]);
      const [ours = [], theirs = []] = await inTurn(rounds, [
        () => simulate(bench, simulation),
        () => gitStatus(bench, folder),
      ]);
      profileSimulate(bench, name, simulation);
      return [
        figureOf(name, [besides(ours, theirs)], ratioGoal(goals.ratio), {
          rival: "git status",
          floor,
        }),
      ];
    },
  };
}

/** Simulate Build in the running server; with a live watch it need not look at the files. */
export function simulateInServer(
  files: number,
  goals: CheckoutGoals & { readonly looks: number },
): Row {
  const name = `Simulate Build in the running server, nothing changed, ${files.toLocaleString("en")} files`;
  return {
    name,
    async measure(bench) {
      const { folder } = await project(bench, { files, layout: "nested", isGit: true });
      const server = await openOurs(bench, folder, projectDockerfile);
      let taken: readonly (readonly number[])[] = [];
      try {
        const works = [
          async () => {
            const one = await server.simulate();
            await server.rest();
            return one;
          },
          () => gitStatus(bench, folder),
        ];
        await inTurn(2, works);
        taken = await profiled(bench, server.process, name, () => inTurn(rounds, works));
      } finally {
        await server.stop();
      }
      const [ours = [], theirs = []] = taken;
      const looks = await filesLookedAt(bench, folder);
      return [
        figureOf(name, [besides(ours, theirs)], ratioGoal(goals.ratio), { rival: "git status" }),
        figureOf(
          `${name}: files looked at, with a live watch`,
          [{ name: "", ours: count(looks) }],
          countGoal(goals.looks),
        ),
      ];
    },
  };
}

/** By a server that is told of what changes, for a simulated build after another. */
async function filesLookedAt(bench: Bench, folder: string): Promise<number> {
  const log = fileLog(bench, folder);
  const server = await openOurs(bench, folder, projectDockerfile, { nodeArgs: log.nodeArgs });
  try {
    // The first may begin before the watch, which the second then finds.
    for (let made = 0; made < 2; made++) {
      await server.simulate();
      await server.rest();
    }
    log.take();
    await server.simulate();
    await server.rest();
    const { stat, list, read } = log.take();
    return new Set([...stat, ...list, ...read].filter(isOfTheProject)).size;
  } finally {
    await server.stop();
  }
}

/** The first time, in a clean git checkout: git knows the content. */
export function simulateFirst(files: number, goals: { readonly reads: number }): Row {
  const name = `simulate for the first time, clean checkout of ${files.toLocaleString("en")} files`;
  return {
    name,
    async measure(bench) {
      const { folder } = await project(bench, { files, layout: "nested", isGit: true });
      const state = path.join(bench.folder, "state-first");
      const log = fileLog(bench, folder);
      const fresh = (nodeArgs: readonly string[]): number => {
        forgetAll(bench, state);
        return simulate(bench, { context: folder, state, nodeArgs });
      };
      const [ours = [], theirs = []] = await inTurn(3, [
        () => fresh([]),
        () => gitStatus(bench, folder),
      ]);
      fresh(log.nodeArgs);
      const { read } = log.take();
      const contents = read.filter(isOfTheProject).length;
      return [
        figureOf(name, [besides(ours, theirs)], null, { rival: "git status" }),
        figureOf(
          `${name}: files of which the content is read`,
          [{ name: "", ours: count(contents) }],
          countGoal(goals.reads),
        ),
      ];
    },
  };
}

/** What a COPY takes, not what says how: `src` is what a project is made of. */
function isOfTheProject(name: string): boolean {
  return name.startsWith("src/") || name.startsWith("dist/");
}

/** The first time, without git: every byte is read. */
export function simulateCold(files: number, kilobytes: number, goals: CheckoutGoals): Row {
  const name = `simulate for the first time, no git, ${files.toLocaleString("en")} files, ${Math.round((files * kilobytes) / 1000)} MB`;
  return {
    name,
    async measure(bench) {
      const bytes = kilobytes * 1000;
      const { folder } = await project(bench, { files, layout: "nested", bytes, isGit: false });
      const state = path.join(bench.folder, "state-cold");
      const works = [
        () => {
          forgetAll(bench, state);
          return simulate(bench, { context: folder, state });
        },
        () => hashAll(bench, folder),
      ];
      await inTurn(1, works);
      const [ours = [], theirs = []] = await inTurn(5, works);
      forgetAll(bench, state);
      profileSimulate(bench, name, { context: folder, state });
      return [
        figureOf(name, [besides(ours, theirs)], ratioGoal(goals.ratio), {
          rival: "xargs -P2 sha256sum",
        }),
      ];
    },
  };
}

/** Beside the engine's own build, of which every step is cached. */
export function simulateBesideEngine(files: number, goals: CheckoutGoals): Row {
  const name = `simulate, nothing changed, ${files.toLocaleString("en")} files, beside an engine`;
  return {
    name,
    async measure(bench) {
      const { folder } = await project(bench, { files, layout: "nested", isGit: true });
      const state = path.join(bench.folder, "state-engine");
      const figure = (rival: string, one: Case): Figure =>
        figureOf(name, [one], ratioGoal(goals.ratio), { rival });
      let engine: Engine;
      try {
        engine = await anEngine();
      } catch (error) {
        if (!(error instanceof EngineUnavailable)) throw error;
        const alone = { name: "", ours: time(simulate(bench, { context: folder, state })) };
        return [figure(`docker build: ${error.message}`, alone)];
      }
      try {
        const works = [
          () => simulate(bench, { context: folder, state }),
          () => runTimed("docker", ["build", "--quiet", "."], folder, engine.env),
        ];
        await inTurn(2, works);
        const [ours = [], theirs = []] = await inTurn(5, works);
        const rival = `docker build of ${engine.versions.docker}, every step cached`;
        return [figure(rival, besides(ours, theirs))];
      } finally {
        await engine.stop();
      }
    },
  };
}

/** Medians of milliseconds. */
function besides(ours: readonly number[], theirs: readonly number[]): Case {
  return { name: "", ours: time(median(ours)), theirs: time(median(theirs)) };
}

/** With the base image that the project stands on. */
async function anEngine(): Promise<Engine> {
  const engine = await startEngine({
    cache: inCache("engine"),
    data: null,
    store: "graphdriver",
    mayUseGiven: true,
  });
  await importBaseImage(engine, "local/base", "bench");
  return engine;
}
