/** Builds that stand on images that other builds of the same folder make. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { gitIn } from "../host/support/gitFolder.js";
import { runCli } from "./support/runCli.js";

const base = `FROM alpine
ENV COLOUR=red
WORKDIR /srv
COPY libs /libs
RUN build-libs
ONBUILD RUN prepare
`;

const web = `FROM base
COPY src src
RUN make $COLOUR
`;

const bake = `target "base" { context = "base" }
target "web" {
  context = "web"
  contexts = { base = "target:base" }
}
`;

const project = {
  "docker-bake.hcl": bake,
  "base/Dockerfile": base,
  "base/libs/a.ts": "1\n",
  "web/Dockerfile": web,
  "web/src/x": "1\n",
};

/** What `stratacast simulate` says in a folder, one call after the other. */
function folderWith(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder(t, files);
  const state = temporaryFolder(t);
  const run = (build: string, ...words: readonly string[]) =>
    runCli(["simulate", "--build", build, "--state", state, ...words, "."], { cwd: folder });
  return {
    folder,
    write: (file: string, text: string): string => writeIn(folder, file, text),
    async text(build: string): Promise<string> {
      const { out } = await run(build);
      return out;
    },
    async simulate(build: string, ...words: readonly string[]) {
      const { code, out, err } = await run(build, "--format", "json", ...words);
      assert.deepEqual(err, []);
      const json = JSON.parse(out) as SimulationJson; // the schema's test says so
      return {
        ...{ code, json },
        steps: json.steps.map(({ line, prediction }) => `${line} ${prediction}`),
        causes: json.steps.flatMap(({ cause }) => (cause === null ? [] : [cause.message])),
        findings: json.findings.map(
          ({ line, severity, message }) => `${line} ${severity}: ${message}`,
        ),
      };
    },
  };
}

test("a target of Bake rebuilds because the target that it stands on does", async (t) => {
  const { simulate, write, text } = folderWith(t, project);
  const first = await simulate("web");
  assert.deepEqual(first.json.image.config.Env.slice(-1), ["COLOUR=red"]);
  assert.equal(first.json.image.config.WorkingDir, "/srv");
  assert.match(first.json.steps[1]?.text ?? "", /prepare/);
  assert.deepEqual((await simulate("web")).steps.slice(1), ["1 hit", "2 hit", "3 hit"]);
  // The other build was simulated with it.
  const other = await simulate("base", "--dry-run");
  assert.deepEqual(other.steps.slice(2), ["3 hit", "4 hit", "5 hit", "6 null"]);
  write("base/libs/a.ts", "2\n");
  const changed = await simulate("web", "--dry-run");
  assert.deepEqual(changed.steps.slice(1), ["1 miss", "2 miss", "3 miss"]);
  assert.equal(changed.causes[0], "It stands on base, which rebuilds: libs/a.ts changed.");
  assert.deepEqual(changed.json.standsOn, [
    {
      ...{ build: "bake:base", reference: "base", by: "linked" },
      ...{ prediction: "miss", why: "libs/a.ts changed" },
    },
  ]);
  assert.match(await text("web"), /^3 rebuild: base rebuilds: libs\/a\.ts changed \(line 1\)\.$/m);
  // What the base only says of itself is nobody else's.
  write("base/Dockerfile", `# a comment\n${base}`);
  assert.deepEqual((await simulate("web")).steps.slice(1), ["1 hit", "2 hit", "3 hit"]);
  write("base/Dockerfile", base.replace("red", "blue"));
  const coloured = await simulate("web");
  assert.deepEqual(coloured.json.image.config.Env.slice(-1), ["COLOUR=blue"]);
  assert.match(coloured.causes[0] ?? "", /which rebuilds: COLOUR changed\.$/);
});

test("a service of Compose stands on another one by its additional contexts, through one between", async (t) => {
  const { simulate, write } = folderWith(t, {
    "compose.yaml": `services:
  base: { build: base }
  mid: { build: { context: mid, additional_contexts: { base: "service:base" } } }
  web: { build: { context: web, additional_contexts: ["base=service:mid"] } }
`,
    "base/Dockerfile": "FROM scratch\nCOPY a /a\n",
    "base/a": "1\n",
    "mid/Dockerfile": "FROM base\nCOPY m /m\n",
    "mid/m": "1\n",
    "web/Dockerfile": "FROM alpine\nCOPY --from=base /a /m /all/\n",
  });
  await simulate("web");
  // Its files are known: only what changes of these counts.
  write("mid/Dockerfile", "FROM base\nCOPY m /m\nCOPY m /other\n");
  assert.deepEqual((await simulate("web")).steps, ["1 null", "2 unknown"]);
  write("base/a", "2\n");
  const { steps, causes } = await simulate("web");
  assert.deepEqual(steps, ["1 null", "2 unknown"]);
  assert.match(
    causes[0] ?? "",
    /^It takes files of base, which mid builds .*: base rebuilds: a changed\./,
  );
});

