/**
 * Exact ranges: every folder of test/fixtures/syntax holds a Dockerfile and the tree we make of it.
 * `--update` or UPDATE_GOLDENS=1 writes the trees anew; without it a missing tree is a failure.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { dumpTree } from "./dumpTree.js";

const FOLDER = path.resolve("test/fixtures/syntax");
const isUpdating = process.argv.includes("--update") || process.env["UPDATE_GOLDENS"] === "1";

for (const entry of readdirSync(FOLDER, { withFileTypes: true })) {
  if (!entry.isDirectory()) continue;
  test(`syntax/${entry.name}`, () => {
    const golden = path.join(FOLDER, entry.name, "tree.txt");
    const text = readFileSync(path.join(FOLDER, entry.name, "Dockerfile"), "utf8");
    const actual = dumpTree(parseDockerfile(text));
    if (isUpdating) writeFileSync(golden, actual);
    assert.ok(existsSync(golden), `${golden} is missing; npm run test:update writes it`);
    assert.equal(actual, readFileSync(golden, "utf8"));
  });
}
