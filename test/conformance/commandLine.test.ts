/** The command line gives the predictions that are compared with recordings: the same, program and all. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { suite, test } from "node:test";
import type { SimulationJson } from "../../server/src/core/documents/simulation.js";
import { run } from "../support/engine/process.js";
import { inRepository, repositoryRoot } from "../support/repository.js";
import { applyOperations, dropCaseFolder, newCaseFolder } from "./support/caseFolder.js";
import { requestArguments } from "./support/requestArguments.js";
import { newSession, simulateCase } from "./support/simulate.js";
import { readCases } from "./support/store.js";

/** One of each kind: programs take a while to start, so not all. */
const sample = [
  "arg/unused-with-default",
  "copy/file-attributes",
  "copy/same-size-and-time",
  "env/value-changed",
  "failing/copy-of-a-missing-file",
  "ignore/beside-the-dockerfile",
  "options/build-context-for-stage",
  "options/label-target",
  "options/no-cache-hides",
  "options/shm-size-and-mounts",
  "stages/target",
  "steps/back-to-an-earlier-version",
];

suite("the command line predicts what is compared with recordings", () => {
  for (const { theCase } of readCases(repositoryRoot)) {
    if (!sample.includes(theCase.name)) continue;
    for (const builder of theCase.builders) {
      test(`${theCase.name} (${builder})`, async () => {
        const state = mkdtempSync(path.join(os.tmpdir(), "stratacast-state-"));
        const session = newSession();
        let folder = newCaseFolder();
        try {
          for (const operations of [theCase.setup, ...theCase.changes.map((c) => c.operations)]) {
            folder = applyOperations(folder, operations);
            const expected = await simulateCase(session, folder, builder);
            const { stdout, stderr } = await run(
              process.execPath,
              [
                ...[inRepository("dist/cli.mjs"), "simulate", "--state", state],
                ...["--builder", builder, "--format", "json"],
                ...requestArguments(folder.request),
              ],
              { cwd: folder.path },
            );
            assert.notEqual(stdout, "", stderr);
            const actual: SimulationJson = JSON.parse(stdout);
            assert.deepEqual(decisions(actual), decisions(expected.json));
          }
        } finally {
          dropCaseFolder(folder);
          rmSync(state, { recursive: true, force: true });
        }
      });
    }
  }
});

/** What a build would decide. Words and config may differ: the command line knows nothing of the base. */
function decisions({ steps, findings }: SimulationJson): readonly unknown[] {
  return [
    steps.map(({ line, instruction, prediction, effect }) => [
      line,
      instruction,
      prediction,
      effect,
    ]),
    findings.map(({ code, line }) => [code, line]),
  ];
}
