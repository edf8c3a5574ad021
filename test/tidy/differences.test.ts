/** What is special about a keyword, or about a builder, stands in one place; everything else asks for the fact. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { instructionKind } from "../../server/src/core/instructions/index.js";
import { projectText, sources } from "../support/projectFiles.js";

test("no keyword is compared outside the instructions and the grammar", () => {
  const allowed = /^server\/src\/core\/(?:instructions|syntax)\//;
  const offenders = sources("server/src", "client/src")
    .filter((file) => !allowed.test(file))
    .flatMap((file) => keywordTexts(projectText(file)).map((text) => `${file}: ${text}`));
  assert.deepEqual(offenders, []);
});

/** Plain texts that are nothing but keywords: one, or a list of them. */
function keywordTexts(source: string): readonly string[] {
  const texts = source.matchAll(/"([A-Z]+(?: [A-Z]+)*)"/g);
  return [...texts].flatMap(([text, words = ""]) =>
    words.split(" ").every((word) => instructionKind(word) !== undefined) ? [text] : [],
  );
}

test("the builders are told apart by their rules, never by their names", () => {
  const allowed = /^server\/src\/core\/build\//;
  const comparison =
    /[!=]== "(?:buildkit|classic)"|"(?:buildkit|classic)" [!=]==|case "(?:buildkit|classic)"/g;
  const offenders = sources("server/src", "client/src")
    .filter((file) => !allowed.test(file))
    .flatMap((file) =>
      [...projectText(file).matchAll(comparison)].map(([text]) => `${file}: ${text}`),
    );
  assert.deepEqual(offenders, []);
});
