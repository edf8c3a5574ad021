/**
 * Docker's own programs, the newest and one that is too old to print, on real files: our own reader says the
 * same, and their fence holds. Fetched from Debian in a thorough run alone.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { EvaluationAsk } from "../../server/src/core/definitions/evaluation.js";
import { openDefinitionPrograms } from "../../server/src/host/definitionPrograms.js";
import { EngineUnavailable, ensureDockerPrograms } from "../support/engine/files.js";
import { compareEvaluations } from "../support/evaluations.js";
import { repositoryRoot } from "../support/repository.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { isThorough } from "../support/thorough.js";

type Release = "newest" | "old";

/** The variables of a user who has these programs; null: the test is left out, and says so. */
async function programsOf(
  t: TestContext,
  release: Release,
): Promise<Record<string, string> | null> {
  if (!isThorough) {
    t.skip("left out: a thorough run fetches docker's programs");
    return null;
  }
  try {
    const cache = path.join(repositoryRoot, ".cache/engine");
    const { bin, dockerConfig } = await ensureDockerPrograms(cache, release);
    return { PATH: `${bin}:/usr/bin:/bin`, HOME: temporaryFolder(t), DOCKER_CONFIG: dockerConfig };
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    t.skip(`left out: ${error.message}`);
    return null;
  }
}

const composeFiles = {
  "compose.yaml": `name: shop
include: [tools/compose.yaml]
x-build: &build
  context: .
  args: { NODE: "20", MODE: "\${MODE:-dev}", FROM_FILE: "\${IN_FILE}", EMPTY: , PRICE: "5$$" }
services:
  api:
    build: { <<: *build, dockerfile: apps/api/Dockerfile, target: run }
    profiles: [later]
  web:
    extends: { file: base.yaml, service: web }
    image: registry.example/web:1
  "dotted.name":
    build: { context: apps/api, additional_contexts: { base: "service:api", lib: ./lib } }
  inline:
    platform: linux/arm64
    build: { dockerfile_inline: "FROM scratch\\nENV A=$$B\\n", cache_from: ["type=registry,ref=a/b"], no_cache: true }
  db: { image: postgres }
`,
  "compose.override.yaml": "services: { web: { build: { target: watch } } }\n",
  "compose.prod.yaml": "services: { api: { build: { args: [NODE=22, EXTRA=1] } } }\n",
  "base.yaml": "services: { web: { build: { context: ./apps/web, platforms: [linux/amd64] } } }\n",
  "tools/compose.yaml": "services: { lint: { build: { context: ., ssh: [default] } } }\n",
  ".env": "IN_FILE='a b'\n",
};

const bakeFile = `variable "TAG" { default = "1" }
variable "NAMES" { default = ["a", "b"] }
function "tagged" {
  params = [name]
  result = "registry.example/\${name}:\${TAG}"
}
group "default" { targets = ["app", "each"] }
target "_common" {
  args = { TAG = TAG, LOUD = upper("x\${TAG}"), NONE = null }
  platforms = ["linux/amd64", "linux/arm64"]
}
target "app" {
  inherits = ["_common"]
  context = "apps/api"
  contexts = { base = "target:base", os = "docker-image://registry.example/os:1", lib = "./lib" }
  tags = [tagged("app"), TAG == "1" ? "app:latest" : ""]
  cache-from = ["type=registry,ref=a/b"]
}
target "base" {
  dockerfile = "base.Dockerfile"
  no-cache = true
}
target "each" {
  name = "each-\${item}"
  matrix = { item = NAMES }
  inherits = ["app"]
  target = item
  args = { ITEM = item }
}
`;

const projectFiles = {
  ...composeFiles,
  "docker-bake.hcl": bakeFile,
  "docker-bake.override.json": '{"target":{"app":{"args":{"MORE":"${TAG}-more"}}}}',
  ...{ "base.Dockerfile": "FROM scratch\n", Dockerfile: "FROM scratch\n", "lib/a": "" },
  ...{ "apps/api/Dockerfile": "FROM scratch AS run\n", "apps/web/Dockerfile": "FROM scratch\n" },
  "tools/Dockerfile": "FROM scratch\n",
};

for (const release of ["newest", "old"] as const) {
  test(`our own reader says what docker says: ${release}`, async (t) => {
    const env = await programsOf(t, release);
    if (env === null) return;
    const folder = temporaryFolder(t, projectFiles);
    const { equal, others, refused } = await compareEvaluations(folder, env);
    assert.deepEqual(others, []);
    // Bake tells nothing of names that begin with "_", and an old one has no list at all.
    const isTold = (key: string) => release === "newest" && !key.endsWith("#_common");
    assert.deepEqual(
      refused.filter((key) => !key.startsWith("docker-bake") || isTold(key)),
      [],
    );
    assert.ok(equal >= (release === "newest" ? 10 : 6), `${equal} equal`);
  });
}

/** Asks about a file as it is, whatever our own reader thinks of it. */
async function ask(
  folder: string,
  env: NodeJS.ProcessEnv,
  kind: EvaluationAsk["kind"],
  file: string,
) {
  const programs = openDefinitionPrograms({ env, mayAsk: () => true, untrusted: () => [folder] });
  const files = [path.join(folder, file)];
  const asked = { ask: { kind, folder, files, reads: files, besides: [] }, texts: [""] };
  await programs.find(folder, [asked]);
  return programs.known(asked);
}

