/** `stratacast builds`: which builds a folder's files define, in layouts as people have them. */
import assert from "node:assert/strict";
import { readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { inRepository } from "../../support/repository.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

interface Listed {
  readonly id: string;
  readonly dockerfile: string | null;
  readonly context: string | null;
  readonly contexts: Readonly<Record<string, { readonly kind: string; readonly value: string }>>;
  readonly target: string | null;
  readonly args: Readonly<Record<string, string | null>>;
  readonly platforms: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly chosen: boolean;
  readonly source: { readonly file: string | null; readonly line: number | null };
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

interface List {
  readonly builds: readonly Listed[];
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

const isValid = new Ajv2020({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(inRepository("docs/schema/builds.schema.json"), "utf8")) as object, // our own file
);

async function listOf(folder: string): Promise<List> {
  const { code, out } = await runCli(["builds", "--format", "json"], { cwd: folder });
  assert.equal(code, 0);
  const list: unknown = JSON.parse(out);
  assert.ok(isValid(list), JSON.stringify(isValid.errors));
  const ids = (list as List).builds.map(({ id }) => id); // the schema says so
  assert.equal(new Set(ids).size, ids.length);
  return list as List; // the schema says so
}

function layout(t: TestContext, files: Readonly<Record<string, string>>): Promise<List> {
  return listOf(temporaryFolder(t, files));
}

/** `id dockerfile context target`, with a star where it is chosen. */
function rows({ builds }: List): readonly string[] {
  return builds.map(
    ({ id, dockerfile, context, target, chosen }) =>
      `${chosen ? "*" : ""}${id} ${dockerfile} ${context}${target === null ? "" : ` ${target}`}`,
  );
}

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

test("workflows: matrices, inputs of called workflows, the root without a context, run lines", async (t) => {
  const list = await layout(t, {
    "a/Dockerfile": "FROM a\n",
    "b/Dockerfile": "FROM a\n",
    "c/Dockerfile": "FROM a\n",
    ".github/workflows/ci.yml": `
on: push
env: { WHERE: b }
jobs:
  images:
    strategy:
      matrix:
        include: [{ image: { file: a/Dockerfile } }, { image: { file: "\${{ env.WHERE }}/Dockerfile" } }]
    steps:
      - uses: depot/build-push-action@v1
        id: push
        with: { file: "\${{ matrix.image.file }}", build-args: "SHA=\${{ github.sha }}" }
  called:
    uses: ./.github/workflows/build.yml
    with: { folder: c }
`,
    ".github/workflows/build.yml": `
on: { workflow_call: { inputs: { folder: { default: a, type: string }, target: { type: string } } } }
jobs:
  one:
    steps:
      - run: docker build --target "\${{ inputs.target || 'last' }}" \${{ inputs.folder }}
`,
  });
  const found = rows(list);
  assert.ok(
    found.includes("*workflow:.github/workflows/ci.yml#images/push 2 b/Dockerfile ."),
    found.join("\n"),
  );
  assert.ok(
    found.some((row) => /^\*workflow:.* c\/Dockerfile c last$/.test(row)),
    found.join("\n"),
  );
  assert.deepEqual(list.builds.find(({ id }) => id.includes("push"))?.args, { SHA: null });
});

test("workflows: the files that bake-action names, and what an earlier step or job makes", async (t) => {
  const list = await layout(t, {
    "a/Dockerfile": "FROM a\n",
    "deploy/images.hcl": 'target "api" { context = "a" }\n',
    "deploy/other.hcl": 'target "not" { context = "a" }\n',
    ".github/workflows/ci.yml": `
on: push
env: { DIR: deploy }
jobs:
  one:
    steps:
      - uses: docker/bake-action@v6
        with:
          source: .
          files: |
            \${{ env.DIR }}/images.hcl
            \${{ steps.meta.outputs.bake-file }}
            ../outside.hcl
            missing.hcl
      - uses: docker/build-push-action@v6
        with: { context: a, file: "\${{ steps.find.outputs.file }}" }
      - uses: docker/build-push-action@v6
        with: { context: a, target: "\${{ needs.plan.outputs.target }}" }
      - uses: docker/build-push-action@v6
        with: { context: a, target: "\${{ github.ref_name }}" }
`,
  });
  assert.ok(rows(list).includes("*bake:api a/Dockerfile a"), rows(list).join("\n"));
  assert.ok(!rows(list).some((row) => row.includes("bake:not")));
  const said = list.builds.flatMap(({ problems }) => problems.map(({ message }) => message));
  assert.deepEqual(said.slice(0, 3), [
    `What "file" is comes from steps.find, which runs before the build: \${{ steps.find.outputs.file }}`,
    `What "target" is comes from needs.plan, which runs before the build: \${{ needs.plan.outputs.target }}`,
    `What "target" is can only be told by the build itself: \${{ github.ref_name }}`,
  ]);
});

test("workflows: what bake-action builds otherwise than the file of Bake says is a build of its own", async (t) => {
  const list = await layout(t, {
    "a/Dockerfile": "FROM a AS dev\nARG V\nFROM dev AS prod\n",
    "docker-bake.hcl": `
group "default" { targets = ["api", "web"] }
target "api" {
  context = "a"
  args = { V = "1", W = "2" }
}
target "web" { inherits = ["api"] }
target "other" { context = "a" }
`,
    ".github/workflows/ci.yml": `
on: push
jobs:
  one:
    strategy: { matrix: { v: [7, 8] } }
    steps:
      - uses: docker/bake-action@v6
        with: { targets: other }
      - name: all
        uses: docker/bake-action@v6
        with:
          set: |
            *.args.V=\${{ matrix.v }}
            *.cache-from=type=gha,scope=x
            web.target=prod
            we*.platform=linux/arm64,linux/amd64
            *.output=type=registry
      - name: one
        uses: docker/bake-action@v6
        with:
          targets: api
          set: api.args.V=\${{ steps.x.outputs.y }}
      - uses: docker/bake-action@v6
        with: { set: "*.output=type=docker" }
`,
  });
  const own = list.builds.filter(({ id }) => id.startsWith("workflow:"));
  assert.deepEqual(
    own.map(({ id, target, args }) => [id.split("#")[1], target, args]),
    [
      ["one/all/api", null, { V: "7", W: "2" }],
      ["one/all/web", "prod", { V: "7", W: "2" }],
      ["one/all/api 2", null, { V: "8", W: "2" }],
      ["one/all/web 2", "prod", { V: "8", W: "2" }],
      ["one/one/api", null, { V: null, W: "2" }],
    ],
  );
  assert.deepEqual(own[1]?.platforms, ["linux/arm64", "linux/amd64"]);
  assert.deepEqual(own[0]?.cacheFrom, ["type=gha,scope=x"]);
  assert.equal(list.builds[0]?.id, "bake:api");
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

test("workflows: a line of docker build says which step makes what it takes", async (t) => {
  const list = await layout(t, {
    "a/Dockerfile": "FROM a\n",
    ".github/workflows/ci.yml": `
on: push
jobs:
  one:
    env: { STAGE: "\${{ needs.plan.outputs.stage }}" }
    steps:
      - run: docker build --target \${{ steps.meta.outputs.target }} a
      - run: docker build --target "$STAGE" a
      - id: pick
        run: |
          echo "FILE=$(ls a)" >> "$GITHUB_ENV"
      - run: docker build -f $FILE a
      - run: docker build -f $OTHER a
`,
  });
  assert.deepEqual(
    list.builds.flatMap(({ problems }) => problems.map(({ message }) => message)),
    [
      `What "target" is comes from steps.meta, which runs before the build: \${{ steps.meta.outputs.target }}`,
      `What "target" is comes from needs.plan, which runs before the build: "$STAGE"`,
      `What "file" is comes from steps.pick, which runs before the build: $FILE`,
      `What "file" is can only be told by the build itself: $OTHER`,
    ],
  );
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
