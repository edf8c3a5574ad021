/**
 * The figures of the README: `npm run bench`. Prints a Markdown table; ends with 1 when a budget is
 * missed.
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { onDisk } from "../../server/src/core/analysis/place.js";
import { type Answer, analyse } from "../../server/src/core/analysis/snapshot.js";
import { recordBuild } from "../../server/src/core/cache/record.js";
import { addBuild, emptyState } from "../../server/src/core/cache/state.js";
import { codeLenses } from "../../server/src/core/features/codeLens.js";
import { parseDockerfile } from "../../server/src/core/syntax/parse.js";
import { sha256 } from "../../server/src/host/digest.js";
import { openMachine } from "../../server/src/host/machine.js";
import { hostPlatform } from "../../server/src/host/platform.js";
import { settle } from "../../server/src/host/settle.js";
import { requests } from "../../server/src/protocol.js";
import { dockerfileOf } from "../bench/support/dockerfiles.js";
import {
  median,
  megabytes,
  milliseconds,
  quantile,
  residentBytes,
  timed,
} from "../bench/support/measure.js";
import { eventually, startEditor, uriOf } from "../protocol/support/editorClient.js";
import { buildOf } from "./definitions.js";
import { inRepository } from "./repository.js";

/** Milliseconds from the keystroke to the lenses, by lines of the Dockerfile. */
const budgets: readonly (readonly [lines: number, budget: number])[] = [
  [20, 2],
  [300, 5],
  [5000, 50],
];
const contextFiles = 10_000;

interface Figure {
  readonly what: string;
  readonly value: string;
  readonly budget: string;
  readonly isMissed: boolean;
}

