/** "Simulate Build" over the protocol: progress, cancel, what is kept, and who shares it. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CancellationTokenSource, ProgressType } from "vscode-languageserver-protocol/node";
import { requests, type SimulateResult } from "../../server/src/protocol.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { type EditorClient, eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";
import { pythonApp } from "./support/projects.js";

interface Progress {
  readonly kind: "begin" | "report" | "end";
  readonly title?: string;
  readonly message?: string;
}

function simulate(
  editor: EditorClient,
  uri: string,
  more: object = {},
): Promise<Extract<SimulateResult, { readonly outcome: "done" | "failed" }>> {
  return editor.connection.sendRequest(requests.simulateBuild, {
    uri,
    target: null,
    buildArgs: {},
    ...more,
  });
}

test("a simulated build reports its progress and answers with log, counts and a sentence", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, pythonApp.Dockerfile);
  const seen: Progress[] = [];
  editor.connection.onProgress(new ProgressType<Progress>(), "mine", (value) => {
    seen.push(value);
  });
  const first = await simulate(editor, uri, { workDoneToken: "mine" });
  assert.deepEqual(
    seen.map(({ kind, title, message }) => `${kind} ${title ?? message ?? ""}`.trim()),
    [
      "begin Simulating the build",
      "report Reading the build context",
      "report Hashing files",
      "report Predicting the steps",
      "end",
    ],
  );
  assert.equal(first.outcome, "done");
  assert.ok(first.log.includes("#4 [1/5] FROM python:3.12-slim"), first.log.join("\n"));
  assert.equal(first.summary, "4 steps to build: no earlier build to compare with.");

  const second = await simulate(editor, uri);
  assert.equal(second.outcome, "done");
  assert.deepEqual(second.outcome === "done" && second.counts, { hit: 4, miss: 0, unknown: 0 });
  assert.equal(second.summary, "All 4 cached.");

  // By now the watch may be live, and a build looks at nothing but what it reports.
  await editor.filesChanged(writeIn(folder, "app.py", "print('another')\n"));
  const third = await simulate(editor, uri);
  assert.deepEqual(third.outcome === "done" && third.counts, { hit: 3, miss: 1, unknown: 0 });
  assert.equal(third.summary, "3 cached, 1 step rebuilds: app.py changed (line 5).");
  assert.deepEqual((await editor.lenses(uri)).slice(3, 5), [
    "4 Cached · layer 3",
    "5 Had to rebuild: app.py changed · layer 4 · 3 files, 158 B",
  ]);
});

test("a build that would fail says why, in the log and in the summary", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, "FROM scratch\nCOPY missing.txt /\n");
  const result = await simulate(editor, uri);
  assert.equal(result.outcome, "failed");
  assert.match(result.summary, /^The build would fail: .*missing\.txt/);
  assert.ok(result.log.some((line) => line.startsWith("ERROR: ")));
  const problem = await eventually("the problem", () => editor.diagnostics(uri)[0] ?? null);
  assert.deepEqual(problem.range, {
    start: { line: 1, character: 5 },
    end: { line: 1, character: 16 },
  });
});

test("a cancelled build keeps nothing, and the next one works", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: "FROM scratch\nCOPY . /\n" });
  for (let n = 0; n < 4000; n++) {
    if (n % 100 === 0) mkdirSync(path.join(folder, `d${n / 100}`));
    writeFileSync(path.join(folder, `d${Math.floor(n / 100)}`, `${n}.txt`), `${n}`.repeat(500));
  }
  const storageFolder = path.join(folder, "..", `${path.basename(folder)}-state`);
  const editor = await startEditor({ workspaceFolders: [folder], storageFolder });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, "FROM scratch\nCOPY . /\n");
  const source = new CancellationTokenSource();
  const asked = editor.connection.sendRequest(
    requests.simulateBuild,
    { uri, target: null, buildArgs: {} },
    source.token,
  );
  setTimeout(() => source.cancel(), 20);
  assert.deepEqual(await asked, { outcome: "cancelled" });
  const done = await simulate(editor, uri);
  assert.equal(done.outcome, "done");
  assert.equal(done.summary, "1 step to build: no earlier build to compare with.");
});

test("a choice of target and build arguments holds for lenses and builds", async (t) => {
  const folder = temporaryFolder(t);
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, "ARG TAG=3\nFROM alpine:$TAG AS one\nRUN a\nFROM one AS two\nRUN b\n");
  await editor.settled(uri);
  const result = await simulate(editor, uri, { target: "one", buildArgs: { TAG: "9" } });
  assert.match(result.log.join("\n"), /\[one 2\/2\] RUN a/);
  assert.deepEqual(await editor.lenses(uri), [
    "1 Build argument only",
    "2 Base image alpine:9",
    "3 Built · layer 1",
    "4 Not needed for stage one",
  ]);
});

test("in a folder that the editor watches nothing is looked at again but what it reports", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const uri = uriOf(path.join(folder, "Dockerfile"));
  for (const excluded of [
    { "**/.git/objects/**": true, "**/dist/**": false },
    { "**/dist/**": true },
  ]) {
    writeIn(folder, "app.py", pythonApp["app.py"]);
    const editor = await startEditor({
      workspaceFolders: [folder],
      otherSettings: { "files.watcherExclude": excluded },
    });
    t.after(() => editor.process.kill());
    await editor.open(uri, pythonApp.Dockerfile);
    await editor.settled(uri);
    await eventually("that it has the folder watched", () => editor.watched.size > 1 || null);
    await simulate(editor, uri);
    const appPy = writeIn(folder, "app.py", "print('another')\n");
    const { summary } = await simulate(editor, uri);
    const isCovered = !("**/dist/**" in excluded && excluded["**/dist/**"]);
    assert.equal(/^All 4 cached/.test(summary), isCovered, summary);
    if (!isCovered) continue;
    await editor.filesChanged(appPy);
    assert.match((await simulate(editor, uri)).summary, /app\.py/);
  }
});

test("a second server on the same state folder sees the builds, and forgetting reaches both", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const storageFolder = temporaryFolder(t);
  const uri = uriOf(path.join(folder, "Dockerfile"));
  const one = await startEditor({ workspaceFolders: [folder], storageFolder });
  const two = await startEditor({ workspaceFolders: [folder], storageFolder });
  t.after(() => [one, two].map((editor) => editor.process.kill()));
  await one.open(uri, pythonApp.Dockerfile);
  await two.open(uri, pythonApp.Dockerfile);
  await two.settled(uri);
  await simulate(one, uri);
  assert.match((await two.lenses(uri))[4] ?? "", /^5 Layer 4/);
  await two.filesChanged(path.join(folder, "app.py"));
  const seen = await simulate(two, uri);
  assert.equal(seen.summary, "All 4 cached.");
  assert.deepEqual(await one.connection.sendRequest(requests.forgetBuilds), { forgotten: 1 });
  const anew = await simulate(two, uri);
  assert.equal(anew.summary, "4 steps to build: no earlier build to compare with.");
  assert.equal(await one.stop(), 0);
  assert.equal(await two.stop(), 0);
});

test("builds outlive the server; a damaged state file is set aside with a word", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const storageFolder = temporaryFolder(t);
  const uri = uriOf(path.join(folder, "Dockerfile"));
  const first = await startEditor({ workspaceFolders: [folder], storageFolder });
  t.after(() => first.process.kill());
  await first.open(uri, pythonApp.Dockerfile);
  await simulate(first, uri);
  assert.equal(await first.stop(), 0);

  const second = await startEditor({ workspaceFolders: [folder], storageFolder });
  t.after(() => second.process.kill());
  await second.open(uri, pythonApp.Dockerfile);
  await second.settled(uri);
  assert.match((await second.lenses(uri))[4] ?? "", /^5 Cached · /);
  await second.stop();

  const name = readdirSync(storageFolder).find((one) => one.startsWith("simulated")) ?? "";
  const state = path.join(storageFolder, name);
  writeFileSync(state, readFileSync(state, "utf8").slice(0, 100));
  const third = await startEditor({ workspaceFolders: [folder], storageFolder });
  t.after(() => third.process.kill());
  await third.open(uri, pythonApp.Dockerfile);
  await eventually("a word about the file", () => third.messages[0] ?? null);
  assert.match(third.messages[0] ?? "", /damaged and has been set aside/);
  assert.match((await third.lenses(uri))[4] ?? "", /^5 Layer 4/);
  assert.ok(readdirSync(storageFolder).some((one) => one.includes(".damaged-")));
});
