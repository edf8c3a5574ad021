/**
 * Builds for two platforms, held against a real engine: each step is forecast for each platform as the
 * builder decides it. Where no engine can be had this says so and passes.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import type { SimulationJson } from "../../server/src/core/documents/simulation.js";
import { importBaseImage } from "../support/engine/baseImage.js";
import { run } from "../support/engine/process.js";
import { inRepository } from "../support/repository.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { thoroughEngine } from "./support/thoroughEngine.js";

/** Nothing runs for a foreign platform: those stages are of files alone. */
const dockerfile = `FROM --platform=$BUILDPLATFORM local/base AS build
COPY common.txt /src/
RUN echo common > /out
ARG TARGETARCH
RUN echo $TARGETARCH > /arch
FROM scratch AS base-amd64
COPY bin/amd64 /bin/
FROM scratch AS base-arm64
COPY bin/arm64 /bin/
FROM base-$TARGETARCH
ARG TARGETARCH
ARG BUILDPLATFORM
ENV BUILT_ON=$BUILDPLATFORM
WORKDIR /srv
COPY common.txt ./
COPY bin/$TARGETARCH /opt/
COPY --from=build /arch /arch
`;

/** What is edited before each round; the first one builds all. */
const rounds: readonly (readonly [what: string, file: string, text: string])[] = [
  ["the first build", "common.txt", "1\n"],
  ["nothing", "common.txt", "1\n"],
  ["what one platform takes", "bin/arm64", "other\n"],
  ["what the other one takes", "bin/amd64", "other\n"],
  ["what both take", "common.txt", "other\n"],
  ["a line of the shared stage", "Dockerfile", dockerfile.replace("echo common", "echo shared")],
  [
    "a line for one of them",
    "Dockerfile",
    dockerfile.replace("COPY bin/arm64", "COPY ./bin/arm64"),
  ],
  ["a line of the image", "Dockerfile", dockerfile.replace("WORKDIR /srv", "WORKDIR /app")],
];

interface RecordJson {
  readonly platforms: readonly string[];
  readonly steps: readonly { readonly outcome: string | null }[];
  readonly forecast: { right: number; open: number; wrong: readonly unknown[] };
}

test("each platform of a build is forecast as an engine decides", async (t) => {
  const engine = await thoroughEngine(t, "containerd");
  if (engine === null) return;
  await importBaseImage(engine, "local/base", "platforms");
  const folder = temporaryFolder(t, {
    ...{ Dockerfile: dockerfile, "common.txt": "1\n", "bin/amd64": "1\n", "bin/arm64": "1\n" },
  });
  const state = path.join(temporaryFolder(t), "state");
  const log = path.join(temporaryFolder(t), "log");
  const cli = async (...words: readonly string[]): Promise<unknown> => {
    const all = [...words, "--state", state, ...platforms, "--format", "json", "."];
    const { stdout, stderr } = await run(process.execPath, [inRepository("dist/cli.mjs"), ...all], {
      cwd: folder,
      env: engine.env,
    });
    assert.equal(stderr, "");
    return JSON.parse(stdout);
  };
  const platforms = ["--platform", "linux/amd64,linux/arm64"];
  let right = 0;
  for (const [what, file, text] of rounds) {
    writeIn(folder, file, text);
    const { steps } = (await cli("simulate", "--against", "recorded")) as SimulationJson;
    const build = ["build", "--progress", "rawjson", ...platforms, "."];
    const made = await run("docker", build, { cwd: folder, env: engine.env });
    assert.equal(made.code, 0, made.stderr);
    writeIn(path.dirname(log), path.basename(log), made.stderr);
    const json = (await cli("record", "--import", log, "--same-files")) as RecordJson;
    assert.deepEqual(json.platforms, ["linux/amd64", "linux/arm64"], what);
    assert.ok(
      json.steps.every(({ outcome }) => outcome !== null),
      `${what}: the log tells of all`,
    );
    assert.deepEqual(json.forecast.wrong, [], `${what}: ${JSON.stringify(steps)}`);
    right += json.forecast.right;
  }
  assert.ok(right > 50, `${right} steps`);

  // Of a cache that both have exported each finds its own.
  const cache = path.join(temporaryFolder(t), "cache");
  const exporting = ["--cache-to", `type=local,mode=max,dest=${cache}`, ...platforms, "."];
  const exported = await run("docker", ["build", ...exporting], { cwd: folder, env: engine.env });
  assert.equal(exported.code, 0, exported.stderr);
  const against = ["simulate", "--dry-run", "--against", `cache:${cache}`, "--resolve", "engine"];
  const whole = (await cli(...against)) as SimulationJson;
  assert.deepEqual(whole.platforms, ["linux/amd64", "linux/arm64"]);
  assert.deepEqual(whole.summary, { hit: 9, miss: 0, unknown: 0 }, JSON.stringify(whole.steps));
  writeIn(folder, "bin/arm64", "edited\n");
  const edited = (await cli(...against)) as SimulationJson;
  const missed = edited.steps.flatMap(({ line, byPlatform = [] }) =>
    byPlatform.flatMap((one) => (one.prediction === "miss" ? `${line} ${one.platform}` : [])),
  );
  assert.ok(missed.length > 1 && missed.every((one) => one.endsWith("linux/arm64")), missed.join());
});
