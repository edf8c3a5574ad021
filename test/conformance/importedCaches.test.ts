/**
 * Builds by an emptied engine that imports the cache of an earlier build: what it takes of that is foreseen
 * by the command line. Where no engine can be had this says so and passes.
 */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { SimulationJson } from "../../server/src/core/documents/simulation.js";
import { importBaseImage } from "../support/engine/baseImage.js";
import type { Engine } from "../support/engine/engine.js";
import { run } from "../support/engine/process.js";
import { inRepository } from "../support/repository.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { thoroughEngine } from "./support/thoroughEngine.js";

const dockerfile = `FROM local/base AS deps
WORKDIR /srv
COPY package.json lock* ./
RUN --mount=type=cache,target=/cache ls > installed
FROM local/base AS build
WORKDIR /srv
COPY --from=deps /srv/installed ./
COPY --chown=1:1 src src
RUN --mount=type=bind,source=tools,target=/tools cat src/a /tools/t > built
FROM local/base AS files
COPY --chmod=600 notes /notes
FROM local/base
ARG LEVEL=1
COPY --link --from=build /srv/built /app/
COPY --from=files /notes /notes
COPY <<END /etc/app
level $LEVEL
END
RUN env > /level
RUN cat /app/built
`;

const files = {
  Dockerfile: dockerfile,
  "package.json": "{}\n",
  "lock.json": "1\n",
  "src/a": "1\n",
  "src/deep/b": "2\n",
  "tools/t": "t\n",
  "notes/n": "n\n",
};

/** What each build has that the exported one had not. */
const edits: readonly (readonly [what: string, edit: Readonly<Record<string, string>>])[] = [
  ["nothing", {}],
  ["a source", { "src/a": "2\n" }],
  ["a dependency", { "lock.json": "2\n" }],
  ["a mounted tool", { "tools/t": "u\n" }],
  ["a file of a stage that no command makes", { "notes/n": "m\n" }],
  ["a command", { Dockerfile: dockerfile.replace("ls > installed", "ls -a > installed") }],
  ["a default", { Dockerfile: dockerfile.replace("LEVEL=1", "LEVEL=2") }],
  ["a comment", { Dockerfile: dockerfile.replace("ARG LEVEL", "# one\nARG LEVEL") }],
  ["an option", { Dockerfile: dockerfile.replace("--chown=1:1 ", "") }],
  ["an added file that nothing takes", { "other.txt": "o\n" }],
  ["two at once", { "src/a": "3\n", "notes/n": "3\n" }],
];

for (const mode of ["max", "min"] as const) {
  test(`what an emptied engine takes of a cache of mode=${mode} is foreseen`, async (t) => {
    const engine = await thoroughEngine(t, "containerd");
    if (engine === null) return;
    await importBaseImage(engine, "local/base", "imported", ["ENV PATH=/bin:/usr/bin"]);
    const first = temporaryFolder(t, files);
    const beside = temporaryFolder(t);
    const cache = path.join(beside, "cache");
    const build = (folder: string, ...words: readonly string[]) =>
      buildPruned(engine, folder, words);
    const built = await build(first, "--cache-to", `type=local,mode=${mode},dest=${cache}`);
    assert.equal(built.code, 0, built.stderr);
    const wrong: string[] = [];
    let [steps, open] = [0, 0];
    // Which results are there is all that the modes differ in.
    const tried = mode === "max" ? edits : edits.slice(0, 4);
    for (const [what, edit] of tried) {
      const folder = temporaryFolder(t, { ...files, ...edit });
      const imported = `type=local,src=${cache}`;
      const told = await forecast(engine, folder, [`--against=cache:${cache}`], beside);
      const same = await forecast(
        engine,
        folder,
        ["--against=empty", "--cache-from", imported],
        beside,
      );
      assert.deepEqual(predictionsOf(same), predictionsOf(told));
      const foreseen = told.steps.filter(({ prediction }) => prediction !== null);
      steps += foreseen.length;
      open += foreseen.filter(({ prediction }) => prediction === "unknown").length;
      // Its store now and then refuses a layer that it has read, and the step is run: asked once more.
      let unlike: readonly string[] = ["not asked"];
      for (let asked = 0; asked < 2 && unlike.length > 0; asked++) {
        const done = await build(folder, "--cache-from", imported);
        assert.equal(done.code, 0, done.stderr);
        unlike = differences(foreseen, decisionsIn(done.stderr));
      }
      wrong.push(...unlike.map((one) => `${what}: ${one}`));
      rmSync(folder, { recursive: true });
    }
    assert.deepEqual(wrong, []);
    assert.ok(steps >= 8 * tried.length, `${steps} steps`);
    // Whatever stands on files that a command made anew, which may come out equal.
    assert.ok(open <= steps / 2, `${open} of ${steps} left open`);
  });
}

/** Debian's engine loses a build now and then to a lock of its own store. */
const tries = 6;

/** By an emptied engine. */
async function buildPruned(engine: Engine, folder: string, words: readonly string[]) {
  const options = ["--progress=plain", "--output", "type=cacheonly", ...words];
  for (let left = tries; ; left--) {
    await engine.docker(["buildx", "prune", "-af"]);
    const done = await engine.docker(["buildx", "build", ...options, folder], { cwd: folder });
    if (done.code === 0 || left === 0 || !/failed to open writer|locked/.test(done.stderr))
      return done;
  }
}

async function forecast(
  engine: Engine,
  folder: string,
  words: readonly string[],
  beside: string,
): Promise<SimulationJson> {
  const options = ["simulate", "--format=json", "--resolve=engine", "--dry-run", ...words];
  const { stdout, stderr } = await run(
    process.execPath,
    [inRepository("dist/cli.mjs"), ...options, folder],
    { cwd: folder, env: { ...engine.env, XDG_STATE_HOME: beside } },
  );
  assert.equal(stderr, "");
  return JSON.parse(stdout) as SimulationJson; // the schema has a test of its own
}

/** Of what is foreseen for certain, what the engine did otherwise. */
function differences(
  steps: SimulationJson["steps"],
  cached: ReadonlyMap<string, boolean>,
): readonly string[] {
  return steps.flatMap(({ text, prediction, cause }) => {
    const isCached = cached.get(text.split("\n")[0] ?? "");
    if (isCached === undefined) return [`the engine has no ${text}`];
    const isLike = prediction === "unknown" || (prediction === "hit") === isCached;
    return isLike ? [] : [`${text}: ${prediction}, ${cause?.message ?? ""}`];
  });
}

/** By the first line of a step, whether the engine took it of its cache. */
function decisionsIn(log: string): ReadonlyMap<string, boolean> {
  const cached = new Set([...log.matchAll(/^#(\d+) CACHED$/gm)].map(([, number]) => number));
  return new Map(
    [...log.matchAll(/^#(\d+) \[[^\]]*\d+\/\d+\] (.+)$/gm)].map(([, number, text = ""]) => [
      text,
      cached.has(number),
    ]),
  );
}

function predictionsOf({ steps }: SimulationJson) {
  return steps.map(({ line, prediction }) => [line, prediction]);
}
