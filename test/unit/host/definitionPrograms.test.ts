/**
 * Docker's own programs, asked for what definition files say: what is started, with what around it, and
 * what never is. `docker` is a script here that notes how it is called; the real ones are asked in a
 * thorough run of the conformance tests.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { runProgram } from "../../../server/src/host/askProgram.js";
import { openDefinitionPrograms } from "../../../server/src/host/definitionPrograms.js";
import { type DockerAnswers, type NotedDocker, notedDocker } from "../../support/notedDocker.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { runCli } from "../cli/support/runCli.js";

const posixOnly = process.platform === "win32" ? { skip: "docker is a shell script here" } : {};

const bake = `variable "V" { default = "1" }
target "app" {
  args = { V = V }
}
`;
const compose = "services:\n  web:\n    build: .\n";

const bakeAnswers: DockerAnswers = {
  list: '[{"name":"app"},{"name":"all","group":true}]',
  print: '{"target":{"app":{"context":"sub","dockerfile":"Dockerfile","args":{"V":"told"}}}}',
};

async function listed(
  cwd: string,
  { bin, home }: NotedDocker,
  { words = ["--ask-docker"], env = {} }: { words?: string[]; env?: Record<string, string> } = {},
): Promise<string> {
  const run = await runCli(["builds", "--format", "json", ...words], {
    cwd,
    env: { PATH: bin, HOME: home, ...env },
  });
  assert.equal(run.code, 0, run.err.join("\n"));
  return run.out;
}

test(
  "docker evaluates a Bake file where that is asked for, and only there",
  posixOnly,
  async (t) => {
    const files = { "docker-bake.hcl": bake, Dockerfile: "FROM a\n", "sub/Dockerfile": "FROM b\n" };
    const folder = temporaryFolder(t, files);
    const docker = notedDocker(t, bakeAnswers);
    const without = await listed(folder, docker, { words: [] });
    assert.deepEqual(docker.calls(), []);
    assert.match(without, /"V": "1"/);
    const out = await listed(folder, docker);
    assert.match(out, /"dockerfile": "sub\/Dockerfile",\n\s*"context": "sub"/);
    assert.match(out, /"V": "told"[\s\S]*"evaluatedBy": "docker"/);
    const file = path.join(folder, "docker-bake.hcl");
    assert.deepEqual(docker.calls(), [
      `buildx bake --file ${file} --list=type=targets,format=json`,
      `buildx bake --file ${file} --print app`,
    ]);
  },
);

test(
  "what is started sees no variable of the user's, no engine and no network",
  posixOnly,
  async (t) => {
    const docker = notedDocker(t, { build: '{"target":{"web":{"context":"."}}}' });
    const folder = temporaryFolder(t, { "compose.yaml": compose, Dockerfile: "FROM a\n" });
    const env = {
      ...{ TOKEN: "s3cret", COMPOSE_FILE: "other.yaml", DOCKER_HOST: "ssh://host" },
      ...{ COMPOSE_EXPERIMENTAL_GIT_REMOTE: "true", COMPOSE_EXPERIMENTAL_OCI_REMOTE: "true" },
      LD_PRELOAD: "/tmp/planted.so",
    };
    await listed(folder, docker, { env });
    const seen = docker.env();
    assert.doesNotMatch(seen, /s3cret|other\.yaml|ssh:|planted/);
    assert.match(seen, /^COMPOSE_EXPERIMENTAL_GIT_REMOTE=false$/m);
    assert.match(seen, /^COMPOSE_EXPERIMENTAL_OCI_REMOTE=false$/m);
    assert.match(seen, /^DOCKER_HOST=unix:\/\/\/dev\/null\/none$/m);
  },
);

test("a planted docker or plugin is never started", posixOnly, async (t) => {
  const folder = temporaryFolder(t, { "docker-bake.hcl": bake, Dockerfile: "FROM a\n" });
  const sung = path.join(temporaryFolder(t), "sung");
  for (const name of ["docker", "docker-compose", "ssh", ".docker/cli-plugins/docker-buildx"]) {
    chmodSync(writeIn(folder, name, `#!/bin/sh\ntouch '${sung}'\n`), 0o755);
  }
  const docker = notedDocker(t, bakeAnswers);
  const linked = temporaryFolder(t);
  symlinkSync(path.join(folder, "docker"), path.join(linked, "docker"));
  const PATH = [folder, ".", "", linked, docker.bin].join(path.delimiter);
  assert.match(await listed(folder, docker, { env: { PATH } }), /"evaluatedBy": "docker"/);
  assert.equal(existsSync(sung), false);
  const asked = docker.calls().length;
  // Its plugins would come from the workspace, so that it is not asked at all.
  const planted = [{ DOCKER_CONFIG: path.join(folder, ".docker") }, { HOME: folder }];
  for (const env of [...planted, { DOCKER_CONFIG: ".docker" }])
    assert.doesNotMatch(await listed(folder, docker, { env }), /"evaluatedBy": "docker"/);
  mkdirSync(path.join(docker.home, ".docker/cli-plugins"), { recursive: true });
  symlinkSync(
    path.join(folder, ".docker/cli-plugins/docker-buildx"),
    path.join(docker.home, ".docker/cli-plugins/docker-buildx"),
  );
  assert.doesNotMatch(await listed(folder, docker), /"evaluatedBy": "docker"/);
  const extra = temporaryFolder(t, {
    "config.json": JSON.stringify({ cliPluginsExtraDirs: [path.join(folder, ".docker")] }),
  });
  const env = { DOCKER_CONFIG: extra };
  assert.doesNotMatch(await listed(folder, docker, { env }), /"evaluatedBy": "docker"/);
  assert.equal(docker.calls().length, asked);
  assert.equal(existsSync(sung), false);
});

const bomb = [
  "a0: &a0 [x, x, x, x, x, x, x, x, x, x]",
  ...Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(10)}]`),
];

/** What a program would hang or choke on, or leave the workspace by, in or beside a Compose file. */
const refused: Readonly<Record<string, string>> = {
  "an alias bomb": [...bomb, "x: *a9", compose].join("\n"),
  "an include that is a pipe": `include: [pipe]\n${compose}`,
  "an include that is endless": `include: [endless]\n${compose}`,
  "an include at an address": `include: ["https://127.0.0.1:1/a.git"]\n${compose}`,
  "an include outside of the workspace": `include: [../compose.yaml]\n${compose}`,
  "an include that a variable names": `include: ["\${A:-endless}"]\n${compose}`,
  "a file of variables that is a pipe": `${compose}    env_file: pipe\n`,
  "a file of variables that is endless": `${compose}    env_file: [{ path: endless }]\n`,
  "labels that are a pipe": `${compose}    label_file: [pipe]\n`,
};

