/**
 * What the docker command itself says: which flags its build has, and whether it takes our plugin. The
 * client of the system is asked where there is one, the newest of Debian's in a thorough run.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { buildFlags } from "../../server/src/cli/buildArguments.js";
import type { Flags } from "../../server/src/cli/flags.js";
import { EngineUnavailable, ensureEngineFiles } from "../support/engine/files.js";
import { type Finished, run } from "../support/engine/process.js";
import { inRepository, repositoryRoot } from "../support/repository.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { isThorough } from "../support/thorough.js";

interface Client {
  docker(words: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>;
  /** False: it has no buildx. */
  readonly hasBuildKit: boolean;
}

/** null: the test is left out, and says so. */
async function findClient(t: TestContext): Promise<Client | null> {
  const files = isThorough
    ? await ensureEngineFiles(path.join(repositoryRoot, ".cache/engine")).catch(
        (error: unknown) => {
          if (error instanceof EngineUnavailable) return null;
          throw error;
        },
      )
    : null;
  const own = [...(files?.path ?? []), process.env["PATH"]].join(path.delimiter);
  const client: Client = {
    hasBuildKit: files !== null,
    docker: (words, env = {}) =>
      run("docker", words, {
        env: {
          PATH: own,
          ...(files === null ? {} : { DOCKER_CONFIG: files.dockerConfig }),
          ...env,
        },
      }),
  };
  const isThere = await client.docker(["--version"]).then(
    ({ code }) => code === 0,
    () => false,
  );
  if (isThere) return client;
  t.skip("left out: there is no docker command");
  return null;
}

test("every flag of docker build is taken, with the same letter and a value where it has one", async (t) => {
  const client = await findClient(t);
  if (client === null) return;
  const builders = { "1": client.hasBuildKit, "0": true };
  for (const [DOCKER_BUILDKIT, isThere] of Object.entries(builders)) {
    if (!isThere) continue;
    const told: string = (await client.docker(["build", "--help"], { DOCKER_BUILDKIT })).stdout;
    const rows = [...told.matchAll(/^ +(?:-(\w), )? *--([\w-]+)(?: (\w+))?(?: {2,}|$)/gm)];
    assert.ok(rows.length > 20, told);
    const flags: Flags = buildFlags;
    const ours = ([, , name = ""]: RegExpMatchArray) => {
      const flag = flags[name];
      return flag && [flag.short, name, flag.value !== undefined];
    };
    assert.deepEqual(
      rows.map(ours),
      rows.map(([, short, name, value]) => [short, name, value !== undefined]),
    );
  }
});

test("docker stratacast is the command line, until it is removed", async (t) => {
  const client = await findClient(t);
  if (client === null) return;
  const DOCKER_CONFIG = temporaryFolder(t);
  const folder = temporaryFolder(t, { Dockerfile: "FROM scratch\nCOPY a /\n", a: "" });
  const state = ["--state", path.join(folder, "state")];
  const plugin = (...words: readonly string[]) =>
    run(process.execPath, [inRepository("dist/cli.mjs"), "plugin", ...words], {
      env: { ...process.env, DOCKER_CONFIG },
    });
  const docker = (...words: readonly string[]) => client.docker(words, { DOCKER_CONFIG });

  assert.match((await plugin("remove")).stderr, /there is no plugin of ours/);
  assert.match((await plugin("install")).stdout, /^docker stratacast is there now: /);
  assert.match((await docker("--help")).stdout, /stratacast\* +What a Dockerfile does/);
  const told = await docker("stratacast", "simulate", "--color=never", ...state, folder);
  assert.match(told.stdout, /^1 step to build/m, told.stderr);
  const other = ["--context", "default", "-D", "stratacast", "simulate", ...state, folder];
  assert.match((await docker(...other)).stdout, /^The only step is cached\.$/m);
  assert.match((await docker("help", "stratacast")).stdout, /^stratacast COMMAND \[options\]/);
  const wrong = await docker("stratacast", "simulate", "--targt", "x");
  assert.deepEqual(
    [wrong.code, wrong.stderr],
    [2, "stratacast simulate: there is no --targt; did you mean --target?\n"],
  );

  assert.equal((await plugin("install")).code, 0);
  assert.match((await plugin("remove")).stdout, /^docker stratacast is gone: /);
  assert.notEqual((await docker("stratacast", "simulate", folder)).code, 0);
});

test("another plugin, and what cannot be written, are left alone and said", async (t) => {
  const DOCKER_CONFIG = temporaryFolder(t, { "cli-plugins/docker-stratacast": "#!/bin/sh\n" });
  const plugin = (env: Readonly<Record<string, string>>, ...words: readonly string[]) =>
    run(process.execPath, [inRepository("dist/cli.mjs"), "plugin", ...words], {
      env: { ...process.env, ...env },
    });
  for (const word of ["install", "remove"]) {
    const { code, stderr } = await plugin({ DOCKER_CONFIG }, word);
    assert.equal(code, 2);
    assert.match(stderr, /docker-stratacast: (?:is another plugin|there is no plugin of ours)$/m);
  }
  const inTheWay = path.join(temporaryFolder(t, { file: "" }), "file");
  const { code, stderr } = await plugin({ DOCKER_CONFIG: inTheWay }, "install");
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^stratacast plugin: \S+docker-stratacast: /);
});
