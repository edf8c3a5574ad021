/** What a builder takes of an exported cache: foreseen, and held against what a real one took. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { repositoryRoot } from "../support/repository.js";
import { readExports } from "./support/cacheExport.js";
import { caseDigest } from "./support/caseDigest.js";
import type { Comparison } from "./support/compare.js";
import { forecastCase } from "./support/forecastCase.js";
import { readCases, readRecordings } from "./support/store.js";

describe("forecasts against exported caches", async () => {
  const exports = new Map(readExports(repositoryRoot).map((one) => [one.case, one]));
  const recordings = readRecordings(repositoryRoot).filter(({ builder }) => builder === "buildkit");
  const all: Comparison[] = [];
  for (const { theCase, text } of readCases(repositoryRoot)) {
    const exported = exports.get(theCase.name);
    const recording = recordings.find((one) => one.case === theCase.name);
    const isTold = exported?.digest === caseDigest(text) && recording?.digest === exported.digest;
    if (!isTold || exported === undefined || recording === undefined) continue;
    test(theCase.name, async () => {
      const compared = await forecastCase(theCase, exported, recording);
      if (compared === null) return;
      all.push(compared);
      assert.deepEqual(compared.wrong, []);
    });
  }

  test("few steps are left open", () => {
    const steps = all.reduce((sum, one) => sum + one.steps, 0);
    const unknown = all.flatMap((one) => one.unknown);
    assert.ok(steps > 600, `${steps} steps`);
    assert.ok(unknown.length <= steps / 8, `${unknown.length} of ${steps}`);
  });
});
