/** A window in German: everything that the extension shows is German, on the Python sample. */
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import path from "node:path";
import { screenshot } from "../support/editor.js";
import { hoverOn, leaveHover, runCommand, seeLenses } from "../support/editorView.js";
import { journey, sample } from "../support/journey.js";
import { clearToasts, seeRows, seeToast, showViewContainer } from "../support/workbench.js";

journey(
  "the Python sample in German",
  { workspace: sample("python-app"), file: "Dockerfile", language: "de" },
  async (editor, step) => {
    await step("lenses and hovers are German", async () => {
      await seeLenses(editor, [
        "Basis-Image python:3.12-slim · kein früherer Build zum Vergleich",
        "Schicht 1",
        /^Schicht 2 · 1 Datei, \d+ B$/,
        "Schicht 3",
        /^Schicht 4 · 6 Dateien, [\d,]+ kB$/,
        "Nur Metadaten",
      ]);
      const copy = await hoverOn(editor, "COPY requirements.txt .", "COPY", /Schicht 2/);
      assert.match(copy, /Was geschieht/);
      await screenshot(editor, "german-hover");
      await leaveHover(editor);
    });

    await step("the tree, the command and its summary are German", async () => {
      await showViewContainer(editor, "Stratacast");
      await seeRows(editor, ["Beschreibbare Schicht des Containers", "4  COPY . ."]);
      await runCommand(editor, "Stratacast: Build simulieren");
      await seeToast(editor, /Schritt/);
      await clearToasts(editor);
      appendFileSync(path.join(editor.folder, "app.py"), "\n# more\n");
      await seeLenses(editor, [/./, /^Aus dem Cache/, /./, /./, /^Wird neu gebaut: app\.py/, /./]);
      await screenshot(editor, "german");
    });

    await step("the explanation and the glossary are German", async () => {
      await runCommand(editor, "Stratacast: Schichten erklären");
      const frame = editor.page.frameLocator("iframe.webview.ready").first();
      await frame.frameLocator("iframe#active-frame").locator("h1").first().waitFor();
      await screenshot(editor, "german-explanation");
    });
  },
);
