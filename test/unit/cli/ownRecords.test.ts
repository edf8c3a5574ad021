/** Two definitions of one Dockerfile have records of their own, whatever is built between. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

const dockerfile = "FROM alpine\nARG V\nCOPY a /\nRUN make\n";

function compose(...versions: readonly (readonly [name: string, version: string])[]): string {
  const service = ([name, version]: readonly [string, string]) =>
    `  ${name}:\n    build:\n      context: .\n      args: { V: "${version}" }\n`;
  return `services:\n${versions.map(service).join("")}`;
}

function project(t: TestContext) {
  const folder = temporaryFolder(t, {
    ...{ Dockerfile: dockerfile, a: "1" },
    "compose.yaml": compose(["one", "1"], ["two", "2"]),
  });
  const run = async (...words: readonly string[]) => {
    const done = await runCli([...words, "--state", ".state", "--format", "json"], { cwd: folder });
    assert.equal(done.code, 0, done.err.join("\n"));
    return JSON.parse(done.out) as unknown;
  };
  const causes = async (...words: readonly string[]) => {
    const { steps, baseline } = (await run("simulate", ...words)) as SimulationJson; // its schema has a test
    const told = steps.map(({ cause }) => cause?.message ?? null);
    return { kind: baseline.kind, last: told.at(-1) };
  };
  return { folder, run, causes };
}

/** The log of a build of that Dockerfile in which everything ran. */
const log = `#3 [1/3] FROM docker.io/library/alpine
#3 DONE 0.0s

#4 [2/3] COPY a /
#4 DONE 0.1s

#5 [3/3] RUN make
#5 DONE 41.0s
`;

test("what rebuilds is explained against the last build of the same definition", async (t) => {
  const { folder, causes } = project(t);
  await causes("--build", "compose:one");
  await causes("--build", "compose:two");
  assert.deepEqual(await causes("--build", "compose:one"), { kind: "last", last: null });
  await causes("--build", "compose:two");
  writeIn(folder, "Dockerfile", dockerfile.replace("make", "make all"));
  // Against the other definition V would be another one, too.
  assert.match(
    (await causes("--build", "compose:one")).last ?? "",
    /^The instruction itself changed: its command\.$/,
  );
  // What it says itself is no other definition: that is what changed.
  writeIn(folder, "compose.yaml", compose(["one", "7"], ["two", "2"]));
  assert.match((await causes("--build", "compose:one")).last ?? "", /\bV\b/);
});

test("whether what was built is up to date is told of the definition that was built", async (t) => {
  const { folder, run } = project(t);
  writeIn(folder, "build.log", log);
  const stale = async () =>
    ((await run("builds", ".")) as { builds: { id: string; stale: number | null }[] }).builds.map(
      ({ id, stale: since }) => [id, since],
    );
  await run("record", "--import", "build.log", "--same-files", "--build", "compose:one");
  assert.deepEqual(await stale(), [
    ["compose:one", 0],
    ["compose:two", null],
  ]);
  await run("record", "--import", "build.log", "--same-files", "--build", "compose:two");
  assert.deepEqual(await stale(), [
    ["compose:one", 0],
    ["compose:two", 0],
  ]);
  // Its definition changed, and it is the same one all the same.
  writeIn(folder, "compose.yaml", compose(["one", "1"], ["two", "3"]));
  assert.deepEqual(await stale(), [
    ["compose:one", 0],
    ["compose:two", 1],
  ]);
  // The same words on the command line are the same build.
  await run("record", "--import", "build.log", "--same-files", "--build-arg", "V=3", ".");
  assert.deepEqual(await stale(), [
    ["compose:one", 0],
    ["compose:two", 0],
  ]);
});
