/** Whole outputs as files: compared, and with `--update` or UPDATE_GOLDENS=1 written anew. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inRepository } from "./repository.js";

/** @param name of the file below test/fixtures; a missing one is a failure */
export function matchesGolden(name: string, actual: string): void {
  const file = inRepository("test/fixtures", name);
  if (process.env["UPDATE_GOLDENS"] === "1") {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, actual);
  }
  assert.ok(existsSync(file), `test/fixtures/${name} is missing: npm run test:update writes it`);
  assert.equal(actual, readFileSync(file, "utf8"));
}
