/** `stratacast check`, and the hook that starts it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { allCommands } from "../../../server/src/cli/main.js";
import { projectText } from "../../support/projectFiles.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

const commands = await allCommands();

test("each Dockerfile is forecast as the project builds it, and one that fails is exit code 1", async (t) => {
  const cwd = temporaryFolder(t, {
    "compose.yaml":
      "services:\n  api:\n    build: { context: ., dockerfile: api/Dockerfile }\n  web:\n    build: web\n",
    "api/Dockerfile": "FROM scratch\nCOPY shared /\n",
    shared: "",
    "web/Dockerfile": "FROM scratch\nCOPY gone /\n",
  });
  const check = (...words: readonly string[]) =>
    runCli(["check", "--state", "state", ...words], { cwd });
  const good = await check("api/Dockerfile");
  assert.deepEqual(
    [good.code, good.err, good.out],
    [0, [], "api/Dockerfile: 1 step to build: no earlier build to compare with.\n"],
  );
  const both = await check("api/Dockerfile", "web/Dockerfile");
  assert.equal(both.code, 1);
  assert.match(both.out, /^web\/Dockerfile:2:6: \w+: "gone" is not in the build context/m);
  assert.match(both.out, /^web\/Dockerfile: The build would fail: /m);
  assert.equal((await check("--fail-on", "never", "web/Dockerfile")).code, 0);
  writeIn(cwd, "guessed/Dockerfile", "FROM scratch\nCOPY gone /\n");
  const guess = await check("guessed/Dockerfile");
  assert.equal(guess.code, 0);
  assert.match(guess.out, /^guessed\/Dockerfile:2:6: warning: "gone" is not/m);
  const on = 'build: { context: ., additional_contexts: { me/base: "service:base" } }';
  const services = `services:\n  base: { build: ../web }\n  on: { ${on} }\n`;
  writeIn(cwd, "stands/compose.yaml", services);
  writeIn(cwd, "stands/Dockerfile", "FROM me/base\n");
  const standing = await check("stands/Dockerfile");
  assert.equal(standing.code, 1, standing.out);
  assert.match(standing.out, /^stands\/Dockerfile:1:\d+: error: /m);
  const missing = await check("nowhere/Dockerfile");
  assert.deepEqual([missing.code, missing.err], [2, ["stratacast check: nowhere: no such folder"]]);
  assert.match((await check()).err[0] ?? "", /DOCKERFILE is missing/);
});

test("the hook of pre-commit starts a command that there is, of this version, on Dockerfiles", () => {
  const hooks = parse(projectText(".pre-commit-hooks.yaml")) as readonly {
    readonly entry: string;
    readonly language: string;
    readonly types: readonly string[];
  }[];
  const { version } = JSON.parse(projectText("package.json")) as { readonly version: string };
  assert.deepEqual(
    hooks.map(({ entry, language, types }) => [entry, language, types]),
    [[`npx --yes stratacast@${version} check`, "system", ["dockerfile"]]],
  );
  assert.equal(commands.find(({ name }) => name === "check")?.offers, "files");
});
