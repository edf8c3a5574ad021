/** Sources that are not there because something makes them before the build. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { gitIn } from "../host/support/gitFolder.js";
import { runCli } from "./support/runCli.js";

const dockerfile = `FROM nginx
COPY conf /etc/nginx/
COPY web/dist /srv/www
COPY web/out/*.css /srv/www/
COPY lib/vendor/a.h /usr/include/
RUN nginx -t
`;

function project(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder(t, { Dockerfile: dockerfile, "conf/a": "a\n", ...files });
  gitIn(folder)("init", "--quiet");
  const state = temporaryFolder(t);
  return {
    folder,
    async simulate(...words: readonly string[]) {
      const all = ["simulate", "--state", state, "--format", "json", ...words, "."];
      const { code, out } = await runCli(all, { cwd: folder });
      const { steps, findings } = JSON.parse(out) as SimulationJson;
      return {
        code,
        predictions: steps.map(({ line, prediction }) => `${line} ${prediction}`),
        causes: steps.map(({ cause }) => cause?.code ?? null),
        findings: findings.map((one) => `${one.line} ${one.severity} ${one.code}`),
        messages: findings.map(({ message }) => message),
      };
    },
  };
}

const ignored = {
  ".gitignore": "/web/dist/\n*.log\n",
  "web/.gitignore": "# made by the bundler\nout\n",
  ".gitmodules": '[submodule "vendor"]\n\tpath = lib/vendor\n\turl = https://example.com/v.git\n',
};

test("what git ignores, or keeps in a submodule, is made before the build: no error, and not known", async (t) => {
  const { folder, simulate } = project(t, ignored);
  const first = await simulate();
  assert.equal(first.code, 0);
  assert.deepEqual(first.findings, [
    "3 information source-made-before",
    "4 information source-made-before",
    "5 information source-made-before",
  ]);
  assert.match(
    first.messages[0] ?? "",
    /^"web\/dist" is not here\. Git ignores it \(\.gitignore, line 1\)/,
  );
  assert.match(first.messages[1] ?? "", /\(web\/\.gitignore, line 2\)/);
  assert.match(
    first.messages[2] ?? "",
    /lib\/vendor is a submodule of git that is not checked out/,
  );
  const again = await simulate();
  assert.deepEqual(again.predictions, [
    ...["1 null", "2 hit", "3 unknown", "4 unknown", "5 unknown", "6 unknown"],
  ]);
  assert.equal(again.causes[2], "files-made-before");

  // Once it is there, nothing is open any more.
  writeIn(folder, "web/dist/index.html", "1\n");
  writeIn(folder, "web/out/a.css", "1\n");
  writeIn(folder, "lib/vendor/a.h", "1\n");
  await simulate();
  const made = await simulate();
  assert.deepEqual(
    [made.findings, made.predictions.slice(1)],
    [[], ["2 hit", "3 hit", "4 hit", "5 hit", "6 hit"]],
  );
});

test("what git does not ignore is missing, and so is what an exception brings back", async (t) => {
  const files = { ".gitignore": "/web/*\n!/web/dist\n" };
  const { findings, code } = await project(t, files).simulate();
  assert.equal(code, 1);
  assert.ok(findings.includes("3 error source-not-found"), String(findings));
  assert.ok(findings.includes("4 information source-made-before"), String(findings));
  assert.ok(findings.includes("5 error source-not-found"), String(findings));
});

test("outside of a repository what is missing is missing", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: dockerfile, ".gitignore": "*\n" });
  const words = ["simulate", "--dry-run", "--format", "json", "--state", folder, "."];
  const { out } = await runCli(words, { cwd: folder });
  const { findings } = JSON.parse(out) as SimulationJson;
  assert.ok(findings.some(({ code, line }) => code === "source-not-found" && line === 3));
});
