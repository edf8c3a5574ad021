/** The glossary's entries, how links find them in every language, and which of them a hover names. */
import assert from "node:assert/strict";
import test, { afterEach } from "node:test";
import type { Builder } from "../../../server/src/core/build/builder.js";
import { hoverTerms } from "../../../server/src/core/features/hoverTerms.js";
import { type Language, speak } from "../../../server/src/core/text/say.js";
import { glossary, glossaryDocument } from "../../../server/src/core/words/glossary.js";
import { textsIn } from "../../support/textLists.js";
import { viewOf } from "../../support/viewOf.js";

const german: Language = {
  id: "de",
  texts: textsIn("l10n/bundle.l10n.de.json"),
};

afterEach(() => speak(null));

test("a link finds its entry in English and in German, at the line that it says", () => {
  for (const language of [null, german]) {
    speak(language);
    const lines = glossaryDocument().split("\n");
    for (const { id, term } of glossary()) {
      const at = lines.findIndex((line) => line.includes(`id="${id}"`));
      assert.match(lines[at] ?? "", new RegExp(`data-line="${at}"`));
      assert.equal(lines[at + 2], `## ${term}`);
    }
  }
});

test("a hover names what its instruction is about, for each builder", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["FROM alpine", "base-image registry tag-and-digest", "base-image registry tag-and-digest"],
    ["FROM scratch", "base-image", "base-image"],
    [
      "FROM alpine\nRUN x",
      "layer build-cache cache-key",
      "container intermediate-image layer build-cache",
    ],
    ["FROM alpine\nCOPY a /", "build-context layer cache-key", "build-context layer cache-key"],
    ["FROM a AS b\nFROM b\nCOPY --from=b /x /", "stage layer cache-key", "stage layer cache-key"],
    ["FROM alpine\nADD https://example.com/a /", "layer cache-key", "layer cache-key"],
    ["FROM alpine\nLABEL a=b", "metadata", "metadata"],
    [
      'FROM alpine\nCMD ["x"]',
      "entrypoint-and-cmd exec-form-and-shell-form metadata",
      "entrypoint-and-cmd exec-form-and-shell-form metadata",
    ],
    ["FROM alpine\nNOSUCH x", "", ""],
  ];
  for (const [text, buildkit, classic] of cases) {
    assert.equal(termsAt(text, text.lastIndexOf("\n") + 1, "buildkit"), buildkit, text);
    assert.equal(termsAt(text, text.lastIndexOf("\n") + 1, "classic"), classic, text);
  }
});

test("a hover on a flag, on a variable or beside an instruction names nothing", () => {
  const text = "ARG A=1\nFROM alpine\n# here\nCOPY --chown=x a /$A\n";
  for (const place of ["# here", "--chown", "$A"]) {
    assert.equal(termsAt(text, text.indexOf(place), "buildkit"), "", place);
  }
});

test("a stage that is not built is about the target", () => {
  assert.equal(termsAt("FROM a AS b\nRUN x\nFROM c\n", 12, "buildkit"), "stage target");
});

function termsAt(text: string, offset: number, builder: Builder): string {
  const { analysis } = viewOf(text, { builder });
  return hoverTerms(analysis, offset)
    .map(({ id }) => id)
    .join(" ");
}
