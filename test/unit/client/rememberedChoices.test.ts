/** What is kept of a choice, and what is not written to disk. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Memento, Uri } from "vscode";
import { createRememberedChoices, looksSecret } from "../../../client/src/rememberedChoices.js";

// Only its text is asked for.
const uri = { toString: () => "file:///w/Dockerfile" } as Uri;

test("a choice comes back in the next window", async () => {
  const disk = memento();
  const choice = { target: "test", buildArgs: { NODE_VERSION: "20" } };
  await createRememberedChoices(disk).set(uri, choice);
  assert.deepEqual(createRememberedChoices(disk).get(uri), choice);
});

test("a secret comes back in this window and is never stored", async () => {
  const disk = memento();
  const remembered = createRememberedChoices(disk);
  await remembered.set(uri, { target: null, buildArgs: { NPM_TOKEN: "s3cret", A: "1" } });
  assert.deepEqual(remembered.get(uri)?.buildArgs, { NPM_TOKEN: "s3cret", A: "1" });
  assert.deepEqual(createRememberedChoices(disk).get(uri)?.buildArgs, { A: "1" });
  assert.ok(!JSON.stringify([...disk.values.values()]).includes("s3cret"));
});

test("names that say secret", () => {
  for (const name of ["NPM_TOKEN", "apikey", "GITHUB-TOKEN", "db_password", "AWS_SECRET_KEY"]) {
    assert.ok(looksSecret(name), name);
  }
  for (const name of ["NODE_VERSION", "KEYBOARD", "TOKENIZER", "AUTHOR", "MONKEY"]) {
    assert.ok(!looksSecret(name), name);
  }
});

function memento(): Memento & { readonly values: Map<string, unknown> } {
  const values = new Map<string, unknown>();
  return {
    values,
    keys: () => [...values.keys()],
    // As VS Code does it, the value is what somebody stored under the key, of whatever type.
    get: <T>(key: string) => values.get(key) as T | undefined,
    update: async (key: string, value: unknown) => {
      values.set(key, JSON.parse(JSON.stringify(value)));
    },
  };
}
