/**
 * What a server has come to know by edits, events, settings and simulated builds is what a new one
 * finds out at once: it keeps no answer that it cannot compute again.
 */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { type EditorClient, eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";
import { pythonApp } from "./support/projects.js";

/** What happens between two looks; the last of each makes another build than the simulated one. */
const episodes: readonly (readonly Happening[])[] = [
  [
    { kind: "text", from: "WORKDIR /app", to: "WORKDIR /srv" },
    { kind: "text", from: "WORKDIR /srv", to: "WORKDIR /app" },
    { kind: "text", from: "CMD", to: "RUN echo one\nCMD" },
  ],
  [
    { kind: "simulate" },
    { kind: "file", name: "app.py", text: "print('two')\n" },
    { kind: "text", from: "FROM", to: "# moved down\nARG EARLY\nFROM" },
  ],
  [
    { kind: "file", name: ".dockerignore", text: "*.py\n" },
    { kind: "settings", settings: { builder: "classic" } },
    { kind: "file", name: "new/file.txt", text: "three\n" },
  ],
  [
    { kind: "settings", settings: { buildArgs: { EARLY: "yes" } } },
    { kind: "file", name: ".dockerignore", text: null },
    { kind: "simulate" },
    { kind: "file", name: "requirements.txt", text: null },
  ],
  [
    { kind: "file", name: "requirements.txt", text: "flask==1\n" },
    { kind: "text", from: "RUN echo one", to: 'RUN echo "half-typed' },
    { kind: "text", from: 'RUN echo "half-typed', to: "RUN echo four" },
  ],
];

type Happening =
  | { readonly kind: "text"; readonly from: string; readonly to: string }
  /** `text` null: the file is removed. */
  | { readonly kind: "file"; readonly name: string; readonly text: string | null }
  | { readonly kind: "settings"; readonly settings: object }
  | { readonly kind: "simulate" };

test("a server that saw everything happen answers as one that has just started", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const storageFolder = temporaryFolder(t, {});
  const uri = uriOf(path.join(folder, "Dockerfile"));
  const editor = await startEditor({ workspaceFolders: [folder], storageFolder });
  t.after(() => editor.process.kill());
  let text: string = pythonApp.Dockerfile;
  let settings: object = {};
  await editor.open(uri, text);
  await editor.settled(uri);
  for (const [number, episode] of episodes.entries()) {
    for (const happening of episode) {
      if (happening.kind === "settings") settings = happening.settings;
      text = await happen(editor, { uri, folder, text }, happening);
    }
    const fresh = await answersOf(t, { folder, storageFolder, settings }, uri, text);
    // The answers go on changing until all that was told has been looked at.
    const seen = await eventually(`what a new one does, after episode ${number + 1}`, async () => {
      await editor.settled(uri);
      const answers = await look(editor, uri, text);
      return JSON.stringify(answers) === JSON.stringify(fresh) ? answers : null;
    }).catch(() => look(editor, uri, text));
    assert.deepEqual(seen, fresh, `after episode ${number + 1}`);
  }
});

/** @returns the text of the document from then on */
async function happen(
  editor: EditorClient,
  { uri, folder, text }: { readonly uri: string; readonly folder: string; readonly text: string },
  happening: Happening,
): Promise<string> {
  switch (happening.kind) {
    case "text": {
      assert.ok(text.includes(happening.from), happening.from);
      const changed = text.replace(happening.from, happening.to);
      await editor.change(uri, { text: changed });
      return changed;
    }
    case "file": {
      const file = path.join(folder, happening.name);
      if (happening.text === null) rmSync(file);
      else writeIn(folder, happening.name, happening.text);
      await editor.filesChanged(file);
      return text;
    }
    case "settings":
      await editor.useSettings(happening.settings);
      return text;
    case "simulate":
      await editor.settled(uri);
      await editor.connection.sendRequest("stratacast/simulateBuild", {
        uri,
        target: null,
        buildArgs: {},
      });
      return text;
  }
}

async function answersOf(
  t: TestContext,
  place: { readonly folder: string; readonly storageFolder: string; readonly settings: object },
  uri: string,
  text: string,
): Promise<readonly string[]> {
  const { folder, storageFolder, settings } = place;
  const editor = await startEditor({ workspaceFolders: [folder], storageFolder, settings });
  t.after(() => editor.process.kill());
  await editor.open(uri, text);
  await editor.settled(uri);
  const answers = await look(editor, uri, text);
  await editor.stop();
  return answers;
}

/** The lenses, and what every line says when the mouse rests on it. */
async function look(editor: EditorClient, uri: string, text: string): Promise<readonly string[]> {
  const answers = [...(await editor.lenses(uri))];
  for (const line of text.split("\n").keys()) answers.push(await editor.hover(uri, line + 1, 1));
  return answers;
}
