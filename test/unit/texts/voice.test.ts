/** One voice: what the editor says uses one word for one thing, in short and whole sentences. */
import assert from "node:assert/strict";
import test from "node:test";
import { textsIn } from "../../support/textLists.js";
import { allTexts } from "../../support/texts.js";

const texts = allTexts();
const german = textsIn("l10n/bundle.l10n.de.json");
const pairs = Object.entries(german);

/** Words that other tools use, and the one that is ours. */
const unwanted: readonly (readonly [RegExp, string])[] = [
  [/\bfingerprints?\b/i, "cache key"],
  [/\bcache (hit|miss)(es)?\b/i, "cached, rebuilds"],
  [/\b(hits?|busts?) the cache\b/i, "cached, rebuilds"],
  [/\bparent image\b/i, "base image"],
  [/\bdocker ?file\b/, "Dockerfile"],
  [/\bcommand-line client\b/i, "CLI"],
  [/\bworkspace folder as the context\b/i, "build context"],
  [/\b(vertex|vertices)\b/i, "step"],
  [/\bdangling image\b.*\borphan/i, "dangling"],
  [/\b(please|simply|just|obviously|note that)\b/i, "nothing"],
  [/\b(can't|don't|doesn't|isn't|won't|it's)\b/i, "the two words"],
];

test("one word for one thing", () => {
  const found = texts.flatMap((text) =>
    unwanted.flatMap(([word, ours]) => (word.test(text) ? [`${text} (say: ${ours})`] : [])),
  );
  assert.deepEqual(found, []);
});

const longest = 35;

test(`no sentence has more than ${longest} words`, () => {
  const found = [...texts, ...Object.values(german)].filter((text) =>
    text
      .split(/[.!?:;](?:\s|$)/)
      .some((sentence) => sentence.split(/\s+/).filter(Boolean).length > longest),
  );
  assert.deepEqual(found, []);
});

test("a text has no stray blanks, and its translation ends as it does", () => {
  const end = (text: string) => /[.:…?!]?$/.exec(text)?.[0];
  const found = pairs.filter(
    ([english, other]) =>
      [english, other].some((text) => / {2}|^ | $/.test(text)) || end(english) !== end(other),
  );
  assert.deepEqual(found, []);
});

test("a translation leaves Docker's own words as they are", () => {
  const words = (text: string) =>
    text.match(
      /\b[A-Z]{3,}\b|(?<![\w-])--[a-z][\w-]*|\bdocker (?:\w+ prune|build|images|logs|ps|run|stop)\b/g,
    ) ?? [];
  const found = pairs.flatMap(([english, other]) =>
    words(english)
      .filter((word) => !other.includes(word) && !ordinary.has(word))
      .map((word) => `${word}: ${english}`),
  );
  assert.deepEqual(found, []);
});

/** Written in capitals and yet a word of the language. */
const ordinary = new Set(["NAME", "URL"]);
