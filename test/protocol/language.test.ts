/** The server speaks the language that the editor gives it, and English to every other editor. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { inRepository } from "../support/repository.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

const german = {
  id: "de",
  // Our own bundle: a test of its own compares it with the sources.
  texts: JSON.parse(readFileSync(inRepository("l10n/bundle.l10n.de.json"), "utf8")) as Readonly<
    Record<string, string>
  >,
};

const text = "FROM alpine\nCOPY app.py /\nCOPY missing.txt /\nLABEL a=b\n";

test("lenses, hovers and problems are German in a German editor", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: text, "app.py": "print()\n" });
  const editor = await startEditor({ workspaceFolders: [folder], language: german });
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, text);
  await editor.settled(uri);
  const [base, layer, , label] = await editor.lenses(uri);
  assert.match(base ?? "", /^1 Basis-Image/);
  assert.match(layer ?? "", /^2 Schicht 1 · 1 Datei, 8 B$/);
  assert.match(label ?? "", /^4 Nur Metadaten/);
  assert.match(await editor.hover(uri, 2, 1), /\*\*Was geschieht:\*\*/);
  const problem = String(editor.diagnostics(uri)[0]?.message);
  assert.match(problem, /missing\.txt/);
  assert.doesNotMatch(problem, /\b(the|is|not)\b/);
  assert.equal(await editor.stop(), 0);
});

test("a language that is no language is English", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: text });
  for (const language of [
    7,
    { id: "de" },
    { id: 1, texts: {} },
    { id: "x", texts: { "metadata only": 5 } },
  ]) {
    const editor = await startEditor({ workspaceFolders: [folder], language });
    const uri = uriOf(path.join(folder, "Dockerfile"));
    await editor.open(uri, text);
    await editor.settled(uri);
    assert.match((await editor.lenses(uri)).at(-1) ?? "", /^4 Metadata only/);
    assert.equal(await editor.stop(), 0);
  }
});