for (const [what, text] of Object.entries(refused)) {
  test(`nobody is asked about ${what}`, posixOnly, async (t) => {
    const folder = temporaryFolder(t, { "compose.yaml": text, Dockerfile: "FROM a\n" });
    execFileSync("mkfifo", [path.join(folder, "pipe")]);
    symlinkSync("/dev/zero", path.join(folder, "endless"));
    const docker = notedDocker(t, { build: '{"target":{"web":{"context":"."}}}' });
    assert.doesNotMatch(await listed(folder, docker), /"evaluatedBy": "docker"/);
    assert.deepEqual(docker.calls(), []);
  });
}

test("a .env that is a pipe ends the asking, one that is a file does not", posixOnly, async (t) => {
  const docker = notedDocker(t, { build: '{"target":{"web":{"context":"."}}}' });
  const folder = temporaryFolder(t, { "compose.yaml": compose, Dockerfile: "FROM a\n" });
  execFileSync("mkfifo", [path.join(folder, ".env")]);
  assert.doesNotMatch(await listed(folder, docker), /"evaluatedBy": "docker"/);
  const other = temporaryFolder(t, { "compose.yaml": compose, ".env": "A=1\n", Dockerfile: "" });
  assert.match(await listed(other, docker), /"evaluatedBy": "docker"/);
});

test(
  "of a Compose that cannot print, the values of variables are dropped at once",
  posixOnly,
  async (t) => {
    const docker = notedDocker(t, {
      config: `{"services":{"web":{"environment":{"TOKEN":"s3cret"},"build":{"context":"/srv","args":{"D":"a$$b"}},"image":"web:2"},"db":{"environment":{"T":"s3cret"}}}}`,
    });
    const folder = temporaryFolder(t, { "compose.yaml": compose, Dockerfile: "FROM a\n" });
    const programs = openDefinitionPrograms({
      ...{ env: { PATH: docker.bin, HOME: docker.home }, mayAsk: () => true },
      untrusted: () => [folder],
    });
    const file = path.join(folder, "compose.yaml");
    const ask = { kind: "compose", folder, files: [file], reads: [file], besides: [] } as const;
    const asked = { ask, texts: [compose] };
    assert.equal(programs.known(asked), undefined);
    assert.equal(await programs.find(folder, [asked, asked]), true);
    assert.equal(docker.calls().length, 2);
    const printed = programs.known(asked);
    assert.equal(printed?.kind, "services");
    assert.match(printed?.text ?? "", /"context":"\/srv"/);
    assert.doesNotMatch(printed?.text ?? "", /s3cret|TOKEN/);
    // A dollar is doubled in what it prints.
    assert.match(await listed(folder, docker), /"D": "a\$b"/);
    // Another text is another question.
    assert.equal(programs.known({ ask, texts: ["other"] }), undefined);
  },
);

