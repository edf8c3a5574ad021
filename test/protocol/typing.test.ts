/** Typing is answered from memory: no call of the file system lies between a key and its lenses. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";
import type { TestContext } from "node:test";
import { DiagnosticSeverity } from "vscode-languageserver-protocol/node";
import { codeLenses } from "../../server/src/core/features/codeLens.js";
import { hover } from "../../server/src/core/features/hover.js";
import { layerStack } from "../../server/src/core/features/layerStack.js";
import { openMachine } from "../../server/src/host/machine.js";
import { openStateStore } from "../../server/src/host/stateStore.js";
import { type MarkedLine, notifications, requests } from "../../server/src/protocol.js";
import { type BuildHost, LiveBuild } from "../../server/src/workspace/build.js";
import { defaultSettings } from "../../server/src/workspace/settings.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { type EditorClient, eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";
import { pythonApp } from "./support/projects.js";

/** The names of the functions of node:fs that are called from now on. */
function watchFileSystem(t: TestContext): string[] {
  const called: string[] = [];
  const originals = new Map<object, Map<string, unknown>>();
  for (const module of [fs, fs.promises] as unknown as Record<string, unknown>[]) {
    // Both are plain objects of functions.
    const own = new Map<string, unknown>();
    originals.set(module, own);
    for (const [name, value] of Object.entries(module)) {
      if (typeof value !== "function" || /^[A-Z]/.test(name)) continue;
      own.set(name, value);
      module[name] = (...args: unknown[]): unknown => {
        called.push(name);
        return Reflect.apply(value, module, args) as unknown;
      };
    }
  }
  syncBuiltinESMExports();
  t.after(() => {
    for (const [module, own] of originals) Object.assign(module, Object.fromEntries(own));
    syncBuiltinESMExports();
  });
  return called;
}

/** Without hints. */
function problemLines(editor: EditorClient, uri: string): readonly number[] {
  return editor
    .diagnostics(uri)
    .filter(({ severity }) => severity !== DiagnosticSeverity.Hint)
    .map(({ range }) => range.start.line + 1);
}

/** The lines of a Dockerfile with their lenses, marks and problems, as an editor shows them. */
async function shown(editor: EditorClient, uri: string) {
  const marks = await editor.connection.sendRequest<readonly MarkedLine[]>(requests.stepMarks, {
    uri,
  });
  return {
    lenses: await editor.lenses(uri),
    marks: marks.map(({ line, mark }) => `${line} ${mark}`),
    status: editor.states(uri).at(-1)?.text,
    problems: problemLines(editor, uri),
  };
}

function typeAt(line: number, character: number, text: string, cut = 0) {
  const start = { line: line - 1, character };
  return { range: { start, end: { line: line - 1, character: character + cut } }, text };
}

for (const tellsCursor of [true, false]) {
  test(`while a line is half typed all others keep what they say (cursor told: ${tellsCursor})`, async (t) => {
    const folder = temporaryFolder(t, pythonApp);
    const editor = await startEditor({ workspaceFolders: [folder] });
    t.after(() => editor.process.kill());
    const uri = uriOf(path.join(folder, "Dockerfile"));
    await editor.open(uri, `${pythonApp.Dockerfile}COPY missing /m\n`);
    await editor.settled(uri);
    const cursorAt = (line: number) =>
      tellsCursor
        ? editor.connection.sendNotification(notifications.cursor, { uri, line })
        : Promise.resolve();
    await eventually("the problem", () => problemLines(editor, uri)[0] ?? null);
    const before = await shown(editor, uri);
    assert.deepEqual([before.marks, before.problems], [["7 fails"], [7]]);

    // A new line is begun between two others, and one that is there is broken.
    await editor.change(uri, typeAt(4, 0, "\n"));
    await cursorAt(4);
    const states = editor.states(uri).length;
    await editor.change(uri, typeAt(4, 0, "CO"));
    const moved = (lines: readonly string[]) =>
      lines.map((line) =>
        line.replace(/^\d+/, (at) => String(Number(at) + Number(Number(at) > 3))),
      );
    assert.deepEqual(await editor.lenses(uri), moved(before.lenses));
    await eventually("the state", () => (editor.states(uri).length > states ? true : null));
    const same = { ...before, lenses: moved(before.lenses), marks: ["8 fails"], problems: [8] };
    // A slow machine may have taken the moment already.
    const typing = await shown(editor, uri);
    const others = typing.problems.filter((line) => line !== 4);
    if (tellsCursor) assert.deepEqual({ ...typing, problems: others }, same);

    // A moment later its own problem is told, and nothing of the others for as long as the cursor is there.
    await eventually("its problem", () => (problemLines(editor, uri).length > 1 ? true : null));
    const paused = await shown(editor, uri);
    if (tellsCursor) {
      assert.deepEqual(paused, { ...same, problems: [4, 8] });
      await cursorAt(5);
      await eventually("the build that would fail", () =>
        editor.states(uri).at(-1)?.text === "build would fail" ? true : null,
      );
    }
    assert.ok((await editor.lenses(uri)).includes("4 Not an instruction"));

    // What is complete counts at once.
    await editor.change(uri, typeAt(4, 2, "PY a /b"));
    await editor.change(uri, typeAt(4, 0, "ENV A=1", 9));
    assert.ok((await editor.lenses(uri)).includes("4 Metadata only"));
    if (!tellsCursor) return;

    // Of a line that was there before its own lens says so, once nothing has been typed for a moment.
    await cursorAt(2);
    await editor.change(uri, typeAt(2, 0, "WOKRDIR", 7));
    await eventually("the lens of what is half typed", async () => {
      const [first, second, third] = await editor.lenses(uri);
      assert.deepEqual([first, third], [before.lenses[0], before.lenses[2]]);
      return second === "2 Not complete yet" ? true : null;
    });
  });
}

test("no call of the file system lies between a keystroke and its answers", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const store = openStateStore(path.join(folder, ".state"));
  const machine = openMachine({ mayAskGit: () => true, readState: async () => store.state });
  const host: BuildHost = {
    machine,
    store,
    recorded: openStateStore(path.join(folder, ".state"), "recorded"),
    changed: () => undefined,
    moved: () => undefined,
    isWatched: () => true,
    tell: () => undefined,
    log: (message) => assert.fail(message),
  };
  const file = path.join(folder, "Dockerfile");
  const place = { uri: `file://${file}`, file, workspaceFolder: folder };
  const build = new LiveBuild(place, pythonApp.Dockerfile, 1, host);
  await build.configure(defaultSettings);
  await build.simulate({ isCancelled: false }, { report: () => undefined });

  const called = watchFileSystem(t);
  fs.existsSync(folder);
  assert.deepEqual(called.splice(0), ["existsSync"], "calls are seen");
  const edited = pythonApp.Dockerfile.replace("pip install", "pip  install");
  for (const [version, text] of [edited, `${edited}ENV A=1\n`, `${edited}COPY app.p`].entries()) {
    build.update(text, version + 2);
    const view = build.view();
    assert.ok(codeLenses(view, "all").length >= 6);
    hover(view, 60);
    layerStack(view, { folder, problem: "", isWatched: true, isGuessed: false });
  }
  assert.deepEqual(called, []);
});
