/** What another machine will miss is foretold where git may be asked: in a trusted workspace. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import path from "node:path";
import { CodeActionRequest } from "vscode-languageserver-protocol/node";
import { notifications } from "../../server/src/protocol.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

const text = "FROM alpine\nCOPY run.sh /\n";

test("git is asked once the workspace is trusted", async (t) => {
  if (process.platform === "win32") return t.skip("files have no modes there");
  const folder = temporaryFolder(t, { Dockerfile: text, "run.sh": "echo\n" });
  const git = (...words: readonly string[]) => execFileSync("git", words, { cwd: folder });
  git("init", "--quiet");
  git("add", "--all");
  const file = path.join(folder, "run.sh");
  chmodSync(file, 0o664);
  const editor = await startEditor({ workspaceFolders: [folder], trusted: false });
  const uri = uriOf(path.join(folder, "Dockerfile"));
  const found = () => editor.diagnostics(uri).map(({ code, range }) => [code, range.start.line]);
  await editor.open(uri, text);
  await editor.settled(uri);
  assert.deepEqual(found(), []);

  await editor.connection.sendNotification(notifications.trustGranted);
  await eventually("the finding", () => (found().length > 0 ? true : null));
  assert.deepEqual(found(), [["other-mode-in-checkout", 1]]);

  const command = async () => {
    const [diagnostic] = editor.diagnostics(uri);
    assert.ok(diagnostic !== undefined);
    const actions = await editor.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri },
      range: diagnostic.range,
      context: { diagnostics: [diagnostic] },
    });
    const [first] = actions ?? [];
    return typeof first?.command === "object" ? first.command.arguments : [];
  };
  assert.deepEqual(await command(), ["chmod 644 run.sh", folder]);
  chmodSync(file, 0o755);
  await editor.filesChanged(file);
  await eventually("what git can be told", async () =>
    (await command())?.[0] === "git update-index --chmod=+x run.sh" ? true : null,
  );

  chmodSync(file, 0o644);
  await editor.filesChanged(file);
  await eventually("the end of the finding", () => (found().length === 0 ? true : null));
  assert.equal(await editor.stop(), 0);
});
