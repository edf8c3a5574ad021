/** Tells the server on which line the cursor is: what is typed there may not be complete yet. */
import * as vscode from "vscode";
import { notifications } from "../../server/src/protocol.js";
import { isDockerfile } from "./dockerfiles.js";
import type { LanguageServer } from "./languageClient.js";

/** Tells it for as long as the result lives, once for each line. */
export function tellCursor(server: LanguageServer): vscode.Disposable {
  let told = "";
  return vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
    const { document } = textEditor;
    if (!isDockerfile(document)) return;
    const place = { uri: document.uri.toString(), line: (selections[0]?.active.line ?? 0) + 1 };
    if (told === JSON.stringify(place)) return;
    told = JSON.stringify(place);
    server.notify(notifications.cursor, place);
  });
}
