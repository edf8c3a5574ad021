/** Builds for several platforms: one verdict where they are equal, one for each where they are not. */
import assert from "node:assert/strict";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { formatPlatform } from "../../../server/src/core/build/platform.js";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { hostPlatform } from "../../../server/src/host/platform.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { type CliRun, runCli } from "./support/runCli.js";

/** Each platform starts from a stage of its own, and takes what one stage compiles for both. */
const dockerfile = `FROM --platform=$BUILDPLATFORM local/base AS build
COPY main.go ./
ARG TARGETARCH
RUN compile $TARGETARCH
FROM scratch AS base-amd64
COPY bin/amd64 /bin/
FROM scratch AS base-arm64
COPY bin/arm64 /bin/
FROM base-$TARGETARCH
ARG TARGETARCH
COPY bin/$TARGETARCH /opt/
COPY --from=build /app /app
`;

const own = formatPlatform(hostPlatform());
const both = ["--platform", "linux/amd64,linux/arm64"];

function project(t: TestContext, files: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder(t);
  const root = path.join(folder, "project");
  const all = { Dockerfile: dockerfile, "main.go": "m", "bin/amd64": "a", "bin/arm64": "b" };
  for (const [name, text] of Object.entries({ ...all, ...files })) writeIn(root, name, text);
  const run = (...words: readonly string[]): Promise<CliRun> =>
    runCli(["simulate", "--state", path.join(folder, "state"), ...words, "project"], {
      cwd: folder,
    });
  const json = async (...words: readonly string[]): Promise<SimulationJson> => {
    const { out, err } = await run("--format", "json", ...words);
    assert.deepEqual(err, []);
    return JSON.parse(out) as SimulationJson; // the schema test checks it
  };
  return { root, run, json };
}

/** `6 miss: linux/amd64 not needed, linux/arm64 miss`, for each step that a platform runs. */
function verdicts({ steps }: SimulationJson): readonly string[] {
  return steps.flatMap(({ line, prediction, byPlatform = [] }) => {
    if (prediction === null) return [];
    const each = byPlatform.map(
      (one) => `${one.platform} ${one.built ? one.prediction : "not needed"}`,
    );
    return [`${line} ${prediction}${each.length === 0 ? "" : `: ${each.join(", ")}`}`];
  });
}

test("what one platform alone takes rebuilds for it alone; what all take, for all", async (t) => {
  const { root, json } = project(t);
  await json(...both);
  assert.deepEqual(verdicts(await json(...both)), [
    "2 hit",
    "4 hit",
    "6 hit: linux/amd64 hit, linux/arm64 not needed",
    "8 hit: linux/amd64 not needed, linux/arm64 hit",
    "11 hit",
    "12 hit",
  ]);

  writeIn(root, "bin/arm64", "edited");
  const edited = await json("--dry-run", ...both);
  assert.deepEqual(verdicts(edited), [
    "2 hit",
    "4 hit",
    "6 hit: linux/amd64 hit, linux/arm64 not needed",
    "8 miss: linux/amd64 not needed, linux/arm64 miss",
    "11 miss: linux/amd64 hit, linux/arm64 miss",
    "12 miss: linux/amd64 hit, linux/arm64 miss",
  ]);
  assert.deepEqual(edited.steps[10]?.byPlatform?.[1]?.cause?.paths, ["bin/arm64"]);
  assert.deepEqual(edited.summary, { hit: 3, miss: 3, unknown: 0 });

  writeIn(root, "bin/arm64", "b");
  writeIn(root, "main.go", "edited");
  assert.deepEqual(verdicts(await json("--dry-run", ...both)).slice(0, 2), ["2 miss", "4 miss"]);
});

test("each platform is in the cache afterwards, and a stage for the builder's own is shared", async (t) => {
  const { json } = project(t);
  await json(...both);
  for (const platform of ["linux/amd64", "linux/arm64"]) {
    const { summary } = await json("--dry-run", "--platform", platform);
    assert.deepEqual(summary, { hit: 5, miss: 0, unknown: 0 }, platform);
  }
  const other = await json("--dry-run", "--platform", "linux/s390x", "--target", "build");
  assert.deepEqual(
    other.steps.map(({ line, prediction }) => `${line} ${prediction}`).slice(0, 4),
    ["1 null", "2 hit", "3 null", "4 miss"],
    "compiled for another platform, on files that are there",
  );
});