test("an image by the tag that another build gives it may be another one once that runs again", async (t) => {
  const { simulate, write } = folderWith(t, {
    ...project,
    "docker-bake.hcl": `target "base" {
  context = "base"
  tags = ["me/base:1"]
}
`,
    "compose.yaml": "services: { web: { build: web } }\n",
    "web/Dockerfile": "FROM docker.io/me/base:1\nCOPY src src\n",
  });
  await simulate("web");
  assert.deepEqual((await simulate("web")).steps.slice(1), ["1 hit", "2 hit"]);
  write("base/libs/a.ts", "2\n");
  const changed = await simulate("web", "--dry-run");
  assert.deepEqual(changed.steps.slice(1), ["1 unknown", "2 unknown"]);
  assert.match(
    changed.causes[0] ?? "",
    /^It stands on docker\.io\/me\/base:1, which base builds .*: libs\/a\.ts changed\./,
  );
  await simulate("base");
  const built = await simulate("web");
  assert.deepEqual(built.steps.slice(1), ["1 miss", "2 miss"]);
  assert.match(built.causes[0] ?? "", /has built anew since/);
});

test("a forecast of plain words runs through the build that makes the image of its tag", async (t) => {
  const { folder, write } = folderWith(t, {
    ...project,
    "docker-bake.hcl": 'target "base" {\n  context = "base"\n  tags = ["me/base:1"]\n}\n',
    "web/Dockerfile": "FROM me/base:1\nCOPY src src\n",
    "other/Dockerfile": "FROM alpine\nCOPY --from=me/base:1 /libs /libs\n",
  });
  const state = temporaryFolder(t);
  const said = async (...words: readonly string[]) => {
    const all = ["simulate", "--state", state, "--format", "json", ...words];
    const { out } = await runCli(all, { cwd: folder });
    return JSON.parse(out) as SimulationJson; // the schema's test says so
  };
  const first = await said("web");
  assert.ok(first.image.config.Env.includes("COLOUR=red"), "what the base sets");
  assert.deepEqual(
    first.standsOn?.map(({ build, by }) => `${build} ${by}`),
    ["bake:base tag"],
  );
  await said("other");
  write("base/libs/a.ts", "2\n");
  for (const context of ["web", "other"]) {
    const { steps } = await said("--dry-run", context);
    const causes = steps.map(({ cause }) => cause?.message ?? "").join("\n");
    assert.match(causes, /me\/base:1, which base builds .*: libs\/a\.ts changed/, context);
  }
});

test("an image that a Compose service leaves without a name has that of project and service", async (t) => {
  const list = async (compose: string, files: Readonly<Record<string, string>> = {}) => {
    const folder = temporaryFolder(t, {
      ...{ "compose.yaml": compose, "base/Dockerfile": "FROM scratch\n", ...files },
      "web/Dockerfile": "FROM shop-base\n",
    });
    return (await runCli(["builds"], { cwd: folder })).out;
  };
  const services = "services: { base: { build: base }, web: { build: web } }\n";
  assert.match(await list(`name: _Sh.op\n${services}`), /stands on compose:base/);
  assert.match(
    await list(`name: \${NAME:-other}\n${services}`, { ".env": "NAME=shop\n" }),
    /stands on compose:base/,
  );
  assert.match(
    await list(`name: x\n${services}`, { ".env": "COMPOSE_PROJECT_NAME=shop\n" }),
    /stands on compose:base/,
  );
  assert.doesNotMatch(await list(services), /stands on/);
  const named = "services: { base: { build: base, image: other }, web: { build: web } }\n";
  assert.doesNotMatch(await list(`name: shop\n${named}`), /stands on/);
});

