/**
 * Builds that stand on what other builds of the folder make, held against a real engine: Bake's `target:`,
 * and an image by its tag. Where no engine can be had this says so and passes.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { SimulationJson } from "../../server/src/core/documents/simulation.js";
import { importBaseImage } from "../support/engine/baseImage.js";
import type { Engine } from "../support/engine/engine.js";
import { run } from "../support/engine/process.js";
import { inRepository } from "../support/repository.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { thoroughEngine } from "./support/thoroughEngine.js";

const bake = `target "base" {
  context = "base"
  tags = ["local/linked-base:1"]
}
target "web" {
  context = "web"
  contexts = { base = "target:base" }
}
target "files" {
  context = "files"
  contexts = { base = "target:base" }
}
target "tagged" { context = "tagged" }
`;

const base = `FROM local/base
ENV COLOUR=red
WORKDIR /srv
COPY a /a
RUN env > /built
ONBUILD RUN env
`;

const project = {
  "docker-bake.hcl": bake,
  "base/Dockerfile": base,
  "base/a": "1\n",
  "web/Dockerfile": "FROM base\nCOPY x x\nRUN cat /a x\n",
  "web/x": "1\n",
  "files/Dockerfile": "FROM local/base\nCOPY --from=base /a /taken/\nRUN ls /taken\n",
  "tagged/Dockerfile": "FROM local/linked-base:1\nCOPY y y\nRUN ls /srv\n",
  "tagged/y": "1\n",
};

/** What is edited before each round; the first one builds all. */
const rounds: readonly (readonly [what: string, file: string, text: string])[] = [
  ["the first build", "base/a", "1\n"],
  ["nothing", "base/a", "1\n"],
  ["a file of the base", "base/a", "2\n"],
  ["a variable of the base", "base/Dockerfile", base.replace("red", "blue")],
  [
    "a comment and a label of the base",
    "base/Dockerfile",
    `# a comment\n${base.replace("red", "blue")}LABEL a=b\n`,
  ],
  ["a file of its own", "web/x", "2\n"],
];

test("builds on builds are forecast as an engine makes them", async (t) => {
  const engine = await thoroughEngine(t, "graphdriver");
  if (engine === null) return;
  await importBaseImage(engine, "local/base", "linked");
  const folder = temporaryFolder(t, project);
  const forecast = forecasts(t, engine, folder);
  const decided = { hit: 0, miss: 0, unknown: 0 };
  for (const [what, file, text] of rounds) {
    writeIn(folder, file, text);
    const [web, files] = [await forecast("web"), await forecast("files")];
    const linked = await bakeRuns(engine, folder, ["base", "web", "files"]);
    // By its tag the image is the one that was built last.
    const tagged = await forecast("tagged");
    const own = await bakeRuns(engine, folder, ["tagged"]);
    for (const [{ steps }, ran] of [
      [web, linked],
      [files, linked],
      [tagged, own],
    ] as const) {
      for (const { text: step, prediction } of steps) {
        if (prediction === null) continue;
        decided[prediction]++;
        const isCached = ran.get(step);
        assert.ok(isCached !== undefined, `${what}: ${step} runs`);
        if (prediction !== "unknown")
          assert.equal(prediction === "hit", isCached, `${what}: ${step}`);
      }
    }
  }
  assert.ok(decided.hit > 15 && decided.miss > 15, JSON.stringify(decided));
  assert.ok(decided.unknown < 12, JSON.stringify(decided));
});

/** Forecasts with what the ones before left. */
function forecasts(t: TestContext, engine: Engine, folder: string) {
  const state = path.join(temporaryFolder(t), "state");
  return async (target: string): Promise<SimulationJson> => {
    const words = ["simulate", "--build", `bake:${target}`, "--format", "json", "--state", state];
    const { stdout, stderr } = await run(
      process.execPath,
      [inRepository("dist/cli.mjs"), ...words, "."],
      { cwd: folder, env: engine.env },
    );
    assert.equal(stderr, "");
    return JSON.parse(stdout) as SimulationJson; // the schema's test says so
  };
}

/** Of each step of the targets, by its text, whether it was cached. */
async function bakeRuns(
  engine: Engine,
  folder: string,
  targets: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const words = ["buildx", "bake", "--progress", "plain", ...targets];
  const { code, stderr: log } = await run("docker", words, { cwd: folder, env: engine.env });
  assert.equal(code, 0, log);
  const steps = new Map(
    [...log.matchAll(/^#(\d+) \[[^\]]*\d+\/\d+\] (?:ONBUILD )?(.+)$/gm)].map(([, number, text]) => [
      number,
      text ?? "",
    ]),
  );
  const cached = new Set([...log.matchAll(/^#(\d+) CACHED$/gm)].map(([, number]) => number));
  return new Map([...steps].map(([number, text]) => [text, cached.has(number)]));
}
