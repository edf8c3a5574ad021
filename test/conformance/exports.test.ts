/** Digests that are computed against those in caches that a real builder exported. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { repositoryRoot } from "../support/repository.js";
import { readExports } from "./support/cacheExport.js";
import { caseDigest } from "./support/caseDigest.js";
import { type ComparedExport, compareExport } from "./support/compareExport.js";
import { readCases } from "./support/store.js";

describe("exported caches", async () => {
  const exports = new Map(readExports(repositoryRoot).map((one) => [one.case, one]));
  const cases = readCases(repositoryRoot).filter(({ theCase }) =>
    theCase.builders.includes("buildkit"),
  );
  const all: ComparedExport[] = [];
  const lacking: string[] = [];
  for (const { theCase, text } of cases) {
    const recorded = exports.get(theCase.name);
    if (recorded?.digest !== caseDigest(text)) {
      lacking.push(theCase.name);
      continue;
    }
    test(theCase.name, async () => {
      const compared = await compareExport(theCase, recorded);
      if (compared === null) return;
      all.push(compared);
      assert.deepEqual(compared.wrong, [], "what is computed is in the export");
    });
  }

  test("every case has an export of its own, but for a few that are new", () => {
    assert.ok(
      lacking.length <= cases.length / 10,
      `run: npm run conformance:exports -- --missing\n${lacking.join("\n")}`,
    );
  });

  test("at least 99 % of the records are computed that can be known", () => {
    const computed = all.reduce((sum, one) => sum + one.computed, 0);
    const missing = all.flatMap((one) => one.missing);
    assert.ok(missing.length <= computed / 100, `${missing.length} beside ${computed}`);
  });
});
