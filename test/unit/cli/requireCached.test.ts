/** `--require-cached`: the exit code for steps that have to be cached. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

const files = {
  Dockerfile: `FROM app AS deps
COPY lock /
RUN npm ci --no-audit
FROM app
COPY --from=deps /modules /modules
COPY src /src
RUN npm run build
`,
  lock: "1",
  "src/a": "1",
};

test("steps that have to be cached and are not end with 1, by name", async (t) => {
  const folder = temporaryFolder(t, files);
  const simulate = (...words: readonly string[]) =>
    runCli(["simulate", "--state=state", ...words, "."], { cwd: folder });
  const code = async (...words: readonly string[]) => (await simulate("--dry-run", ...words)).code;
  assert.equal(await code("--require-cached"), 1, "nothing was built");
  await simulate();
  assert.equal(await code("--require-cached"), 0);
  writeIn(folder, "src/a", "2");
  assert.equal(await code(), 0);
  for (const cached of ["deps", "DEPS", "3", "RUN npm ci", "RUN *--no-audit"])
    assert.equal(await code(`--require-cached=${cached}`), 0, cached);
  for (const not of ["6", "7", "RUN npm", "RUN npm*build", "COPY"])
    assert.equal(await code(`--require-cached=${not}`), 1, not);
  assert.equal(await code("--require-cached=deps", "--require-cached=7"), 1);
  const all = await simulate("--dry-run", "--require-cached");
  assert.equal(all.code, 1);
  assert.deepEqual(all.err, [
    "stratacast simulate: not cached: line 6 COPY src /src, line 7 RUN npm run build",
  ]);
  const never = await simulate("--dry-run", "--require-cached", "--fail-on=never");
  assert.equal(never.code, 1);
});

test("what names no step is bad use, and what may be cached is not", async (t) => {
  const folder = temporaryFolder(t, files);
  const simulate = (...words: readonly string[]) =>
    runCli(["simulate", "--state=state", ...words, "."], { cwd: folder });
  const run = await simulate("--dry-run", "--require-cached=dep");
  assert.equal(run.code, 2);
  assert.match(run.err.join(), /--require-cached=dep: no step of this build is called that/);
  assert.equal(run.out, "");
  await simulate();
  writeIn(folder, "lock", "2");
  // The files of the stage may come out equal.
  assert.equal((await simulate("--dry-run", "--require-cached=5")).code, 1);
});
