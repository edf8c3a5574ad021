/** Problems for an editor that asks for them, as VS Code does: of what is open, and of what is not. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  DiagnosticRefreshRequest,
  DocumentDiagnosticRequest,
  type WorkspaceDiagnosticReport,
  WorkspaceDiagnosticRequest,
} from "vscode-languageserver-protocol/node";
import { notifications } from "../../server/src/protocol.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { type EditorClient, eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

/** An editor that asks again for what is open when it is told to, and notes what it shows. */
async function startPulling(folder: string) {
  const editor = await startEditor({ workspaceFolders: [folder], pulls: true });
  const shown = new Map<string, readonly string[]>();
  const ids = new Map<string, string>();
  let refreshes = 0;
  const pull = async (uri: string): Promise<"full" | "unchanged"> => {
    const previousResultId = ids.get(uri);
    const report = await editor.connection.sendRequest(DocumentDiagnosticRequest.type, {
      textDocument: { uri },
      ...(previousResultId === undefined ? {} : { previousResultId }),
    });
    if (report.resultId !== undefined) ids.set(uri, report.resultId);
    if (report.kind === "full") shown.set(uri, linesOf(report.items));
    return report.kind;
  };
  editor.connection.onRequest(DiagnosticRefreshRequest.type, () => {
    refreshes++;
    for (const uri of shown.keys()) void pull(uri);
  });
  return { editor, shown, pull, refreshes: () => refreshes };
}

function linesOf(items: readonly { range: { start: { line: number } }; code?: unknown }[]) {
  return items.map(({ range, code }) => `${range.start.line + 1} ${code}`);
}

/** What an editor shows of files that are not open. */
async function askWorkspace(editor: EditorClient, previous: ReadonlyMap<string, string>) {
  const report: WorkspaceDiagnosticReport = await editor.connection.sendRequest(
    WorkspaceDiagnosticRequest.type,
    { previousResultIds: [...previous].map(([uri, value]) => ({ uri, value })) },
  );
  const problems = report.items.flatMap((item) =>
    item.kind === "full" ? linesOf(item.items).map((line) => `${nameOf(item.uri)} ${line}`) : [],
  );
  const changed = report.items.flatMap(({ kind, uri }) => (kind === "full" ? [nameOf(uri)] : []));
  const ids = new Map(report.items.map(({ uri, resultId = "" }) => [uri, resultId]));
  return { problems, changed, ids };
}

function nameOf(uri: string): string {
  return path.basename(path.dirname(new URL(uri).pathname));
}

test("an editor that asks for problems is told when they are others, and is sent none", async (t) => {
  const text = "FROM alpine\nCOPY missing /m\nRUN echo\n";
  const folder = temporaryFolder(t, { Dockerfile: text });
  const { editor, shown, pull, refreshes } = await startPulling(folder);
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  const shows = (what: string, ...lines: readonly string[]) =>
    eventually(what, () =>
      JSON.stringify(shown.get(uri)) === JSON.stringify(lines) ? true : null,
    );
  await editor.open(uri, text);
  await pull(uri);
  await shows("the missing file", "2 source-not-found");

  // The calm rules hold: what is half typed is told of a moment after the last key.
  await editor.connection.sendNotification(notifications.cursor, { uri, line: 3 });
  const line = { start: { line: 2, character: 0 }, end: { line: 2, character: 3 } };
  await editor.change(uri, { range: line, text: "RU" });
  assert.equal(await pull(uri), "unchanged");
  await shows("what is half typed", "2 source-not-found", "3 unknown-instruction");

  const before = refreshes();
  writeFileSync(path.join(folder, "missing"), "");
  await editor.filesChanged(path.join(folder, "missing"));
  await shows("the file that came", "3 unknown-instruction");
  assert.equal(refreshes(), before + 1, "told once");
  await editor.useSettings({ diagnostics: { enabled: false } });
  await shows("that problems are switched off");
  assert.deepEqual(editor.diagnostics(uri), [], "none was sent");
  assert.equal(await editor.stop(), 0);
});

test("problems of Dockerfiles that are not open are told once, and held until they are others", async (t) => {
  const folder = temporaryFolder(t, {
    "a/Dockerfile": "FROM alpine\nCOPY missing /m\n",
    "b/Dockerfile": "FROM alpine\n",
    "c/Dockerfile": "FROM alpine\nCOPY none /n\n",
  });
  const { editor, pull, shown } = await startPulling(folder);
  t.after(() => editor.process.kill());
  const file = (name: string) => path.join(folder, name, "Dockerfile");
  await editor.open(uriOf(file("c")), "FROM alpine\nCOPY none /n\n");
  await editor.settled(uriOf(file("c")));
  await pull(uriOf(file("c")));
  const first = await askWorkspace(editor, new Map());
  assert.deepEqual(first.problems, ["a 2 source-not-found", "c 2 source-not-found"]);
  assert.deepEqual(first.changed, ["a", "b", "c"], "what is open as it is there");
  const anew = await askWorkspace(editor, new Map());
  assert.deepEqual(anew.problems, first.problems, "who knows nothing is told again");
  assert.equal(await pull(uriOf(file("a"))), "full");
  assert.deepEqual(shown.get(uriOf(file("a"))), ["2 source-not-found"], "of one that is not open");

  let isHeld = true;
  const second = askWorkspace(editor, first.ids).finally(() => {
    isHeld = false;
  });
  const other = askWorkspace(editor, first.ids);
  await editor.filesChanged(path.join(folder, "notes.txt"));
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.ok(isHeld, "nothing is new");
  writeFileSync(file("b"), "FROM alpine\nCOPY gone /g\n");
  rmSync(file("a"));
  await editor.close(uriOf(file("c")));
  await editor.filesChanged(file("a"), file("b"));
  const held = await second;
  assert.deepEqual((await other).problems, held.problems, "each that is held is answered");
  // A look that went on since the notes came may have seen one of the two only.
  const known = new Map([...first.ids, ...held.ids]);
  const [problems, changed] = [[...held.problems], new Set(held.changed)];
  while (changed.size < 2) {
    const next = await askWorkspace(editor, known);
    for (const [uri, id] of next.ids) known.set(uri, id);
    for (const name of next.changed) changed.add(name);
    problems.push(...next.problems);
  }
  assert.deepEqual([...changed].sort(), ["a", "b"]);
  assert.deepEqual(problems, ["b 2 source-not-found"]);
  // A request is held when the server ends.
  void askWorkspace(editor, first.ids).catch(() => undefined);
  assert.equal(await editor.stop(), 0);
});
