/**
 * Where nobody may be asked for the base image, nothing is said that turns on what it sets: every prediction
 * is what the engine decided, or unknown. Needs no engine.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { repositoryRoot } from "../support/repository.js";
import { isThorough } from "../support/thorough.js";
import type { Case } from "./support/caseFile.js";
import { replayCase } from "./support/replay.js";
import { readCases, readRecordings } from "./support/store.js";

const recordings = readRecordings(repositoryRoot);

suite("builds on a base image of which nothing is known", () => {
  for (const { theCase } of readCases(repositoryRoot)) {
    if (!isBaseKept(theCase) || !(setsSomething(theCase) || isThorough)) continue;
    for (const builder of theCase.builders) {
      test(`${theCase.name} (${builder})`, async () => {
        const recording = recordings.find(
          (one) => one.case === theCase.name && one.builder === builder,
        );
        assert.ok(recording !== undefined, "it is recorded");
        const { wrong } = await replayCase(theCase, recording, false, false);
        assert.deepEqual(wrong, [], theCase.intent);
      });
    }
  }
});

function setsSomething({ setup }: Case): boolean {
  return setup.some(({ kind }) => kind === "base");
}

/** A tag that moves is not noticed where nobody is asked, and triggers of an image are not known. */
function isBaseKept({ setup, changes }: Case): boolean {
  const edits = changes.flatMap(({ operations }) => operations);
  return (
    edits.every(({ kind }) => kind !== "base" && kind !== "base-layer") &&
    setup.every((one) => one.kind !== "base" || !one.instruction.startsWith("ONBUILD"))
  );
}
