/** Files that say how images are built, made to break their reader: a sentence, and the rest is read. */
import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { runCli } from "../cli/support/runCli.js";

const posixOnly = process.platform === "win32" ? { skip: "needs links" } : {};

const deep = 20_000;

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
