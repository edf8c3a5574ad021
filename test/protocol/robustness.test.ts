/** What an editor should not do, and what a user's machine may look like: the server goes on. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type LayerStack, requests } from "../../server/src/protocol.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";
import { pythonApp } from "./support/projects.js";

test("malformed parameters and unknown documents answer empty, and the rest works on", async (t) => {
  const editor = await startEditor();
  t.after(() => editor.process.kill());
  const { connection } = editor;
  for (const params of [undefined, null, 7, "x", [], {}, { uri: 7 }, { uri: "file:///no/where" }]) {
    const send = (method: string) => connection.sendRequest(method, params);
    assert.equal(await send(requests.layerStack), null);
    assert.deepEqual(await send(requests.layerChildren), []);
    assert.equal(await send(requests.buildChoices), null);
    assert.deepEqual(await send(requests.simulateBuild), { outcome: "cancelled" });
    await connection.sendNotification("stratacast/buildChoice", params);
    await connection.sendNotification("stratacast/refresh", params);
  }
  assert.deepEqual(await editor.lenses("file:///no/where"), []);
  assert.equal(await editor.hover("untitled:nothing", 1, 1), "");
  await assert.rejects(connection.sendRequest("stratacast/noSuchRequest", {}));
  await assert.rejects(connection.sendRequest("textDocument/hover", { nothing: true }));
  const uri = "untitled:Dockerfile";
  await editor.open(uri, "FROM scratch\n");
  await editor.change(uri, {
    range: { start: { line: 900, character: 5 }, end: { line: 901, character: 1 } },
    text: "USER me\n",
  });
  assert.equal((await editor.lenses(uri)).length, 2);
  assert.deepEqual(await editor.hover(uri, 500, 500), "");
  assert.equal(await editor.stop(), 0);
});

test("an editor that can do little gets lenses all the same", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const editor = await startEditor({ workspaceFolders: [folder], capable: false });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, pythonApp.Dockerfile);
  await editor.settled(uri);
  assert.match((await editor.lenses(uri))[4] ?? "", /3 files/);
  assert.equal(editor.watched.size, 0);
  writeIn(folder, "new.txt", "new");
  await editor.save(uri);
  await eventually("the new file after a save", async () =>
    /4 files/.test((await editor.lenses(uri))[4] ?? "") ? true : null,
  );
  assert.deepEqual(editor.log, []);
  assert.equal(await editor.stop(), 0);
});

test("an untitled document has the first workspace folder as context, or none", async (t) => {
  const folder = temporaryFolder(t, { "app.py": "x" });
  const withFolder = await startEditor({ workspaceFolders: [folder] });
  const without = await startEditor();
  t.after(() => [withFolder, without].map((editor) => editor.process.kill()));
  const uri = "untitled:Untitled-1";
  for (const editor of [withFolder, without]) {
    await editor.open(uri, "FROM scratch\nCOPY app.py /\n");
    await editor.settled(uri);
  }
  assert.match((await withFolder.lenses(uri))[1] ?? "", /1 file, 1 B/);
  assert.deepEqual(without.diagnostics(uri), []);
  const stack: LayerStack = await without.connection.sendRequest(requests.layerStack, { uri });
  assert.equal(stack.roots.at(-1)?.label, "Build context");
  assert.match(stack.roots.at(-1)?.description ?? "", /open a folder to choose one$/);
  assert.equal((await without.lenses(uri)).length, 2);
});

test("a file of ten thousand lines is answered", async (t) => {
  const editor = await startEditor();
  t.after(() => editor.process.kill());
  const lines = [
    "FROM alpine",
    ...Array.from({ length: 9_999 }, (_, n) => `RUN echo ${n} > /f${n}`),
  ];
  const uri = "untitled:Dockerfile";
  await editor.open(uri, lines.join("\n"));
  assert.equal((await editor.lenses(uri)).length, 10_000);
  await editor.change(uri, {
    range: { start: { line: 5, character: 0 }, end: { line: 5, character: 3 } },
    text: "ENV X=1\nRUN",
  });
  assert.equal((await editor.lenses(uri)).length, 10_001);
});

test("typing draws no lenses anew that the editor asks for by itself", async (t) => {
  const editor = await startEditor();
  t.after(() => editor.process.kill());
  const uri = "untitled:Dockerfile";
  await editor.open(uri, "FROM alpine\n");
  await editor.settled(uri);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = editor.refreshes();
  await editor.change(uri, { text: "FROM alpine\nRUN [\n" });
  await eventually("an answer to the edit", () =>
    editor.states(uri).length > 1 || editor.diagnostics(uri).length > 0 ? true : null,
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(editor.refreshes(), before);
});

test("a context that cannot be read is told once, where it first matters", async (t) => {
  const folder = temporaryFolder(t, { file: "x" });
  const editor = await startEditor({
    workspaceFolders: [folder],
    settings: { context: path.join(folder, "file") },
  });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, "FROM scratch\nUSER me\nCOPY a /\nCOPY b /\n");
  await editor.settled(uri);
  const told = await eventually("the problem", () => editor.diagnostics(uri)[0] ?? null);
  assert.equal(editor.diagnostics(uri).length, 1);
  assert.equal(told.range.start.line, 2);
  assert.match(String(told.message), /is not a folder/);
});

test("a context outside the workspace is not watched, but read again on a save", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: "FROM scratch\nCOPY . /\n" });
  const outside = temporaryFolder(t, { a: "1" });
  const editor = await startEditor({ workspaceFolders: [folder], settings: { context: outside } });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, "FROM scratch\nCOPY . /\n");
  await editor.settled(uri);
  const stack: LayerStack = await editor.connection.sendRequest(requests.layerStack, { uri });
  assert.match(stack.roots.at(-1)?.description ?? "", /1 entry · not watched$/);
  const globs = [...editor.watched.values()].flat();
  assert.ok(
    globs.every((glob) => !glob.startsWith(uriOf(outside))),
    globs.join("\n"),
  );
  writeFileSync(path.join(outside, "b"), "2");
  await editor.save(uri);
  await eventually("the second file", async () =>
    /2 files/.test((await editor.lenses(uri))[1] ?? "") ? true : null,
  );
});

test("an ignore file counts as it stands in the editor, saved or not", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: "",
    a: "1",
    b: "2",
    ".dockerignore": "Dockerfile\n.*",
  });
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  const ignore = uriOf(path.join(folder, ".dockerignore"));
  await editor.open(uri, "FROM scratch\nCOPY . /\n");
  await editor.settled(uri);
  assert.match((await editor.lenses(uri))[1] ?? "", /2 files/);
  await editor.open(ignore, "Dockerfile\n.*");
  assert.deepEqual(await editor.lenses(ignore), []);
  await editor.change(ignore, { text: "Dockerfile\n.*\nb" });
  await eventually("the file less", async () =>
    /1 file,/.test((await editor.lenses(uri))[1] ?? "") ? true : null,
  );
  await editor.close(ignore);
  await eventually("the file again", async () =>
    /2 files/.test((await editor.lenses(uri))[1] ?? "") ? true : null,
  );
});

test("the server ends with its editor, also without a goodbye", async (t) => {
  const orderly = await startEditor();
  assert.equal(await orderly.stop(), 0);

  const rude = await startEditor();
  t.after(() => rude.process.kill());
  const ended = once(rude.process, "exit");
  await rude.connection.sendNotification("exit");
  assert.deepEqual((await ended)[0], 1, "exit without shutdown is an error");

  const gone = await startEditor();
  t.after(() => gone.process.kill());
  const closed = once(gone.process, "exit");
  gone.process.stdin?.end();
  await closed;
});