test("files of a build by its tag are compared as files, where they are known", async (t) => {
  const { simulate, write } = folderWith(t, {
    "compose.yaml": `services:
  tools: { image: me/tools, build: tools }
  web: { build: web }
`,
    "tools/Dockerfile": "FROM scratch\nCOPY a b /\n",
    "tools/a": "1\n",
    "tools/b": "1\n",
    "web/Dockerfile": "FROM alpine\nCOPY --from=me/tools /a /\n",
  });
  await simulate("web");
  write("tools/b", "2\n");
  assert.deepEqual((await simulate("web")).steps, ["1 null", "2 hit"]);
  write("tools/a", "2\n");
  const { steps, causes } = await simulate("web");
  assert.deepEqual(steps, ["1 null", "2 miss"]);
  assert.match(causes[0] ?? "", /^It takes files of me\/tools, which tools builds .*: a changed\./);
});

test("against a commit the builds below are of that commit too", async (t) => {
  const { folder, simulate, write } = folderWith(t, project);
  const git = gitIn(folder);
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "first");
  const against = ["--against", "HEAD", "--dry-run"];
  assert.deepEqual((await simulate("web", ...against)).steps.slice(1), ["1 hit", "2 hit", "3 hit"]);
  write("base/libs/a.ts", "2\n");
  const { causes } = await simulate("web", ...against);
  assert.equal(causes[0], "It stands on base, which rebuilds: libs/a.ts changed.");
});

test("a build that cannot be made, is not there or leads round is said at the line that names it", async (t) => {
  const { simulate, write } = folderWith(t, project);
  write("base/Dockerfile", "FROM alpine\nCOPY gone /\n");
  const failing = await simulate("web");
  assert.deepEqual(failing.findings, [
    "1 error: base, which this build starts with, cannot be built itself.",
  ]);
  assert.deepEqual(failing.steps.slice(1), ["2 null", "3 null"]);
  write("docker-bake.hcl", bake.replace("target:base", "target:bose"));
  const { findings } = await simulate("web");
  assert.deepEqual(findings, [
    '1 error: "base" is what the build "bose" leaves, and no such build is defined.',
  ]);
  write("base/Dockerfile", "FROM web\n");
  write("docker-bake.hcl", bake.replace('"base" }', '"base"\ncontexts = { web = "target:web" } }'));
  const round = ['1 error: "base" leads back to itself: bake:web → bake:base → bake:web.'];
  assert.deepEqual((await simulate("web")).findings, round);
});

test("a service that is called as its own base image stands on no build", async (t) => {
  const { simulate } = folderWith(t, {
    "compose.yaml": "services: { web: { image: nginx, build: . } }\n",
    Dockerfile: "FROM nginx\nRUN setup\n",
  });
  const { json } = await simulate("web");
  assert.deepEqual([json.standsOn, json.findings], [[], []]);
});

test("twenty builds, each on the one before by two lines, are followed to the lowest", async (t) => {
  const count = 20;
  const names = [...new Array(count).keys()];
  const service = (at: number): string =>
    `  s${at}: { image: me/s${at}, build: { context: ., dockerfile: D${at} } }\n`;
  const text = (at: number): string =>
    at === 0
      ? "FROM scratch\nCOPY a /a\n"
      : `FROM me/s${at - 1}\nCOPY --from=me/s${at - 1} /a /${at}\n`;
  const { simulate, write } = folderWith(t, {
    "compose.yaml": `services:\n${names.map(service).join("")}`,
    ...Object.fromEntries(names.map((at) => [`D${at}`, text(at)])),
    a: "1\n",
  });
  await simulate(`s${count - 1}`);
  write("a", "2\n");
  const { causes, findings } = await simulate(`s${count - 1}`);
  assert.match(causes[0] ?? "", /which s18 builds .*: s17 rebuilds: … s0 rebuilds: a changed\./);
  assert.deepEqual(findings, []);
});

test("the list of builds says what each stands on", async (t) => {
  const { folder } = folderWith(t, {
    ...project,
    "compose.yaml": `services:
  lib: { image: "me/lib:2", build: base }
  tool: { build: { dockerfile_inline: "FROM me/lib:2" } }
`,
  });
  const { out } = await runCli(["builds", "--format", "json"], { cwd: folder });
  const { builds } = JSON.parse(out) as {
    readonly builds: readonly { readonly id: string; readonly standsOn: readonly string[] }[];
  }; // the schema's test says so
  const standing = builds.filter(({ standsOn }) => standsOn.length > 0);
  assert.deepEqual(standing.map(({ id, standsOn }) => `${id} on ${standsOn.join(" ")}`).sort(), [
    "bake:web on bake:base",
    "compose:tool on compose:lib",
  ]);
  const { out: text } = await runCli(["builds"], { cwd: folder });
  assert.match(text, /bake:web\n.*\n {4}stands on bake:base\n/);
});