for (const release of ["newest", "old"] as const)
  test(`what docker misses in a definition is read out of its words: ${release}`, async (t) => {
    const env = await programsOf(t, release);
    if (env === null) return;
    const service = (rest: string) => `services:\n  a:\n    build: { context: ".", ${rest} }\n`;
    const folder = temporaryFolder(t, {
      "required.yaml": service('args: { V: "${MUST:?}" }'),
      "said.yaml": service('args: { V: "${MUST_2:?say it}" }'),
      "variables.yaml": `${service('target: "x"')}    env_file: [missing.env]\n`,
      "inherits.hcl": 'target "a" { inherits = ["no-where"] }\n',
      "linked.hcl": 'target "a" { contexts = { b = "target:no.where" } }\n',
    });
    const told = (kind: EvaluationAsk["kind"], file: string) => ask(folder, env, kind, file);
    const missing = (what: string, name: string) => ({ kind: "refused", lacks: { what, name } });
    assert.deepEqual(await told("compose", "required.yaml"), missing("variable", "MUST"));
    assert.deepEqual(await told("compose", "said.yaml"), missing("variable", "MUST_2"));
    const variables = await told("compose", "variables.yaml");
    // The newer one prints what is built without looking at what a container gets.
    if (release === "old") assert.deepEqual(variables, missing("file", "missing.env"));
    else assert.equal(variables?.kind, "targets");
    // An old Bake has no list of targets, and that is no fault of the file.
    const bakes = release === "old" ? [undefined, undefined] : ["no-where", "no.where"];
    for (const [at, file] of ["inherits.hcl", "linked.hcl"].entries()) {
      const name = bakes[at];
      const expected = name === undefined ? null : missing("target", name);
      assert.deepEqual((await told("bake", file)) ?? null, expected, file);
    }
  });

const remote = 'include: ["https://127.0.0.1:1/other.git"]\nservices: { a: { build: . } }\n';

test("an include of a git address starts no git, which it would without the fence", async (t) => {
  const env = await programsOf(t, "newest");
  if (env === null) return;
  const folder = temporaryFolder(t, {
    "compose.yaml": remote,
    ".env": "COMPOSE_EXPERIMENTAL_GIT_REMOTE=true\nCOMPOSE_BAKE=false\nDOCKER_CONFIG=.\nPATH=.\n",
  });
  const outside = temporaryFolder(t);
  const sung = path.join(outside, "sung");
  chmodSync(writeIn(outside, "git", `#!/bin/sh\ntouch '${sung}'\n`), 0o755);
  for (const name of ["git", "ssh", "docker", "cli-plugins/docker-buildx"])
    chmodSync(writeIn(folder, name, `#!/bin/sh\ntouch '${sung}'\n`), 0o755);
  const heard = { ...env, PATH: `${outside}:${env["PATH"]}` };
  const told = await ask(folder, heard, "compose", "compose.yaml");
  assert.deepEqual(told, { kind: "refused", lacks: null });
  assert.equal(existsSync(sung), false);
  const docker = execFileSync("which", ["docker"], { env: heard }).toString().trim();
  const words = ["compose", "--file", path.join(folder, "compose.yaml"), "build", "--print"];
  assert.throws(() => execFileSync(docker, words, { env: heard, stdio: "ignore", cwd: outside }));
  assert.equal(existsSync(sung), true);
});

const doubling = Array.from(
  { length: 60 },
  (_, n) => `variable "a${n + 1}" { default = "\${a${n}}\${a${n}}" }`,
);

test("what doubles or never ends is given up in its time, with all that was started", async (t) => {
  const env = await programsOf(t, "newest");
  if (env === null) return;
  const folder = temporaryFolder(t, {
    "docker-bake.hcl": [
      'variable "a0" { default = "aaaaaaaaaa" }',
      ...doubling,
      'target "t" { dockerfile = a60 }\n',
    ].join("\n"),
    "compose.yaml": "include: [pipe]\nservices: { a: { build: . } }\n",
    "endless.yaml": "include: [/dev/zero]\nservices: { a: { build: . } }\n",
  });
  execFileSync("mkfifo", [path.join(folder, "pipe")]);
  const files = [
    ["bake", "docker-bake.hcl"],
    ["compose", "compose.yaml"],
    ["compose", "endless.yaml"],
  ] as const;
  const start = performance.now();
  const told = await Promise.all(files.map(([kind, file]) => ask(folder, env, kind, file)));
  assert.deepEqual(
    told.filter((one) => one != null),
    [],
  );
  assert.ok(performance.now() - start < 9_000, `${performance.now() - start} ms`);
  for (let tries = 0; running(folder).length > 0; tries++) {
    assert.ok(tries < 100, running(folder).join("\n"));
    await new Promise((resume) => setTimeout(resume, 20));
  }
});

/** The command lines of processes that name the folder. */
function running(folder: string): readonly string[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      return words.includes(folder) ? [words] : [];
    } catch {
      return [];
    }
  });
}