test("what docker refuses is read by our own reader", posixOnly, async (t) => {
  const docker = notedDocker(t, { list: "no JSON" });
  const folder = temporaryFolder(t, { "docker-bake.hcl": bake, Dockerfile: "FROM a\n" });
  const out = await listed(folder, docker);
  assert.equal(docker.calls().length, 1);
  assert.match(out, /"V": "1"[\s\S]*"evaluatedBy": null/);
});

interface ListedJson {
  readonly builds: readonly unknown[];
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

/** What a program says that refuses, by what is told of it. */
const refusals: Readonly<Record<string, string>> = {
  "the variable TAG has no value":
    "error while interpolating services.web.image: required variable TAG is missing a value: s3cret",
  "the file api.env is not there":
    "env file FOLDER/api.env not found: stat FOLDER/api.env: no such",
  '"docker compose build --print" says why':
    'failed to read FOLDER/api.env: line 1: unexpected character in variable name "TOKEN=s3cret"',
};

for (const [words, err] of Object.entries(refusals)) {
  test(`what docker refuses is said, but no value: ${words}`, posixOnly, async (t) => {
    const folder = temporaryFolder(t, { "compose.yaml": compose, Dockerfile: "FROM a\n" });
    const docker = notedDocker(t, { err: err.replaceAll("FOLDER", folder) });
    const out = JSON.parse(await listed(folder, docker)) as ListedJson;
    assert.deepEqual(
      out.problems.map(({ code, message }) => [code, message]),
      [
        [
          "definition-refused",
          `Docker does not take compose.yaml: ${words}. It is read here all the same, as far as that goes.`,
        ],
      ],
    );
    assert.equal(out.builds.length, 1);
    assert.equal(docker.calls().length, 1);
  });
}

test("no name of a target becomes an option of docker", posixOnly, async (t) => {
  const names = ["--push", "--metadata-file", "https://example.org/x.git", "app", "-f"];
  const list = JSON.stringify(names.map((name) => ({ name })));
  const docker = notedDocker(t, { ...bakeAnswers, list });
  const folder = temporaryFolder(t, { "docker-bake.hcl": bake, Dockerfile: "FROM a\n" });
  await listed(folder, docker);
  const file = path.join(folder, "docker-bake.hcl");
  assert.equal(docker.calls().at(-1), `buildx bake --file ${file} --print app`);
});

/** Each starts a child that holds its pipes, and notes its process id. */
const slowPrograms: Readonly<Record<string, string>> = {
  "a program that takes too long ends in time, with all that it started":
    "/bin/sleep 60 &\necho $! $$ >PIDS\nwait\n",
  "what a program started ends in time, though the program ended before it":
    "/bin/sleep 60 &\necho $! >PIDS\nexit 0\n",
};

for (const [name, lines] of Object.entries(slowPrograms)) {
  test(name, posixOnly, async (t) => {
    const home = temporaryFolder(t);
    const pids = path.join(home, "pids");
    const script = `#!/bin/sh\n${lines.replace("PIDS", `'${pids}'`)}`;
    chmodSync(writeIn(home, "docker", script), 0o755);
    const question = { words: [], timeout: 500, maxAnswer: 100, maxMemory: 4_000_000_000 };
    const asking = { env: { PATH: home }, untrusted: [] };
    assert.equal(await runProgram("docker", question, asking), null);
    const started = readFileSync(pids, "utf8").trim().split(" ");
    for (let tries = 0; started.some(isRunning); tries++) {
      assert.ok(tries < 100, "it goes on");
      await new Promise((resume) => setTimeout(resume, 20));
    }
  });
}

/** One that has ended and was not waited for counts as gone. */
function isRunning(pid: string): boolean {
  try {
    return !execFileSync("ps", ["-o", "stat=", "-p", pid]).toString().startsWith("Z");
  } catch {
    return false;
  }
}
