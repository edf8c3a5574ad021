/**
 * With the setting `stratacast.record` a build that ended in a terminal is recorded by itself, for each open
 * Dockerfile that it was one of. What was not one of it changes nothing and is not told.
 */
import * as vscode from "vscode";
import { requests } from "../../server/src/protocol.js";
import { buildsImages } from "./buildCommands.js";
import { isDockerfile } from "./dockerfiles.js";
import type { LanguageServer } from "./languageClient.js";
import { readSettings } from "./settings.js";

export function recordTerminalBuilds(server: LanguageServer): vscode.Disposable {
  const record = async (document: vscode.TextDocument): Promise<void> => {
    const params = { uri: document.uri.toString(), log: null };
    const result = await server.request(requests.recordBuild, params).catch(() => undefined);
    if (result !== undefined) server.output.info(`${document.fileName}: ${result.message}`);
  };
  return vscode.window.onDidEndTerminalShellExecution(({ execution }) => {
    if (!vscode.workspace.isTrusted || !buildsImages(execution.commandLine.value)) return;
    for (const document of vscode.workspace.textDocuments)
      if (isDockerfile(document) && readSettings(document.uri).record) void record(document);
  });
}
