/**
 * Keys on a base image that is looked up in a real engine, held against the cache that the same
 * engine exports. Where no engine can be had this says so and passes.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import type { SimulationJson } from "../../server/src/core/documents/simulation.js";
import { importBaseImage } from "../support/engine/baseImage.js";
import type { Engine } from "../support/engine/engine.js";
import { run } from "../support/engine/process.js";
import { inRepository } from "../support/repository.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { type ExportedRecord, readCacheConfig } from "./support/cacheExport.js";
import { thoroughEngine } from "./support/thoroughEngine.js";

const dockerfile = `FROM local/known:1
RUN echo "$A $FROM_BASE"
WORKDIR sub
COPY a.txt .
RUN ls
`;

const config = ["ENV A=1 PATH=/bin:/opt", "USER app", "WORKDIR /srv", "ONBUILD ENV FROM_BASE=2"];

test("with the base looked up in the engine all keys are whole, and stand in its export", async (t) => {
  const engine = await thoroughEngine(t, "containerd");
  if (engine === null) return;
  const folder = temporaryFolder(t, { Dockerfile: dockerfile, "a.txt": "a" });
  await importBaseImage(engine, "local/known:1", "looked up", config);
  const beside = temporaryFolder(t);
  const records = await exported(engine, folder, path.join(beside, "cache"));
  const { stdout, stderr } = await run(
    process.execPath,
    [
      ...[inRepository("dist/cli.mjs"), "simulate", "--resolve", "engine", "--format", "json"],
      ...["--state", path.join(beside, "state"), "--dry-run", "."],
    ],
    { cwd: folder, env: engine.env },
  );
  assert.equal(stderr, "");
  const { steps, image }: SimulationJson = JSON.parse(stdout);
  const keys = steps.flatMap(({ key, text }) => (key === null ? [] : [{ ...key, text }]));
  assert.equal(keys.length, 4);
  const have = new Set(records.map(([digest]) => `sha256:${digest}`));
  for (const { digest, complete, text } of keys) {
    assert.ok(complete, text);
    assert.ok(have.has(digest), `${text}: its record is in the export`);
  }
  assert.deepEqual(image.config.Env, ["A=1", "PATH=/bin:/opt", "FROM_BASE=2"]);
  assert.deepEqual([image.config.User, image.config.WorkingDir], ["app", "/srv/sub"]);
});

/** Debian's engine loses about one build in three to a lock of its own store. */
const tries = 6;

async function exported(
  engine: Engine,
  folder: string,
  target: string,
): Promise<readonly ExportedRecord[]> {
  let last = "";
  for (let left = tries; left > 0; left--) {
    await engine.docker(["builder", "prune", "-af"]);
    const words = ["buildx", "build", "--output", "type=cacheonly"];
    const cache = ["--cache-to", `type=local,mode=max,dest=${target}`];
    const { code, stderr } = await engine.docker([...words, ...cache, folder]);
    if (code === 0) return readCacheConfig(target);
    last = stderr;
  }
  throw new Error(last);
}