const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "stratacast-bench-")));
try {
  const figures = [
    ...(await typing(path.join(folder, "small"))),
    ...(await largeContext(path.join(folder, "large"))),
  ];
  console.log(table(figures));
  process.exitCode = figures.some(({ isMissed }) => isMissed) ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function typing(project: string): Promise<readonly Figure[]> {
  makeContext(project, 20);
  const figures: Figure[] = [];
  for (const [lines, budget] of budgets) {
    const text = dockerfileOf(lines);
    const { server, start, memory } = await inServer(project, text);
    const core = await inCore(project, text);
    const inBudget = median(server) <= budget;
    figures.push(
      {
        what: `keystroke to lenses, ${lines} lines, over the protocol`,
        value: `${milliseconds(median(server))} (95 %: ${milliseconds(quantile(server, 0.95))})`,
        budget: milliseconds(budget),
        isMissed: !inBudget,
      },
      plain(`… of it in the core: parse, predict, lenses`, milliseconds(median(core))),
    );
    if (lines === 300) {
      figures.push(
        plain("start of the server to its first answer", milliseconds(start)),
        plain("memory of the server with that file open", megabytes(memory)),
      );
    }
  }
  return figures;
}

async function inServer(project: string, text: string) {
  const began = performance.now();
  const editor = await startEditor({ workspaceFolders: [project] });
  const start = performance.now() - began;
  const uri = uriOf(path.join(project, "Dockerfile"));
  await editor.open(uri, text);
  await editor.settled(uri);
  await editor.connection.sendRequest(requests.simulateBuild, { uri, target: null, buildArgs: {} });
  await editor.settled(uri);
  const place = keystrokeAt(text);
  const line = text.slice(0, place).split("\n").length - 1;
  const character = place - text.lastIndexOf("\n", place - 1) - 1;
  const position = { line, character };
  const server: number[] = [];
  for (let round = -8; round < 40; round++) {
    // What follows an answer (diagnostics, status) is over before the next key.
    await pause(120);
    const pressed = performance.now();
    await editor.change(
      uri,
      round % 2 === 0
        ? { range: { start: position, end: position }, text: "x" }
        : { range: { start: position, end: { line, character: character + 1 } }, text: "" },
    );
    const lenses = await editor.lenses(uri);
    if (lenses.length === 0) throw new Error("The server showed no lenses.");
    if (round >= 0) server.push(performance.now() - pressed);
  }
  const memory = residentBytes(editor.process.pid ?? 0);
  await editor.stop();
  return { server, start, memory };
}

async function inCore(project: string, text: string): Promise<readonly number[]> {
  const build = buildOf({
    context: { kind: "path", folder: project },
    platform: hostPlatform(),
  });
  let state = emptyState;
  const { pool } = openMachine({ mayAskGit: () => false, readState: async () => state });
  const run = (source: string): Answer =>
    analyse({
      place: onDisk,
      ...build,
      dockerfile: parseDockerfile(source),
      world: pool.world,
      baseline: { kind: "last" },
      digest: sha256,
    });
  const { analysis } = await settle(pool, () => run(text), { isCancelled: false });
  const recorded = recordBuild({
    graph: analysis.graph,
    keys: analysis.keys,
    tree: analysis.input.context?.tree ?? null,
    digest: sha256,
    at: 0,
  });
  state = addBuild(emptyState, recorded);
  await pool.renew([{ kind: "state" }], { isCancelled: false });
  const place = keystrokeAt(text);
  return timed(30, (round) => {
    const edited = `${text.slice(0, place)}${"x".repeat(1 + (round & 1))}${text.slice(place)}`;
    codeLenses({ analysis: run(edited).analysis, isResult: false }, "all");
  });
}

/** In the middle of a RUN in the middle of the file. */
function keystrokeAt(text: string): number {
  const place = text.indexOf("npm run build", text.length / 2);
  return (place < 0 ? text.indexOf("npm") : place) + "npm".length;
}

async function largeContext(project: string): Promise<readonly Figure[]> {
  makeContext(project, contextFiles);
  const text = dockerfileOf(20);
  writeFileSync(path.join(project, "Dockerfile"), text);
  const uri = uriOf(path.join(project, "Dockerfile"));
  const editor = await startEditor({ workspaceFolders: [project] });
  const simulate = () =>
    editor.connection.sendRequest(requests.simulateBuild, { uri, target: null, buildArgs: {} });
  await editor.open(uri, text);
  const [cold = 0] = await timed(1, async () => void (await simulate()), 0);
  const warm = await timed(5, async () => void (await simulate()));
  const [changed = 0] = await timed(
    1,
    async () => {
      const file = path.join(project, "src/d0/f0.js");
      writeFileSync(file, "changed");
      await editor.filesChanged(file);
      await eventually("the changed file", async () =>
        (await editor.lenses(uri)).some((lens) => lens.includes("src/d0/f0.js changed"))
          ? true
          : null,
      );
    },
    0,
  );
  const memory = residentBytes(editor.process.pid ?? 0);
  await editor.stop();
  const state = path.join(folder, "state");
  const cli = await timed(
    3,
    () => {
      const words = [inRepository("dist/cli.js"), "simulate", "--state", state, project];
      const ended = spawnSync(process.execPath, words, { stdio: "ignore" });
      if (ended.status !== 0) throw new Error("The command line failed.");
    },
    1,
  );
  const files = contextFiles.toLocaleString("en");
  return [
    plain(`Simulate Build, context of ${files} files, the first time`, milliseconds(cold)),
    plain("… again, nothing changed", milliseconds(median(warm))),
    plain("… a file changed on disk to its lens", milliseconds(changed)),
    plain("… memory of the server", megabytes(memory)),
    plain(`stratacast simulate, the same context, the whole program`, milliseconds(median(cli))),
  ];
}

/** A Node project with so many files of about 2 kB. */
function makeContext(project: string, files: number): void {
  mkdirSync(project, { recursive: true });
  writeFileSync(path.join(project, "package.json"), "{}\n");
  writeFileSync(path.join(project, "package-lock.json"), "{}\n");
  for (let n = 0; n < files; n++) {
    const own = path.join(project, "src", `d${Math.floor(n / 100)}`);
    if (n % 100 === 0) mkdirSync(own, { recursive: true });
    writeFileSync(path.join(own, `f${n}.js`), `// ${n}\n`.padEnd(2000, `export const x = ${n};\n`));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function plain(what: string, value: string): Figure {
  return { what, value, budget: "", isMissed: false };
}

function table(figures: readonly Figure[]): string {
  const { model } = os.cpus()[0] ?? { model: "an unknown processor" };
  return [
    `On ${os.cpus().length} × ${model.trim()}, Node ${process.versions.node}; medians:`,
    "",
    "| | measured | budget |",
    "| --- | ---: | ---: |",
    ...figures.map(
      ({ what, value, budget, isMissed }) =>
        `| ${what} | ${value}${isMissed ? " **missed**" : ""} | ${budget} |`,
    ),
  ].join("\n");
}
