/** What a build is said to send, held against what a real BuildKit printed of the same contexts. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import type { ContextJson } from "../../server/src/core/documents/contextTree.js";
import { run } from "../support/engine/process.js";
import { inRepository } from "../support/repository.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { type Transfer, transferCases, writeTransferCase } from "./support/transfers.js";

const recorded = JSON.parse(
  readFileSync(inRepository("test/conformance/transfers.json"), "utf8"),
) as readonly Transfer[]; // as the recorder wrote it

/** Entries of small files: each may be so many bytes off. */
const perEntry = 40;
/** Files of this size on average and above: the whole may be one part in a hundred off. */
const large = 4096;

suite("a first build sends what BuildKit says that it was sent", () => {
  for (const theCase of transferCases) {
    test(theCase.name, async (t) => {
      const real = recorded.find((one) => one.case === theCase.name);
      assert.ok(real !== undefined, "npm run conformance:transfers records it");
      const folder = temporaryFolder(t);
      writeTransferCase(theCase, folder);
      const words = [inRepository("dist/cli.mjs"), "context", "--format", "json", "."];
      const { stdout, stderr } = await run(process.execPath, words, { cwd: folder });
      assert.notEqual(stdout, "", stderr);
      const { sends } = JSON.parse(stdout) as ContextJson; // its schema has a test
      const off = Math.abs((sends.transferBytes ?? 0) - real.bytes);
      const isLarge = sends.bytes / sends.files >= large;
      const allowed = isLarge ? real.bytes / 100 : perEntry * sends.files;
      t.diagnostic(`${real.bytes} B sent, ${sends.transferBytes} B said`);
      assert.ok(off <= allowed, `${sends.transferBytes} B said, ${real.bytes} B sent`);
    });
  }
});
