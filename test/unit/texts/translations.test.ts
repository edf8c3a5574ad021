/** Every text that a user reads has its translation, and every translation still has its text. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import { inRepository } from "../../support/repository.js";
import { allTexts } from "../../support/texts.js";

const texts = allTexts();

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

test("the list of all texts is the one of the sources", () => {
  const file = "l10n/bundle.l10n.json";
  const listed = `${JSON.stringify(Object.fromEntries(texts.map((text) => [text, text])), null, 2)}\n`;
  if (process.env["UPDATE_GOLDENS"] === "1") writeFileSync(inRepository(file), listed);
  assert.equal(readFileSync(inRepository(file), "utf8"), listed, "npm run test:update writes it");
});

test("every text has a German one with the same places to fill, and no other", () => {
  const german = strings("l10n/bundle.l10n.de.json");
  assert.deepEqual(Object.keys(german).sort(), texts);
  const places = (text: string) => [...text.matchAll(/\{\d+\}/g)].map(([place]) => place).sort();
  for (const [english, text] of Object.entries(german)) {
    assert.deepEqual(places(text), places(english), english);
  }
});

function strings(file: string): Readonly<Record<string, string>> {
  // Our own file: the comparisons above fail on whatever else it may hold.
  return JSON.parse(readFileSync(inRepository(file), "utf8")) as Record<string, string>;
}
