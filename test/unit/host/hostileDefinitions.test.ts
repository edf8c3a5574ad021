/** Files that say how images are built, made to break their reader: a sentence, and the rest is read. */
import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { runCli } from "../cli/support/runCli.js";

const posixOnly = process.platform === "win32" ? { skip: "needs links" } : {};

const deep = 20_000;

/** Targets of a Bake file, each with what it says of those before it. */
function targets(count: number, lines: (n: number) => string): string {
  return Array.from(
    { length: count },
    (_, n) => `target "t${n}" {\n ${n === 0 ? 'context = "."' : lines(n)}\n}\n`,
  ).join("");
}

/** Each stands beside a Compose file that is as it should be. */
const texts: Readonly<Record<string, string>> = {
  "an/compose.yaml": `services: ${"[".repeat(deep)}\n`,
  "maps/compose.yaml": `services: ${"{a: ".repeat(deep)}\n`,
  "keys/compose.yaml": `${"? ".repeat(deep)}a\n`,
  "aliases/compose.yaml": [
    "a0: &a0 [x, x, x, x, x, x, x, x, x, x]",
    ...Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(10)}]`),
    "services: *a12",
  ].join("\n"),
  "values/compose.yaml": `services:\n  a:\n    build:\n      context: ${"${A:-".repeat(deep)}\n`,
  "json/docker-bake.json": `{"x":${"[".repeat(deep)}`,
  "devcontainer/.devcontainer/devcontainer.json": '{"build":'.repeat(deep),
  "blocks/docker-bake.hcl": "target a {".repeat(deep),
  "brackets/docker-bake.hcl": `x = ${"[".repeat(deep)}`,
  "operators/docker-bake.hcl": `x = ${"!".repeat(deep)}1\n`,
  "templates/docker-bake.hcl": `x = "${'${"'.repeat(deep)}`,
  "calls/docker-bake.hcl": `x = ${"f(".repeat(deep)}`,
  "doubling/docker-bake.hcl": `variable "a0" { default = "aaaaaaaaaa" }\n${Array.from({ length: 60 }, (_, n) => `variable "a${n + 1}" { default = "\${a${n}}\${a${n}}" }`).join("\n")}\ntarget "t" { dockerfile = "\${a60}" }\n`,
  "matrix/docker-bake.hcl": `target "t" { matrix = { ${Array.from({ length: 9 }, (_, n) => `m${n} = ["a","b","c","d","e","f","g","h","i","j"]`).join(", ")} }\n name = "x" }\n`,
  "diamonds/docker-bake.hcl": targets(60, (n) => `inherits = ["t${n - 1}", "t${n - 1}"]`),
  "chain/docker-bake.hcl": targets(
    3_000,
    (n) => `inherits = ["t${n - 1}"]\n args = { a${n} = "1" }`,
  ),
  "matrices/docker-bake.hcl": targets(
    1_000,
    () => `matrix = { m = [${'"a", '.repeat(500)}] }\n name = "x-\${m}"`,
  ),
  "groups/docker-bake.hcl": `group "default" { targets = ["g0"] }\n${Array.from({ length: deep }, (_, n) => `group "g${n}" { targets = ["g${n + 1}"] }\n`).join("")}`,
  ".github/workflows/a.yml": `jobs: ${"[".repeat(deep)}\n`,
  "commands/Makefile": `a:\n\tdocker build ${"$(".repeat(deep)}\n`,
};

for (const [name, text] of Object.entries(texts)) {
  test(`a definition file that is made to break its reader: ${name}`, {
    timeout: 60_000,
  }, async (t) => {
    const { code, out, err } = await listed(t, name, text);
    assert.equal(code, 0, err.join("\n"));
    assert.match(out, /good/);
  });
}

async function listed(t: TestContext, name: string, text: string) {
  const folder = temporaryFolder(t, {
    Dockerfile: "FROM alpine\n",
    "compose.yaml": "services:\n  good:\n    build: .\n",
  });
  writeIn(folder, name, text);
  return runCli(["builds", "."], { cwd: folder });
}

test("a Compose file that is a link out of the workspace is not read", posixOnly, async (t) => {
  const secret = writeIn(temporaryFolder(t), "secret", "services:\n  stolen:\n    build: .\n");
  const folder = temporaryFolder(t, { Dockerfile: "FROM alpine\n" });
  symlinkSync(secret, path.join(folder, "compose.yaml"));
  const { out, err } = await runCli(["builds", "."], { cwd: folder });
  assert.doesNotMatch(out + err.join("\n"), /stolen/);
});

test("Compose files that name each other in very many ways are each read once", {
  timeout: 60_000,
}, async (t) => {
  const include = (n: number) => `include: [${`c${n}.yaml, `.repeat(9)}]\n`;
  const folder = temporaryFolder(t, {
    Dockerfile: "FROM alpine\n",
    "compose.yaml": `${include(1)}services:\n  good:\n    build: .\n`,
    ...Object.fromEntries(
      Array.from({ length: 18 }, (_, n) => [
        `c${n + 1}.yaml`,
        `${n < 17 ? include(n + 2) : ""}services:\n  s${n + 1}:\n    build: .\n`,
      ]),
    ),
  });
  const { code, out } = await runCli(["builds", "."], { cwd: folder });
  assert.equal(code, 0);
  assert.match(out, /good/);
  assert.match(out, /s18/);
});

test("what a target inherits in two ways counts by its last place, and more than is followed is said", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: "FROM alpine\n",
    "docker-bake.hcl": `target "base" { args = { a = "base", b = "base" } }
target "one" {
  inherits = ["base"]
  args = { a = "one" }
}
target "two" {
  inherits = ["base"]
  args = { b = "two" }
}
target "both" { inherits = ["one", "two"] }
${targets(150, (n) => `inherits = ["t${n - 1}"]`)}`,
  });
  const { out } = await runCli(["builds", "--format", "json", "."], { cwd: folder });
  const { builds } = JSON.parse(out) as {
    builds: { id: string; args: Record<string, string>; problems: { message: string }[] }[];
  }; // the schema test checks it
  const found = (id: string) => builds.find((one) => one.id === id) ?? assert.fail(id);
  assert.deepEqual(found("bake:both").args, { a: "base", b: "two" });
  assert.deepEqual(found("bake:t50").problems, []);
  assert.match(found("bake:t149").problems[0]?.message ?? "", /inherits/);
});
