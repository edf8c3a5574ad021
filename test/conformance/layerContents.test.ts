/**
 * The files in the layers of images that a real engine built: from its own answer, its archive, and what
 * BuildKit exports plain, by gzip and by zstd. Where no engine can be had this says so and passes.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import type { CompareJson } from "../../server/src/core/documents/imageComparison.js";
import { importBaseImage } from "../support/engine/baseImage.js";
import { run } from "../support/engine/process.js";
import { inRepository } from "../support/repository.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { thoroughEngine } from "./support/thoroughEngine.js";

const dockerfile = `FROM local/known:1
COPY a.txt b.txt /app/
COPY a.txt /kept/sub/
RUN chmod 600 /app/a.txt && rm /app/b.txt && ln /app/a.txt /app/hard && ln -s a.txt /app/soft
RUN rm -rf /app && mkdir /app && echo new > /app/a.txt && echo more >> /kept/sub/a.txt
RUN rm -rf /kept && mkfifo /app/pipe && echo "a b" > "/app/a b"
WORKDIR /app
`;

test("layers of real images are read as they were built, however they are kept", async (t) => {
  const engine = await thoroughEngine(t, "containerd");
  if (engine === null) return;
  const files = { Dockerfile: dockerfile, "a.txt": "12345", "b.txt": "1234567" };
  const folder = temporaryFolder(t, files);
  const beside = temporaryFolder(t);
  const docker = async (...words: readonly string[]): Promise<string> => {
    const done = await engine.docker(words);
    assert.equal(done.code, 0, done.stderr);
    return done.stdout;
  };
  await importBaseImage(engine, "local/known:1", "contents", ["ENV PATH=/bin"]);
  await docker("build", "-t", "app:1", folder);
  await docker("save", "-o", path.join(beside, "saved.tar"), "app:1");
  for (const packed of ["uncompressed", "gzip", "zstd"]) {
    const into = `type=oci,dest=${path.join(beside, `${packed}.tar`)}`;
    const how = `compression=${packed},force-compression=true`;
    await docker("buildx", "build", "--output", `${into},${how}`, folder);
  }
  const contents = async (image: string) => {
    const words = ["compare", "--contents", "--format", "json", "--resolve", "engine", image];
    const program = inRepository("dist/cli.mjs");
    const { stdout, stderr } = await run(process.execPath, [program, ...words], {
      cwd: folder,
      env: { ...engine.env, XDG_STATE_HOME: beside },
    });
    assert.equal(stderr, "");
    const told = JSON.parse(stdout) as CompareJson; // the schema has a test of its own
    return told.contents ?? assert.fail("contents");
  };
  const own = await contents("engine:app:1");
  const changes = own.layers
    .filter(({ base }) => !base)
    .map((layer) => [
      layer.line,
      layer.changes.map(({ change, path: file, bytes }) => `${change} ${file} ${bytes}`),
    ]);
  assert.deepEqual(changes, [
    [2, ["added app 0", "added app/a.txt 5", "added app/b.txt 7"]],
    [3, ["added kept 0", "added kept/sub 0", "added kept/sub/a.txt 5"]],
    [
      4,
      ["changed app/a.txt 5", "removed app/b.txt 7", "added app/hard 0", "added app/soft 0"].sort(
        (a, b) => ((a.split(" ")[1] ?? "") < (b.split(" ")[1] ?? "") ? -1 : 1),
      ),
    ],
    [
      5,
      [
        "changed app/a.txt 4",
        "removed app/hard 5",
        "removed app/soft 0",
        "changed kept/sub/a.txt 10",
      ],
    ],
    [6, ["added app/a b 4", "added app/pipe 0", "removed kept 10"]],
    [7, []],
  ]);
  assert.deepEqual(own.wasted, { own: 5 + 7 + 5 + 5 + 10, base: 0 });
  for (const name of ["saved", "uncompressed", "gzip", "zstd"])
    assert.deepEqual(await contents(path.join(beside, `${name}.tar`)), own, name);
});
