/** Runs `api.inside.ts` in the extension host, as `@vscode/test-electron` starts any such tests. */
import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { runTests } from "@vscode/test-electron";
import { temporaryFolder } from "../support/hosts/vscodeServer.js";
import { sample } from "../support/journey.js";
import { inCache, repositoryRoot } from "../support/repository.js";
import { type InsideResult, insideReportVariable } from "../support/runner/insideReport.js";

void test("the extension's API, inside VS Code", async (t) => {
  const folder = path.join(temporaryFolder("stratacast-api-"), "project");
  cpSync(sample("python-app"), folder, { recursive: true });
  const report = path.join(path.dirname(folder), "report.json");
  const ending = await runTests({
    vscodeExecutablePath: inCache("build", "code.mjs"),
    extensionDevelopmentPath: repositoryRoot,
    extensionTestsPath: inCache("build", "inside", "api.inside.cjs"),
    launchArgs: [folder],
    extensionTestsEnv: { [insideReportVariable]: report },
    reuseMachineInstall: true,
  }).then(
    () => null,
    (error: unknown) => error,
  );
  assert.ok(existsSync(report), `VS Code ran no test: ${String(ending)}`);
  // Written by `run` of api.inside.ts.
  const results = JSON.parse(readFileSync(report, "utf8")) as readonly InsideResult[];
  for (const { name, failure } of results) {
    await t.test(name, () => {
      if (failure !== null) throw new Error(failure);
    });
  }
});
