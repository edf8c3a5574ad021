/** `stratacast builds`: which builds a folder's files define, in layouts as people have them. */
import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { layout, listOf, rows } from "./support/buildList.js";
import { runCli } from "./support/runCli.js";

const api = "FROM a AS dev\nCOPY package.json ./\nCOPY apps/api/src src\n";

test("Compose at the root of a monorepo: contexts, targets, arguments, anchors and variables", async (t) => {
  const list = await layout(t, {
    "apps/api/Dockerfile": api,
    "apps/api/src/x.js": "",
    "apps/web/Dockerfile": "FROM a\n",
    "package.json": "{}",
    ".env": "STAGE=dev\nHIDDEN='s3cret'\n",
    "compose.yaml": `
x-build: &shared
  context: .
  args: { NODE: "20", TOKEN: "\${HIDDEN}", OTHER: }
services:
  api:
    build:
      <<: *shared
      dockerfile: apps/api/Dockerfile
      target: \${STAGE:-prod}
    profiles: [later]
  web:
    build: ./apps/web
  tool:
    build:
      dockerfile_inline: FROM b
      additional_contexts:
        - base=service:api
`,
  });
  assert.deepEqual(rows(list), [
    "*compose:api apps/api/Dockerfile . dev",
    "*compose:web apps/web/Dockerfile apps/web",
    "*compose:tool null .",
  ]);
  const [first, , tool] = list.builds;
  assert.deepEqual(first?.args, { NODE: "20", TOKEN: null, OTHER: null });
  assert.deepEqual(first?.source, { kind: "compose", file: "compose.yaml", line: 6 });
  assert.deepEqual(tool?.contexts, { base: { kind: "build", value: "compose:api" } });
});

test("overrides, fragments, extends and include belong together", async (t) => {
  const list = await layout(t, {
    Dockerfile: "FROM a\n",
    "db/Dockerfile": "FROM a\n",
    "docker-compose.yml":
      "include:\n  - db/compose.yaml\nservices:\n  app:\n    extends: { file: base.yml, service: plain }\n",
    "base.yml": "services:\n  plain:\n    build: { context: ., target: base }\n",
    "docker-compose.override.yml": "services:\n  app:\n    build: { target: dev }\n",
    "docker-compose.prod.yml": "services:\n  app:\n    build: { target: prod }\n",
    "db/compose.yaml": "services:\n  db:\n    build: .\n",
  });
  assert.deepEqual(rows(list), [
    "*compose:app Dockerfile . dev",
    "*compose:db db/Dockerfile db",
    "compose:docker-compose.prod.yml#app Dockerfile . prod",
    "compose:db/compose.yaml#db db/Dockerfile db",
  ]);
});

test("Bake: groups, inheritance, variables, functions, a matrix, targets as contexts", async (t) => {
  const list = await layout(t, {
    Dockerfile: "FROM a\n",
    "web/Dockerfile": "FROM a\n",
    "docker-bake.hcl": `
variable "VERSION" { default = "1" }
function "tag" {
  params = [name]
  result = "acme/\${name}:\${VERSION}"
}
group "default" { targets = ["app"] }
target "_common" {
  args = { VERSION = VERSION } # a comment
}
target "lint" {
  inherits = ["_common"]
  target = "lint"
}
target "app" {
  inherits = ["_common"]
  target = VERSION == "1" ? "one" : "two"
  args = { MODE = upper("x") }
  contexts = { base = "target:web" }
  tags = [tag("app")]
}
target "web" {
  context = "web"
}
target "many" {
  name = "many-\${item}"
  matrix = { item = ["a", "b"] }
  target = item
}
`,
  });
  assert.deepEqual(rows(list).slice(0, 3), [
    "*bake:app Dockerfile . one",
    "*bake:web web/Dockerfile web",
    "bake:many-a Dockerfile . a",
  ]);
  assert.deepEqual(list.builds[0]?.args, { VERSION: "1", MODE: "X" });
  assert.deepEqual(list.builds[0]?.contexts, { base: { kind: "build", value: "bake:web" } });
  assert.deepEqual(rows(list).at(-1), "bake:lint Dockerfile . lint");
});

test("--build finds the Compose file further up, as Compose does, and looks no further than the repository", async (t) => {
  const folder = temporaryFolder(t, {
    "compose.yaml": "services: { outside: { build: . } }\n",
    Dockerfile: "FROM a\n",
    "repo/.git/HEAD": "ref: refs/heads/main\n",
    "repo/compose.yaml": "services: { api: { build: apps/api } }\n",
    "repo/apps/api/Dockerfile": "FROM a\nCOPY x /\n",
    "repo/apps/api/x": "",
    "repo/apps/api/src/deep": "",
  });
  const simulate = (name: string, ...context: readonly string[]) =>
    runCli(["simulate", "--state", "state", "--format", "json", "--build", name, ...context], {
      cwd: path.join(folder, "repo/apps/api/src"),
    });
  const run = await simulate("compose:api");
  assert.equal(run.code, 0, run.err.join("\n"));
  const { root, dockerfile, context } = JSON.parse(run.out) as Record<string, string>; // its schema has a test
  assert.deepEqual(
    [path.relative(folder, root ?? ""), dockerfile, context],
    ["repo", "apps/api/Dockerfile", "apps/api"],
  );
  assert.match((await simulate("compose:outside")).err.join(), /is no build/);
  // A folder that is named is the one that is meant.
  assert.match((await simulate("compose:api", "..")).err.join(), /is no build/);
});

