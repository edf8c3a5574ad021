/** `--resolve registry`: what is known of base images, and what is asked for it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { startRegistry, type TestRegistry } from "../../support/registryServer.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { type CliRun, runCli } from "./support/runCli.js";

interface Simulated extends CliRun {
  readonly json: SimulationJson;
}

interface Place {
  readonly folder: string;
  readonly registry: TestRegistry;
  simulate(...words: readonly string[]): Promise<Simulated>;
}

async function placeOf(t: TestContext, below: string): Promise<Place> {
  const registry = await startRegistry(t);
  const folder = temporaryFolder(t, {
    Dockerfile: `FROM ${registry.host}/app:1\n${below}`,
    "a.txt": "a",
  });
  return {
    folder,
    registry,
    async simulate(...words) {
      registry.asked.length = 0;
      const own = ["--state", "state", "--platform", "linux/amd64", "--format", "json"];
      const run = await runCli(["simulate", ...own, ...words, "."], { cwd: folder });
      return { ...run, json: JSON.parse(run.out) as SimulationJson }; // the schema test checks it
    },
  };
}

const look = ["--resolve", "registry"];

function stepOf({ json }: Simulated, instruction: string) {
  return json.steps.find((step) => step.instruction === instruction) ?? assert.fail(instruction);
}

test("nobody is asked unless it is said", async (t) => {
  const { registry, simulate } = await placeOf(t, "RUN make\nCOPY --from=alpine /a /a\n");
  registry.image({ Env: ["A=1"] }, "1");
  for (const words of [[], ["--resolve", "off"]]) {
    const { json, err } = await simulate(...words);
    assert.deepEqual(registry.asked, [], "no connection");
    assert.deepEqual(err, []);
    assert.equal(json.steps.find(({ key }) => key !== null)?.key?.complete, false);
  }
});

test("what a base image sets is in the config, its triggers run, and the keys are whole", async (t) => {
  const place = await placeOf(t, 'RUN make\nWORKDIR app\nCMD ["x"]\n');
  const { registry, simulate } = place;
  registry.image(
    {
      ...{
        Env: ["PATH=/opt/bin", "LANG=C"],
        User: "app",
        WorkingDir: "/srv",
        Entrypoint: ["/init"],
      },
      ...{ Cmd: ["old"], Labels: { of: "base" }, Volumes: { "/data": {} } },
      ...{
        ExposedPorts: { "80/tcp": {} },
        OnBuild: ["ENV FROM_BASE=1"],
        Shell: ["/bin/ash", "-c"],
      },
    },
    "1",
  );
  const run = await simulate(...look);
  assert.deepEqual(run.err, []);
  const { config } = run.json.image;
  assert.deepEqual(config.Env, ["PATH=/opt/bin", "LANG=C", "FROM_BASE=1"]);
  assert.deepEqual(
    [config.User, config.WorkingDir, config.Entrypoint],
    ["app", "/srv/app", ["/init"]],
  );
  assert.deepEqual(
    [config.Cmd, config.Labels, config.Volumes],
    [["x"], { of: "base" }, { "/data": {} }],
  );
  assert.equal(stepOf(run, "ENV").trigger, true);
  assert.ok(
    run.json.steps.every(({ key }) => key === null || key.complete),
    "whole keys",
  );
  const again = await simulate(...look);
  assert.equal(again.json.summary.miss + again.json.summary.unknown, 0, "all cached");
  assert.deepEqual(
    registry.asked.map(({ method }) => method),
    ["HEAD"],
    "what its digest says is kept",
  );
  const plan = await runCli(["run", ...look, "--format", "json", "."], {
    cwd: place.folder,
    env: { XDG_STATE_HOME: place.folder },
  });
  assert.match(plan.out, /"\/init"/);
});

test("a build that pulls takes what the registry has, whatever the engine holds", async (t) => {
  const { registry, simulate } = await placeOf(t, "RUN make\n");
  registry.image({ Env: ["A=1"] }, "1");
  const { json, err } = await simulate("--resolve", "engine", "--pull");
  assert.deepEqual(err, []);
  assert.ok(json.image.config.Env.includes("A=1"));
  assert.ok(registry.asked.length > 0);
});

test("a tag that moved is the cause, with both digests", async (t) => {
  const { registry, simulate } = await placeOf(t, "COPY a.txt /\nRUN make\n");
  const before = registry.image({ Env: ["A=1"], User: "old" }, "1");
  await simulate(...look);
  const now = registry.image({ Env: ["A=1"], User: "new" }, "1");
  const { cause, prediction } = stepOf(await simulate(...look), "COPY");
  assert.equal(prediction, "miss");
  assert.equal(cause?.code, "base-changed");
  for (const digest of [before, now]) assert.ok(cause?.message.includes(digest.slice(0, 19)));
  assert.ok(cause?.message.startsWith(`${registry.host}/app:1 leads to another image`));
});

test("where nobody can be reached, what was found out last counts, and that is told", async (t) => {
  const { registry, simulate } = await placeOf(t, "RUN make\n");
  registry.image({ Env: ["A=1"] }, "1");
  await simulate(...look);
  registry.instead = (_, response) => {
    response.writeHead(503).end();
    return true;
  };
  const { json, err } = await simulate(...look);
  assert.deepEqual(json.image.config.Env.includes("A=1"), true);
  assert.equal(json.summary.hit, 1);
  assert.match(err.join("\n"), /cannot be asked for now: it is taken as it was at 20/);
});

test("an image that is not there is told, and counts as one of which nothing is known", async (t) => {
  const { registry, simulate } = await placeOf(t, "RUN make\n");
  const run = await simulate(...look);
  assert.deepEqual(run.err, [
    `stratacast: ${registry.host}/app:1 is not known: ${registry.host} has no app of that name`,
  ]);
  assert.equal(stepOf(run, "RUN").key?.complete, false);
});

test("a build is not compared with one of which another part was known", async (t) => {
  const { registry, simulate } = await placeOf(t, "RUN make\n");
  registry.image({ Env: ["A=1"] }, "1");
  await simulate();
  const first = await simulate(...look);
  assert.equal(first.json.baseline.label, "no earlier build");
  assert.equal(stepOf(first, "RUN").cause?.code, "never-built", "not: the base image changed");
  assert.equal(stepOf(await simulate(...look), "RUN").prediction, "hit");
  assert.equal((await simulate()).json.baseline.label, "no earlier build");
});

test("wrong words are told in one line", async (t) => {
  const { folder } = await placeOf(t, "");
  for (const [words, told] of [
    [["--resolve", "hub"], /^stratacast simulate: --resolve hub: choose one of off, registry/],
    [["--registry-mirror", "=x"], /^stratacast simulate: --registry-mirror "=x": a host/],
  ] as const) {
    const { code, err } = await runCli(["simulate", ...words, "."], { cwd: folder });
    assert.equal(code, 2);
    assert.match(err.join("\n"), told);
  }
});
