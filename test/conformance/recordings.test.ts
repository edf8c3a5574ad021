/** Every prediction for a recorded case equals what the engine decided. Needs no engine. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { inRepository, repositoryRoot } from "../support/repository.js";
import { accuracyPage, checkAll, unknownByChance } from "./support/accuracy.js";
import { readChanceRuns } from "./support/chanceRun.js";
import { readCases } from "./support/store.js";

const accuracy = await checkAll(repositoryRoot);

suite("recorded builds", () => {
  for (const { theCase } of readCases(repositoryRoot)) {
    for (const builder of theCase.builders) {
      test(`${theCase.name} (${builder})`, () => {
        const found = accuracy.disagreements.find(
          (other) => other.name === theCase.name && other.builder === builder,
        );
        assert.ok(found === undefined, `${theCase.intent}\n${found?.wrong.join("\n")}`);
      });
    }
  }

  test("there are at least 250 edits for BuildKit", () => {
    assert.ok((accuracy.byBuilder.get("buildkit")?.edits ?? 0) >= 250);
  });

  // The cases gather what is hard.
  // Those of downloads, of links, names and folders that a stage may hold, and of what a failing build
  // may have cancelled are made to be unknown; the idioms have stages that hand on what commands make.
  test("less than 3 % of the steps are unknown, where the topic is not the unknown", () => {
    const unknownTopics = new Set(["download", "stage-files", "cancelled", "idioms"]);
    const topics = [...accuracy.byTopic].filter(([topic]) => !unknownTopics.has(topic));
    const unknown = topics.reduce((sum, [, sums]) => sum + sums.unknown, 0);
    const steps = topics.reduce((sum, [, sums]) => sum + sums.steps, 0);
    assert.ok(unknown / steps < 0.03, `${unknown} of ${steps} steps`);
  });

  test("less than 2 % of the steps of edits made by chance are unknown by themselves", () => {
    const { steps, own } = unknownByChance(readChanceRuns(repositoryRoot));
    assert.ok(steps > 10_000 && own / steps < 0.02, `${own} of ${steps} steps`);
  });

  test("docs/accuracy.md shows these numbers", () => {
    const page = readFileSync(inRepository("docs/accuracy.md"), "utf8");
    assert.equal(page, accuracyPage(accuracy), "run: npm run conformance:report -- --write");
  });
});