test("the text names the platforms where they differ, and what fails for one of them", async (t) => {
  const { root, run } = project(t);
  await run(...both);
  writeIn(root, "bin/arm64", "edited");
  const { out } = await run("--dry-run", ...both);
  assert.match(
    out,
    /11 {2}rebuilds .*\n +↳ linux\/amd64: cached\n +↳ linux\/arm64: rebuilds: bin\/arm64/,
  );

  const missing = project(t, { Dockerfile: dockerfile.replace("bin/arm64", "bin/none") });
  const failed = await missing.run("--dry-run", ...both);
  assert.equal(failed.code, 1);
  assert.match(failed.out, /error: On linux\/arm64: "bin\/none" is not in the build context/);
});

test("--require-cached counts every platform", async (t) => {
  const { root, run } = project(t);
  await run(...both);
  assert.equal((await run("--dry-run", "--require-cached", ...both)).code, 0);
  writeIn(root, "bin/arm64", "edited");
  const missed = await run("--dry-run", "--require-cached=11", ...both);
  assert.equal(missed.code, 1);
  assert.match(missed.err.join("\n"), /not cached: line 11/);
  const own = await run("--dry-run", "--require-cached=8", ...both);
  assert.match(own.err.join("\n"), /not cached: line 8/, "of a stage that the other one needs not");
  const alone = ["--dry-run", "--require-cached=11", "--platform", "linux/amd64"];
  assert.equal((await run(...alone)).code, 0);
});

const definedBy: Readonly<Record<string, readonly [file: string, text: string]>> = {
  "compose:app": [
    "compose.yaml",
    "services: { app: { build: { context: ., platforms: [linux/amd64, linux/arm64] } } }\n",
  ],
  "bake:app": [
    "docker-bake.hcl",
    'target "app" {\n  context = "."\n  platforms = ["linux/amd64", "linux/arm64"]\n}\n',
  ],
  "workflow:.github/workflows/ci.yaml#b/1": [
    ".github/workflows/ci.yaml",
    "on: push\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: docker/build-push-action@v6\n        with: { context: ., platforms: 'linux/amd64,linux/arm64' }\n",
  ],
};

for (const [id, [file, text]] of Object.entries(definedBy))
  test(`the platforms of ${file} are all forecast, and those of the words stand over them`, async (t) => {
    const { root, json } = project(t, { [file]: text });
    const build = ["--build", id];
    const first = await json(...build);
    assert.deepEqual(first.platforms, ["linux/amd64", "linux/arm64"]);
    writeIn(root, "bin/arm64", "edited");
    const edited = verdicts(await json("--dry-run", ...build));
    assert.ok(edited.includes("11 miss: linux/amd64 hit, linux/arm64 miss"), edited.join("\n"));
    const alone = await json("--dry-run", ...build, "--platform", "linux/amd64");
    assert.deepEqual(alone.platforms, ["linux/amd64"]);
    assert.deepEqual(alone.summary, { hit: 5, miss: 0, unknown: 0 });
  });

test("what is wrong with a cache is said once, however many platforms look for theirs", async (t) => {
  const { root, run } = project(t);
  writeIn(root, "cache/index.json", '{"schemaVersion":2,"manifests":[]}');
  const cache = `cache:${path.join(root, "cache")}`;
  const { err } = await run("--dry-run", "--against", cache, ...both);
  assert.equal(err.length, new Set(err).size);
  assert.match(err.join("\n"), /is no exported cache|no cache/);
});

test("the builder's own platform is this machine's, whatever is built", async (t) => {
  const text = "FROM scratch\nARG BUILDPLATFORM\nCOPY $BUILDPLATFORM /\n";
  const { json } = project(t, { Dockerfile: text, [own]: "mine" });
  const { findings } = await json("--dry-run", "--platform", "linux/s390x");
  assert.deepEqual(findings, []);
});

test("of very many platforms the first ones are looked at, and that is said", async (t) => {
  const { run } = project(t, { Dockerfile: "FROM scratch\nCOPY main.go /\n" });
  const many = Array.from({ length: 1_000 }, (_, n) => `linux/p${n}`);
  const { out, err, code } = await run("--format", "json", "--platform", many.join(","));
  assert.equal(code, 0);
  assert.deepEqual(err, ["stratacast: of 1000 platforms the first 16 are looked at"]);
  const { platforms } = JSON.parse(out) as SimulationJson; // the schema test checks it
  assert.deepEqual(platforms, many.slice(0, 16));
});
