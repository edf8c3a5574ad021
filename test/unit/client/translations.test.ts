/** Every text that a user reads has its translation, and every translation still has its text. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { inRepository } from "../../support/repository.js";

test("the manifest asks for the strings that package.nls.json holds, no more and no less", () => {
  const manifest = readFileSync(inRepository("package.json"), "utf8");
  const asked = new Set([...manifest.matchAll(/"%([^%"]+)%"/g)].map((match) => match[1]));
  assert.deepEqual([...asked].sort(), Object.keys(strings("package.nls.json")).sort());
});

test("the German manifest has the strings of the English one and their links", () => {
  const english = strings("package.nls.json");
  const german = strings("package.nls.de.json");
  assert.deepEqual(Object.keys(german).sort(), Object.keys(english).sort());
  const links = (text: string) =>
    [...text.matchAll(/\]\(([^)]+)\)|`#([^`]+)#`/g)].map(([, a, b]) => a ?? b);
  for (const [key, text] of Object.entries(english)) {
    assert.deepEqual(links(german[key] ?? ""), links(text), key);
  }
});

test("every message of the client has a German text with the same places to fill", () => {
  const german = strings("client/l10n/bundle.l10n.de.json");
  assert.deepEqual(Object.keys(german).sort(), messagesOfClient().sort());
  const places = (text: string) => [...text.matchAll(/\{\d\}/g)].map(([place]) => place).sort();
  for (const [english, text] of Object.entries(german)) {
    assert.deepEqual(places(text), places(english), english);
  }
});

function strings(file: string): Readonly<Record<string, string>> {
  // Our own file: the comparisons above fail on whatever else it may hold.
  return JSON.parse(readFileSync(inRepository(file), "utf8")) as Record<string, string>;
}

function messagesOfClient(): string[] {
  const folder = inRepository("client/src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const messages = files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [
      ...readFileSync(`${folder}/${file}`, "utf8").matchAll(/l10n\.t\(\s*"((?:[^"\\]|\\.)*)"/g),
    ])
    .map((match) => match[1] ?? "");
  return [...new Set(messages)];
}
