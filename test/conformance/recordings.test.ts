/** Every prediction for a recorded case equals what the engine decided. Needs no engine. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { repositoryRoot } from "../support/repository.js";
import { caseDigest } from "./support/caseDigest.js";
import { replayCase } from "./support/replay.js";
import { readCases, readRecordings } from "./support/store.js";

const recordings = new Map(
  readRecordings(repositoryRoot).map((r) => [`${r.case} ${r.builder}`, r]),
);

suite("recorded builds", () => {
  for (const { theCase, text } of readCases(repositoryRoot)) {
    for (const builder of theCase.builders) {
      test(`${theCase.name} (${builder})`, async () => {
        const recording = recordings.get(`${theCase.name} ${builder}`);
        assert.ok(recording !== undefined, "not recorded: npm run conformance:record -- --missing");
        assert.equal(
          recording.digest,
          caseDigest(text),
          "the case was edited after it was recorded",
        );
        const { wrong } = await replayCase(theCase, recording);
        assert.ok(wrong.length === 0, `${theCase.intent}\n${wrong.join("\n")}`);
      });
    }
  }
});
