/** The links of a hover to the glossary: the one trusted part of it. */
import assert from "node:assert/strict";
import test from "node:test";
import { glossaryMarkdown } from "../../../client/src/glossaryMarkdown.js";

test("each term has a link of its own behind the link to the whole glossary", () => {
  const terms = [
    { id: "build-context", term: "Build-Kontext" },
    { id: "layer", term: "Schicht" },
  ];
  assert.equal(
    decodeURIComponent(glossaryMarkdown("Glossar", terms)),
    '[Glossar](command:stratacast.showGlossary): [Build-Kontext](command:stratacast.showGlossary?["build-context"]) · [Schicht](command:stratacast.showGlossary?["layer"])',
  );
  assert.equal(glossaryMarkdown("Glossar", []), "[Glossar](command:stratacast.showGlossary)");
});

test("no word leads anywhere else", () => {
  const term = "x](command:workbench.action.quit) <b>`[y](https://example.com)";
  const markdown = glossaryMarkdown("Glossary", [{ id: "a) [z](command:quit", term }]);
  const links = [...markdown.matchAll(/(?<!\\)\]\(([^)]*)\)/g)].map(([, target]) => target ?? "");
  assert.equal(links.length, 2);
  for (const target of links) assert.match(target, /^command:stratacast\.showGlossary(?:\?|$)/);
  assert.doesNotMatch(markdown, /(?<!\\)[<`]/);
});
