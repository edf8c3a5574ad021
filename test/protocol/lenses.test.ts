/** Lenses, hovers, problems and the layer tree of open documents, over the protocol. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  CodeLensRequest,
  CodeLensResolveRequest,
  type Diagnostic,
  InlayHintRequest,
} from "vscode-languageserver-protocol/node";
import { type LayerNode, type LayerStack, requests } from "../../server/src/protocol.js";
import { tarArchive } from "../support/engine/tar.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { type EditorClient, eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";
import { pythonApp } from "./support/projects.js";

/** The first problem that fails the build; null: there is none. */
function errorOf(editor: EditorClient, uri: string): Diagnostic | null {
  return editor.diagnostics(uri).find(({ severity }) => severity === 1) ?? null;
}

test("a fresh server answers for a document with real files", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, pythonApp.Dockerfile);
  await editor.settled(uri);
  assert.deepEqual(await editor.lenses(uri), [
    "1 Base image python:3.12-slim · no earlier build to compare with",
    "2 Layer 1",
    "3 Layer 2 · 1 file, 13 B",
    "4 Layer 3",
    "5 Layer 4 · 3 files, 172 B",
    "6 Metadata only",
  ]);
  const hints = editor.diagnostics(uri).map(({ code, severity, range }) => {
    const { start, end } = range;
    return [code, severity, start.line, start.character, end.character];
  });
  // At the source, so that nothing stands above the hover of the keyword.
  assert.deepEqual(hints, [["stray-files-taken", 4, 4, 5, 6]], "COPY takes the Dockerfile itself");
  assert.ok(editor.refreshes() > 0, "the lenses are asked for again when files were read");
  const hover = await editor.hover(uri, 3, 2);
  assert.match(hover, /requirements\.txt/);
  assert.match(hover, /If it changes:\** lines 4 and 5 rebuild/);
  assert.equal(await editor.stop(), 0);
  assert.deepEqual(editor.log, []);
});

test("an edit changes the answers at once, without a save", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const problemsPage = "file:///extension/docs/problems.md";
  const editor = await startEditor({ workspaceFolders: [folder], problemsPage });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, pythonApp.Dockerfile);
  await editor.settled(uri);
  await editor.change(uri, {
    range: { start: { line: 2, character: 0 }, end: { line: 2, character: 4 } },
    text: "COYP",
  });
  const asked = async () =>
    (await editor.lenses(uri))[2] === "3 Not an instruction" ? true : null;
  await eventually("the lens of what is no instruction", asked);
  const problem = await eventually("the problem", () => errorOf(editor, uri));
  assert.equal(problem.range.start.line, 2);
  assert.match(String(problem.message), /COYP/);
  assert.deepEqual(problem.codeDescription, { href: `${problemsPage}#unknown-instruction` });
});

test("with the setting inlay the words stand at the ends of the lines that are asked for", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const settings = { codeLens: "inlay" };
  const editor = await startEditor({ workspaceFolders: [folder], settings });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, pythonApp.Dockerfile.replace("FROM", "FROM \\\n "));
  await editor.settled(uri);
  assert.deepEqual(await editor.lenses(uri), []);
  const hints = await editor.connection.sendRequest(InlayHintRequest.type, {
    textDocument: { uri },
    range: { start: { line: 0, character: 0 }, end: { line: 3, character: 0 } },
  });
  const told = (hints ?? []).map(({ position: { line, character }, label }) => [
    `${line + 1}:${character + 1}`,
    typeof label === "string" ? label : label[0]?.value,
  ]);
  assert.deepEqual(told, [
    ["1:7", "Base image python:3.12-slim …"],
    ["3:13", "Layer 1"],
    ["4:24", "Layer 2 · 1 file, 13 B"],
  ]);
  const before = editor.hintRefreshes();
  await editor.useSettings({});
  await eventually("lenses in their place", async () =>
    editor.hintRefreshes() > before && (await editor.lenses(uri)).length > 0 ? true : null,
  );
});

