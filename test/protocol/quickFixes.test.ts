/** Problems with their fixes, the places that they come from, and how grave the settings take them. */
import assert from "node:assert/strict";
import path from "node:path";
import {
  type CodeAction,
  CodeActionRequest,
  CodeActionResolveRequest,
  type Diagnostic,
} from "vscode-languageserver-protocol/node";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { type EditorClient, eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

const text = "FROM alpine\nCOPY secret /\n";
const broken = "# escape=`\n# escape=`\nFROM alpine\nRNU date\n";

async function actions(
  { connection }: EditorClient,
  uri: string,
  diagnostic: Diagnostic | undefined,
): Promise<readonly CodeAction[]> {
  assert.ok(diagnostic !== undefined);
  const found = await connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: diagnostic.range,
    context: { diagnostics: [diagnostic] },
  });
  return (found ?? []).filter((one): one is CodeAction => !("arguments" in one));
}

test("a problem has its fix, its origin and the severity of the settings", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: text,
    "broken.Dockerfile": broken,
    secret: "x\n",
    ".dockerignore": "# none\nsecret",
  });
  const settings = { diagnostics: { severity: { "unknown-instruction": "hint" } } };
  const editor = await startEditor({ workspaceFolders: [folder], settings });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  const brokenUri = uriOf(path.join(folder, "broken.Dockerfile"));
  const all = () => [...editor.diagnostics(uri), ...editor.diagnostics(brokenUri)];
  const ofCode = (code: string) => all().find((one) => one.code === code);
  await editor.open(uri, text);
  await editor.open(brokenUri, broken);
  await eventually("the problems", () => ofCode("source-ignored") ?? null);
  await eventually("the others", () => ofCode("unknown-instruction") ?? null);

  const unknown = ofCode("unknown-instruction");
  assert.equal(unknown?.severity, 4);
  const [replace] = await actions(editor, brokenUri, unknown);
  assert.equal(replace?.title, "Replace with RUN");
  const range = { start: { line: 3, character: 0 }, end: { line: 3, character: 3 } };
  assert.deepEqual(replace?.edit?.changes, { [brokenUri]: [{ range, newText: "RUN" }] });

  const first = ofCode("directive-repeated")?.relatedInformation?.[0];
  assert.deepEqual([first?.location.uri, first?.location.range.start.line], [brokenUri, 0]);

  const ignored = ofCode("source-ignored");
  const ignoreUri = uriOf(path.join(folder, ".dockerignore"));
  const origin = ignored?.relatedInformation?.[0];
  assert.deepEqual([origin?.location.uri, origin?.location.range.start.line], [ignoreUri, 1]);
  const [exception] = await actions(editor, uri, ignored);
  assert.equal(exception?.title, "Add !secret to the ignore file");
  assert.ok(exception !== undefined && exception.edit === undefined, "nothing is read for it yet");
  const resolved = await editor.connection.sendRequest(CodeActionResolveRequest.type, exception);
  const end = { line: 1, character: 6 };
  assert.deepEqual(resolved.edit?.documentChanges, [
    {
      textDocument: { uri: ignoreUri, version: null },
      edits: [{ range: { start: end, end }, newText: "\n!secret\n" }],
    },
  ]);

  await editor.useSettings({ diagnostics: { severity: { "source-ignored": "off" } } });
  await eventually("one problem less", () =>
    ofCode("source-ignored") === undefined ? true : null,
  );
  await eventually("an error", () => (ofCode("unknown-instruction")?.severity === 1 ? true : null));
});