test("a target or an image is no main context: docker takes such words for the path of a folder", async (t) => {
  const list = await layout(t, {
    Dockerfile: "FROM a\n",
    "docker-bake.hcl": `
target "base" {}
target "app" {
  context = "target:base"
  dockerfile-inline = "FROM a"
}
target "os" {
  context = "docker-image://busybox"
  dockerfile-inline = "FROM a"
}
target "good" { contexts = { b = "target:base" } }
`,
  });
  assert.ok(rows(list).includes("*bake:base Dockerfile ."), rows(list).join("\n"));
  const own = (id: string) => list.builds.find((build) => build.id === id);
  assert.deepEqual(own("bake:app")?.context, "target:base");
  assert.deepEqual(own("bake:os")?.context, "docker-image:/busybox");
  assert.deepEqual(own("bake:good")?.contexts, { b: { kind: "build", value: "bake:base" } });
});

test("a devcontainer, a Dockerfile's own comment, a Makefile with variables, other build servers", async (t) => {
  const list = await layout(t, {
    ".devcontainer/devcontainer.json":
      '{ // mine\n"build": { "dockerfile": "Dockerfile", "context": ".." }, "features": { "x/node:1": {} }, }',
    ".devcontainer/Dockerfile": "FROM a\nCOPY x /\n",
    x: "",
    "docker/own.Dockerfile":
      "# docker build -f docker/own.Dockerfile \\\n#   -t x:$(git rev-parse HEAD) .\nFROM a\n",
    "docker/made.Dockerfile": "FROM a\n",
    Makefile:
      "FILE := docker/made.Dockerfile\nimage:\n\tdocker buildx build --load -f $(FILE) --target=$(T) docker\n",
    "ci/Dockerfile": "FROM a\n",
    ".gitlab-ci.yml": "job:\n  script:\n    - docker build -f ci/Dockerfile $CI_PROJECT_DIR\n",
  });
  const found = rows(list);
  assert.ok(found.includes("*devcontainer:.devcontainer .devcontainer/Dockerfile ."));
  assert.deepEqual(
    list.builds.find(({ id }) => id.startsWith("devcontainer"))?.problems.map(({ code }) => code),
    ["partly-known"],
  );
  assert.ok(found.includes("*command:docker/own.Dockerfile docker/own.Dockerfile ."));
  assert.ok(found.includes("command:Makefile docker/made.Dockerfile docker"), found.join("\n"));
  assert.ok(found.includes("*guess:docker/made.Dockerfile docker/made.Dockerfile docker"));
});

test("what cannot be evaluated, or is not there, is said and never chosen", async (t) => {
  const list = await layout(t, {
    Dockerfile: "FROM a\n",
    "compose.yaml":
      'services:\n  open: { build: { context: "${WHERE:?}" } }\n  gone: { build: nowhere }\n  far: { build: ../.. }\n',
  });
  assert.deepEqual(rows(list)[0], "*guess:Dockerfile Dockerfile .");
  const codes = new Map(list.builds.map(({ id, problems }) => [id, problems[0]?.code]));
  assert.equal(codes.get("compose:open"), "not-evaluated");
  assert.equal(codes.get("compose:gone"), "dockerfile-missing");
  assert.equal(codes.get("compose:far"), "definition-outside");
});

test("what is built in an address has its Dockerfile there: none of the workspace is taken for it", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: "FROM a\n",
    "docker/Dockerfile": "FROM a\n",
    "compose.yaml": `services:
  plain: { build: "https://example.com/a.git#main" }
  named: { build: { context: "git@example.com:a/b.git", dockerfile: docker/Dockerfile } }
  here: { build: { context: "https://example.com/a.git", dockerfile_inline: "FROM a" } }
`,
    "docker-bake.hcl": `target "far" {
  context = "https://example.com/a.tar.gz"
}
target "near" {
  context    = "https://example.com/a.git"
  dockerfile = "cwd://docker/Dockerfile"
}
`,
    ".github/workflows/a.yml": `jobs:
  a:
    steps:
      - uses: docker/build-push-action@v6
        with: { context: "https://example.com/a.git", file: docker/Dockerfile }
`,
  });
  const list = await listOf(folder);
  assert.deepEqual(rows(list), [
    "*bake:near docker/Dockerfile https://example.com/a.git",
    "*compose:here null https://example.com/a.git",
    "*guess:Dockerfile Dockerfile .",
    "compose:plain null https://example.com/a.git#main",
    "compose:named null git@example.com:a/b.git",
    "bake:far null https://example.com/a.tar.gz",
    "workflow:.github/workflows/a.yml#a/1 null https://example.com/a.git",
  ]);
  assert.deepEqual(list.builds.map(({ problems }) => problems[0]?.code ?? "").slice(3), [
    ...Array<string>(4).fill("dockerfile-remote"),
  ]);
  const { code, err } = await runCli(["simulate", "--build", "compose:named"], { cwd: folder });
  assert.equal(code, 2);
  assert.deepEqual(err, [
    "stratacast simulate: --build compose:named: its Dockerfile lies in its build context, git@example.com:a/b.git, which is not fetched: there is nothing to read here",
  ]);
});