test("files that change on disk change the lenses; a touch does not", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, pythonApp.Dockerfile);
  await editor.settled(uri);
  await editor.connection.sendRequest(requests.simulateBuild, {
    uri,
    target: null,
    buildArgs: {},
  });
  const built = await editor.lenses(uri);
  assert.equal(built[4], "5 Built · layer 4 · 3 files, 172 B");

  utimesSync(path.join(folder, "app.py"), new Date(), new Date());
  const states = editor.states(uri).length;
  await editor.filesChanged(path.join(folder, "app.py"));
  await eventually("that it looked at the file", () =>
    editor.states(uri).length > states ? true : null,
  );
  await editor.settled(uri);
  assert.deepEqual(await editor.lenses(uri), built, "a touch rebuilds nothing");

  const appPy = writeIn(folder, "app.py", "print('another')\n");
  const before = performance.now();
  await editor.filesChanged(appPy);
  await eventually("the changed file", async () =>
    (await editor.lenses(uri))[4] === "5 Rebuilds: app.py changed · layer 4 · 3 files, 158 B"
      ? true
      : null,
  );
  assert.ok(performance.now() - before < 1000, "within a second");
  const others = (await editor.lenses(uri)).slice(1, 4);
  assert.ok(
    others.every((title) => /^\d+ Cached · /.test(title)),
    others.join("\n"),
  );

  writeIn(folder, "app.py", pythonApp["app.py"]);
  const requirements = writeIn(folder, "requirements.txt", "flask==3.1\n");
  await editor.filesChanged(appPy, requirements);
  await eventually("the other changed file", async () =>
    /Rebuilds: requirements\.txt changed/.test((await editor.lenses(uri))[2] ?? "") ? true : null,
  );
  const titles = await editor.lenses(uri);
  assert.match(titles[1] ?? "", /^2 Cached · /);
  assert.match(titles[3] ?? "", /Rebuilds: line 3/);
  assert.match(titles[4] ?? "", /Rebuilds: (line 3|requirements)/);
});

test("the layer tree leads from the writable layer to the files of a COPY", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, pythonApp.Dockerfile);
  await editor.settled(uri);
  const stack: LayerStack = await editor.connection.sendRequest(requests.layerStack, { uri });
  assert.equal(stack.version, 1);
  assert.deepEqual(
    stack.roots.map(({ kind, label }) => `${kind} ${label}`),
    [
      "writable Container's writable layer",
      "layer 4  COPY . .",
      "layer 3  RUN pip install -r requirements.txt",
      "layer 2  COPY requirements.txt .",
      "layer 1  WORKDIR /app",
      "base Base image python:3.12-slim",
      "config Image config",
      "context Build context",
    ],
  );
  const layer = stack.roots[1];
  assert.equal(layer?.children, "lazy");
  assert.equal(layer?.line, 5);
  const files: readonly LayerNode[] = await editor.connection.sendRequest(requests.layerChildren, {
    uri,
    id: layer?.id,
  });
  assert.deepEqual(
    files.map(({ label, resource }) => [label, resource]),
    ["Dockerfile", "app.py", "requirements.txt"].map((name) => [
      name,
      uriOf(path.join(folder, name)),
    ]),
  );
  assert.deepEqual(
    await editor.connection.sendRequest(requests.layerChildren, { uri, id: "no such row" }),
    [],
  );
});

test("an archive that ADD unpacks unfolds in the tree, and what is in it is no file to open", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: "FROM scratch\nADD a.tar /opt/\n" });
  const entries = [
    { name: "bin/" },
    { name: "bin/tool", data: Buffer.from("tool\n") },
    { name: "note", data: Buffer.from("1\n") },
  ];
  writeFileSync(path.join(folder, "a.tar"), tarArchive(entries));
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, "FROM scratch\nADD a.tar /opt/\n");
  await editor.settled(uri);
  const stack: LayerStack = await editor.connection.sendRequest(requests.layerStack, { uri });
  const rows = async (id: string | undefined): Promise<readonly LayerNode[]> =>
    editor.connection.sendRequest(requests.layerChildren, { uri, id });
  const layer = stack.roots.find(({ kind }) => kind === "layer");
  assert.match(layer?.description ?? "", /^2 files, 7 B$/);
  const [archive] = await rows(layer?.id);
  assert.deepEqual(
    [archive?.label, archive?.description, archive?.resource],
    ["a.tar", "2 files, 7 B", uriOf(path.join(folder, "a.tar"))],
  );
  const inside = await rows(archive?.id);
  assert.deepEqual(
    inside.map(({ label, resource, children }) => [label, resource, children]),
    [
      ["bin", undefined, "lazy"],
      ["note", undefined, null],
    ],
  );
});

test("what can be chosen before a build is offered", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(
    uri,
    "ARG TAG=3.20\nFROM alpine:$TAG AS base\nARG NAME\nFROM base AS last\nARG TARGETARCH\n",
  );
  assert.deepEqual(await editor.connection.sendRequest(requests.buildChoices, { uri }), {
    target: "last",
    targets: [
      { name: "base", line: 2, isLast: false },
      { name: "last", line: 4, isLast: true },
    ],
    buildArgs: [
      { name: "TAG", defaultValue: "3.20", line: 1 },
      { name: "NAME", defaultValue: null, line: 3 },
    ],
  });
});

