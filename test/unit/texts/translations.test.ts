/**
 * The translations that there are fit their texts. Those that are missing are shown in English and
 * fail no test: `npm run texts:missing` lists them.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { inRepository } from "../../support/repository.js";
import { textsIn, writeTextList } from "../../support/textLists.js";

if (process.env["UPDATE_GOLDENS"] === "1") writeTextList();

test("the manifest asks for the strings that package.nls.json holds, no more and no less", () => {
  const manifest = readFileSync(inRepository("package.json"), "utf8");
  const asked = new Set([...manifest.matchAll(/"%([^%"]+)%"/g)].map((match) => match[1]));
  assert.deepEqual([...asked].sort(), Object.keys(textsIn("package.nls.json")).sort());
});

test("a string of the German manifest has the links of the English one", () => {
  const english = textsIn("package.nls.json");
  const links = (text: string) =>
    [...text.matchAll(/\]\(([^)]+)\)|`#([^`]+)#`/g)].map(([, a, b]) => a ?? b);
  for (const [key, text] of Object.entries(textsIn("package.nls.de.json"))) {
    if (english[key] !== undefined) assert.deepEqual(links(text), links(english[key]), key);
  }
});

test("a German text has the places to fill of the English one", () => {
  const places = (text: string) => [...text.matchAll(/\{\d+\}/g)].map(([place]) => place).sort();
  for (const [english, text] of Object.entries(textsIn("l10n/bundle.l10n.de.json"))) {
    assert.deepEqual(places(text), places(english), english);
  }
});