test("circles, alias bombs, broken texts and ways out of the folder end in a problem, the rest is listed", async (t) => {
  const bomb = Array.from(
    { length: 30 },
    (_, n) =>
      `a${n}: &a${n} [${
        n === 0
          ? "x"
          : Array(9)
              .fill(`*a${n - 1}`)
              .join(",")
      }]`,
  ).join("\n");
  const folder = temporaryFolder(t, {
    "in/good/Dockerfile": "FROM a\n",
    "in/good/compose.yaml": "services:\n  good: { build: . }\n",
    "in/bomb/compose.yaml": `${bomb}\n`,
    "in/deep/compose.yaml": `${"[".repeat(20_000)}\n`,
    "in/circle/compose.yaml":
      "include: [other.yaml]\nservices:\n  a: { extends: { service: a } }\n",
    "in/circle/other.yaml": "include: [compose.yaml]\n",
    "in/out/compose.yaml": "include: [../../secret.yaml]\n",
    "in/odd/compose.yaml": 'services:\n  "a\\e[31m\\u202e": { build: ../good }\n',
    "in/bad/docker-bake.hcl": 'target "x" { a = [for b in c : b]\n "${',
    "secret.yaml": "services:\n  secret: { build: in/good }\n",
  });
  symlinkSync(path.join(folder, "secret.yaml"), path.join(folder, "in/compose.yaml"));
  const list = await listOf(path.join(folder, "in"));
  assert.ok(rows(list).includes("*compose:good good/Dockerfile good"));
  assert.ok(!rows(list).some((row) => row.includes("secret")));
  const codes = new Set(list.problems.map(({ code }) => code));
  assert.deepEqual([...codes].sort(), [
    "definition-circle",
    "definition-outside",
    "definition-unreadable",
  ]);
  const { out } = await runCli(["builds", "in"], { cwd: folder });
  for (const character of ["\u001b", "\u202e"]) assert.equal(out.includes(character), false);
});

test("a build is simulated by its id, or its name where that is unique; words are laid over it", async (t) => {
  const folder = temporaryFolder(t, {
    "apps/api/Dockerfile": api,
    "apps/api/src/x.js": "",
    "package.json": "{}",
    "compose.yaml":
      "services:\n  api: { build: { context: ., dockerfile: apps/api/Dockerfile } }\n",
  });
  for (const build of ["compose:api", "api"]) {
    const words = ["simulate", "--dry-run", "--format", "json", "--build", build];
    const { code, out } = await runCli([...words, "--state", folder], { cwd: folder });
    assert.equal(code, 0, out);
    const { root, dockerfile, context, build: meant } = JSON.parse(out) as SimulationJson;
    assert.deepEqual([root, dockerfile, context], [folder, "apps/api/Dockerfile", "."]);
    const source = { kind: "compose", file: "compose.yaml", line: 2 };
    assert.deepEqual(meant, { id: "compose:api", source });
  }
  const wrong = await runCli(["explain", "--build", "compose:apo"], { cwd: folder });
  assert.equal(wrong.code, 2);
  assert.match(wrong.err[0] ?? "", /did you mean compose:api\?/);
  // No Dockerfile stands in the folder itself.
  const unnamed = await runCli(["explain"], { cwd: folder });
  assert.equal(unnamed.code, 2);
  assert.match(
    unnamed.err[0] ?? "",
    /^stratacast explain: Dockerfile: no such file; did you mean --build "compose:api"\?/,
  );
});

test("a step of Cloud Build has the words of docker as a list", async (t) => {
  const list = await layout(t, {
    "cloudbuild.yaml": `steps:
  - name: registry.example/cloud-builders/docker
    args: [build, -t, "registry.example/$PROJECT_ID/api", -f, deploy/Dockerfile, --target, run, .]
  - name: registry.example/cloud-builders/docker
    dir: worker
    args:
      - build
      - --tag=registry.example/$PROJECT_ID/worker
      - .
  - name: registry.example/cloud-builders/docker
    args: [push, "registry.example/$PROJECT_ID/api"]
`,
    "deploy/Dockerfile": "FROM a AS run\nCOPY src src\n",
    "src/x": "",
    "worker/Dockerfile": "FROM a\nCOPY w w\n",
    "worker/w": "",
  });
  assert.deepEqual(
    rows(list).map((row) => row.replace(/^\*ci:\S+ /, "")),
    ["deploy/Dockerfile . run", "worker/Dockerfile worker"],
  );
});