test("settings take effect at once", async (t) => {
  const folder = temporaryFolder(t, { ...pythonApp, "other/requirements.txt": "x\n" });
  const editor = await startEditor({
    workspaceFolders: [folder],
    settings: { codeLens: "layers" },
  });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, pythonApp.Dockerfile);
  await editor.settled(uri);
  assert.equal((await editor.lenses(uri)).length, 5, "CMD has no layer");

  await editor.useSettings({ codeLens: "off", hover: { enabled: false } });
  await eventually("no lens", async () => ((await editor.lenses(uri)).length === 0 ? true : null));
  assert.equal(await editor.hover(uri, 3, 2), "");

  await editor.useSettings({ context: "other" });
  await eventually("the other context", async () =>
    (await editor.lenses(uri))[2] === "3 Layer 2 · 1 file, 2 B" ? true : null,
  );
  await eventually("the watcher of the other context", () =>
    [...editor.watched.values()]
      .flat()
      .some((glob) => glob === `${uriOf(path.join(folder, "other"))} **/*`)
      ? true
      : null,
  );

  await editor.useSettings({ builder: "classic", target: "nowhere" });
  await eventually("the wrong target", () => errorOf(editor, uri));

  await editor.useSettings({ builder: 7, target: ["x"], buildArgs: "no", codeLens: null });
  await eventually("the defaults", async () =>
    (await editor.lenses(uri)).length === 6 ? true : null,
  );
  await eventually("no problem", () => (errorOf(editor, uri) === null ? true : null));
});

test("a context folder that is missing says so, and is found when it appears", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const editor = await startEditor({
    workspaceFolders: [folder],
    settings: { context: "later" },
  });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, pythonApp.Dockerfile);
  await editor.settled(uri);
  const context = async () => {
    const stack: LayerStack = await editor.connection.sendRequest(requests.layerStack, { uri });
    return stack.roots.at(-1)?.description ?? "";
  };
  assert.match(await context(), /the folder does not exist$/);
  assert.equal((await editor.lenses(uri)).length, 6);
  const file = writeIn(folder, "later/requirements.txt", "flask\n");
  await editor.filesChanged(file);
  await eventually("the context", async () => (/\b1 entry$/.test(await context()) ? true : null));
  rmSync(path.join(folder, "later"), { recursive: true });
  await editor.filesChanged(file, path.join(folder, "later"));
  await eventually("its absence", async () =>
    /the folder does not exist$/.test(await context()) ? true : null,
  );
});

test("two documents share a context, each with its own ignore file", async (t) => {
  const folder = temporaryFolder(t, {
    ...pythonApp,
    "Dockerfile.dev": "FROM scratch\nCOPY . /\n",
    "Dockerfile.dev.dockerignore": "*\n!app.py\n",
  });
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const main = uriOf(path.join(folder, "Dockerfile"));
  const dev = uriOf(path.join(folder, "Dockerfile.dev"));
  await editor.open(main, pythonApp.Dockerfile);
  await editor.open(dev, readFileSync(path.join(folder, "Dockerfile.dev"), "utf8"));
  await editor.settled(main);
  await editor.settled(dev);
  assert.match((await editor.lenses(main))[4] ?? "", /5 files/);
  assert.match((await editor.lenses(dev))[1] ?? "", /1 file,/);
  const ignore = writeIn(folder, "Dockerfile.dev.dockerignore", "");
  await editor.filesChanged(ignore);
  await eventually("the other rules", async () =>
    /5 files/.test((await editor.lenses(dev))[1] ?? "") ? true : null,
  );
  await editor.close(dev);
  await eventually("no lens of a closed document", async () =>
    (await editor.lenses(dev)).length === 0 ? true : null,
  );
  assert.equal((await editor.lenses(main)).length, 6);
});

test("of thousands of lenses each tells its words when it is looked at", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  const text = `FROM alpine:3\n${"RUN make\n".repeat(4_100)}COPY app.py /\n`;
  await editor.open(uri, text);
  await editor.settled(uri);
  const lenses = await editor.connection.sendRequest(CodeLensRequest.type, {
    textDocument: { uri },
  });
  const last = lenses?.at(-1);
  assert.ok(lenses?.every(({ command }) => command === undefined));
  assert.ok(last !== undefined);
  const told = await editor.connection.sendRequest(CodeLensResolveRequest.type, last);
  assert.equal(told.command?.title, "Layer 4101 · 1 file, 31 B");
  assert.deepEqual(told.command?.arguments, [uri, 4_102]);

  const start = { line: 0, character: 0 };
  await editor.change(uri, { range: { start, end: start }, text: "\n" });
  const late = await editor.connection.sendRequest(CodeLensResolveRequest.type, last);
  assert.equal(late.command?.title, "", "nothing is said of a text that is there no more");
  assert.equal(await editor.stop(), 0);
  assert.deepEqual(editor.log, []);
});
