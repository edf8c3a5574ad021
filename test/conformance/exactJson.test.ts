/**
 * What `stratacast simulate --format json --exact` says of a build, record by record against the cache
 * that a real builder exported of it: the record of each step, and the contents that stand in it.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulationJson, StepJson } from "../../server/src/core/documents/simulation.js";
import { repositoryRoot } from "../support/repository.js";
import { isThorough } from "../support/thorough.js";
import { runCli } from "../unit/cli/support/runCli.js";
import { type CacheExport, hexOf, readExports } from "./support/cacheExport.js";
import { caseDigest } from "./support/caseDigest.js";
import type { Case } from "./support/caseFile.js";
import { caseFolderAt, dropCaseFolder } from "./support/caseFolder.js";
import { requestArguments } from "./support/requestArguments.js";
import { readCases } from "./support/store.js";

/** In a plain run one of so many is tried. */
const share = isThorough ? 1 : 8;

describe("the JSON and exported caches, record by record", async () => {
  const exports = new Map(readExports(repositoryRoot).map((one) => [one.case, one]));
  const cases = readCases(repositoryRoot).filter(({ theCase, text }) => {
    const recorded = exports.get(theCase.name);
    return recorded?.digest === caseDigest(text) && recorded.records !== null;
  });
  let [steps, contents] = [0, 0];
  for (const [at, { theCase }] of cases.entries()) {
    const exported = exports.get(theCase.name);
    if (at % share !== 0 || exported === undefined) continue;
    test(theCase.name, async () => {
      const json = await exactOf(theCase);
      // Nobody is asked what the image sets: the keys are those on one that sets nothing.
      if (json === null || setsSomething(theCase)) return;
      const wrong = json.steps.flatMap((step) => wrongIn(step, exported));
      assert.deepEqual(wrong, []);
      steps += json.steps.filter(({ key }) => key !== null).length;
      contents += json.steps.flatMap(({ content }) => content ?? []).filter(Boolean).length;
    });
  }

  test("many steps and contents were compared", () => {
    const [some, few] = isThorough ? [600, 200] : [40, 15];
    assert.ok(steps > some && contents > few, `${steps} steps, ${contents} contents`);
  });
});

/** null: the build fails, or is asked for in a way that the command line does not take. */
async function exactOf(theCase: Case): Promise<SimulationJson | null> {
  const folder = caseFolderAt(theCase, 0);
  try {
    const own = ["--exact", "--dry-run", "--builder-version", "28.5.2", "--format", "json"];
    const words = ["simulate", ...own, "--fail-on", "never", ...requestArguments(folder.request)];
    const { out, err } = await runCli(words, { cwd: folder.path });
    assert.notEqual(out, "", err.join("\n"));
    const json = JSON.parse(out) as SimulationJson; // the schema test checks it
    return json.findings.some(({ severity }) => severity === "error") ? null : json;
  } finally {
    dropCaseFolder(folder);
  }
}

function setsSomething({ setup }: Case): boolean {
  return setup.some(({ kind }) => kind === "base");
}

function wrongIn({ key, content, line, text }: StepJson, { records }: CacheExport): string[] {
  if (key === null || records === null) return [];
  const own = records.filter(([digest]) => digest === hexOf(key.digest));
  if (own.length === 0) return [`line ${line}, ${text}: no record ${key.digest}`];
  const links = own.flatMap(([, inputs]) => inputs.flat());
  const have = new Set(
    links.flatMap((link) => (typeof link === "number" ? (records[link]?.[0] ?? []) : [])),
  );
  return (content ?? []).flatMap((digest) =>
    digest === null || have.has(hexOf(digest)) ? [] : [`line ${line}, ${text}: takes ${digest}`],
  );
}
