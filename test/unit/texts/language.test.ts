/**
 * Everything that the editor shows is said in its language: the fixtures are answered in one whose
 * letters are not Latin, so that a Latin word that is not the Dockerfile's was never translated.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test, { afterEach } from "node:test";
import type { View } from "../../../server/src/core/analysis/view.js";
import { explainDocument } from "../../../server/src/core/documents/explainDocument.js";
import { explainPage } from "../../../server/src/core/documents/explainPage.js";
import { failureDocument } from "../../../server/src/core/documents/failureDocument.js";
import { runJson, runPlanDocument } from "../../../server/src/core/documents/runPlanText.js";
import { sharedLayersDocument } from "../../../server/src/core/documents/sharedLayersDocument.js";
import { codeLenses } from "../../../server/src/core/features/codeLens.js";
import { diagnostics } from "../../../server/src/core/features/diagnostics.js";
import { hover } from "../../../server/src/core/features/hover.js";
import { layerChildren, layerStack } from "../../../server/src/core/features/layerStack.js";
import { failureAt } from "../../../server/src/core/insight/failure.js";
import type { LayerNode } from "../../../server/src/core/insight/layerRow.js";
import { sharedLayers } from "../../../server/src/core/insight/sharedLayers.js";
import { type Language, speak } from "../../../server/src/core/text/say.js";
import { glossaryDocument } from "../../../server/src/core/words/glossary.js";
import { statusDetail, statusText } from "../../../server/src/core/words/summary.js";
import { readFixture, withoutClaims } from "../../support/fixtures.js";
import { openProject } from "../../support/fixturesProject.js";
import { inRepository } from "../../support/repository.js";
import { allTexts } from "../../support/texts.js";

/** Full-width letters: nothing else in a fixture has them. */
const wide: Language = {
  id: "zz",
  texts: Object.fromEntries(allTexts().map((text) => [text, widened(text)])),
};

/** Names and words of Docker that are the same in every language, and values that Docker gives. */
const names = new Set(
  `
  stratacast buildkit docker dockerfile dockerfiles onbuild build buildx none auto true false
  add arg cmd copy entrypoint env expose from healthcheck label maintainer run shell stopsignal
  user volume workdir syntax scratch bin sigterm root
  `
    .trim()
    .split(/\s+/),
);

const sampleNames = readdirSync(inRepository("test", "fixtures", "workspaces"), {
  recursive: true,
  encoding: "utf8",
}).join(" ");

afterEach(() => speak(null));

test("the glossary leaves no word untranslated", () => {
  speak(wide);
  assert.deepEqual(latinWords(withoutTags(glossaryDocument()), new Given()), []);
});

for (const folder of ["codeLens", "hover", "layerStack", "diagnostics", "explain", "simulation"]) {
  const files = readdirSync(inRepository("test", "fixtures", folder)).filter((file) =>
    file.endsWith(".txt"),
  );
  test(`no answer to the ${files.length} files of ${folder} leaves a word untranslated`, async () => {
    const found = new Set<string>();
    speak(wide);
    for (const file of files) {
      const text = readFileSync(path.join(inRepository("test", "fixtures", folder), file), "utf8");
      const given = readFixture(text);
      const sections = given.sections
        .filter(({ name }) => !name.startsWith("expect") && name !== "Dockerfile after")
        .map(({ name, text }) => ({ name, text: withoutClaims(text).replaceAll("<|>", "") }));
      const known = new Given(JSON.stringify(sections), sampleNames);
      for (const builder of ["buildkit", "classic"] as const) {
        const project = await openProject({ ...given, sections }, "posix", builder);
        if (project === null) continue;
        known.add(project.text);
        for (const [feature, answer] of answersOf(project.view)) {
          for (const word of latinWords(answer, known)) found.add(`${feature}: ${word} (${file})`);
        }
      }
    }
    assert.deepEqual([...found], []);
  });
}

/** Everything that is shown of a Dockerfile, by what shows it. */
function answersOf(view: View): readonly (readonly [string, string])[] {
  const { analysis } = view;
  const name = "Dockerfile";
  const places = analysis.steps.map(({ place }) => place);
  const nodes = layerStack(view, { folder: ".", problem: "", isWatched: false, isGuessed: true });
  return [
    [
      "codeLens",
      codeLenses(view, "all")
        .map(({ title }) => title)
        .join("\n"),
    ],
    [
      "diagnostics",
      diagnostics(analysis)
        .map(({ message }) => message)
        .join("\n"),
    ],
    ["hover", analysis.graph.starts.map((start) => hover(view, start)?.markdown ?? "").join("\n")],
    ["layerStack", nodeWords(view, nodes).join("\n")],
    ["status", `${statusText(view)}\n${statusDetail(view)}`],
    ["explainDocument", explainDocument(view, { name, picture: "text" })],
    ["explainPage", withoutTags(explainPage(view, { name }))],
    [
      "run",
      runPlanDocument(runJson(analysis, { remove: true, args: [], image: name }, name), name),
    ],
    [
      "failure",
      places
        .map(({ line }) => failureDocument(failureAt(analysis, line, { dockerfile: name }), name))
        .join("\n"),
    ],
    [
      "sharedLayers",
      sharedLayersDocument(
        sharedLayers([
          { name: "a", analysis },
          { name: "b", analysis },
        ]),
      ),
    ],
  ];
}

function nodeWords(view: View, nodes: readonly LayerNode[]): readonly string[] {
  return nodes.flatMap((node) => [
    [node.label, node.description, node.accessibilityLabel, node.tooltip].join("\n"),
    ...nodeWords(
      view,
      node.children === "lazy" ? layerChildren(view, node.id) : (node.children ?? []),
    ),
  ]);
}

/** Code is the Dockerfile's or the shell's, and so is what a link leads to. */
function latinWords(answer: string, known: Given): readonly string[] {
  const prose = answer
    // A word that was cut is cut in the middle; BuildKit calls a nameless stage so.
    .replace(/[A-Za-z]+…|stage\\?-\d+/g, "")
    .replace(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, "")
    .replace(/(`+)[^\n]*?[^`]\1(?!`)/g, "")
    .replace(/\]\([^)]*\)|https?:\S+/g, "")
    .replace(/&[a-z]+;|\\/g, "");
  return wordsOf(prose).filter((word) => !known.has(word) && !names.has(word));
}

/** The words that came in: of the Dockerfile, of its options, of the names of its files. */
class Given {
  #letters = "";

  constructor(...texts: readonly string[]) {
    for (const text of texts) this.add(text);
  }

  add(text: string): void {
    this.#letters += ` ${wordsOf(text).join(" ")} ${text.replace(/[^A-Za-z]/g, "").toLowerCase()}`;
  }

  has(word: string): boolean {
    return this.#letters.includes(word);
  }
}

function wordsOf(text: string): readonly string[] {
  return (text.match(/[A-Za-z]{3,}/g) ?? []).map((word) => word.toLowerCase());
}

function withoutTags(html: string): string {
  return html.replace(/<(style|script|code|pre)\b[\s\S]*?<\/\1>/g, "").replace(/<[^>]*>|`/g, " ");
}

/** The text with its letters made wide, but for what is filled in and for code. */
function widened(text: string): string {
  return text.replace(/`[^`]*`|\{\d+\}|[A-Za-z]/g, (piece) =>
    piece.length > 1 ? piece : String.fromCharCode((piece.codePointAt(0) ?? 0) + 0xfee0),
  );
}
