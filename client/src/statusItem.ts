/** The entry in the language status (`{}`): what is cached and what rebuilds in the open Dockerfile. */
import * as vscode from "vscode";
import type { AnalysisState } from "../../server/src/protocol.js";
import { dockerfiles, type LanguageServer } from "./languageClient.js";
import { onDidChangeSettings, readSettings } from "./settings.js";

/** Shows the item for as long as the result lives. */
export function createStatusItem(server: LanguageServer): vscode.Disposable {
  const states = new Map<string, AnalysisState>();
  let item: vscode.LanguageStatusItem | undefined;

  const update = () => {
    const document = vscode.window.activeTextEditor?.document;
    if (!readSettings(document?.uri).statusItem) {
      item?.dispose();
      item = undefined;
      return;
    }
    item ??= newItem();
    const analysis = document && states.get(document.uri.toString());
    if (server.state === "failed") showFailure(item);
    else showAnalysis(item, analysis, server.state === "starting");
  };
  update();

  return vscode.Disposable.from(
    { dispose: () => item?.dispose() },
    onDidChangeSettings(update),
    vscode.window.onDidChangeActiveTextEditor(update),
    server.onDidChangeState(update),
    server.onDidAnalyse((analysis) => {
      states.set(vscode.Uri.parse(analysis.uri).toString(), analysis);
      update();
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      states.delete(document.uri.toString());
    }),
  );
}

function newItem(): vscode.LanguageStatusItem {
  const item = vscode.languages.createLanguageStatusItem("stratacast.status", [...dockerfiles]);
  item.name = "Stratacast";
  return item;
}

function showAnalysis(
  item: vscode.LanguageStatusItem,
  analysis: AnalysisState | undefined,
  starting: boolean,
): void {
  item.severity = vscode.LanguageStatusSeverity.Information;
  item.busy = starting || analysis?.busy === true;
  item.text = `$(layers) ${analysis?.text || "Stratacast"}`;
  item.detail = analysis?.detail ?? "";
  item.command = { command: "stratacast.showLayers", title: vscode.l10n.t("Show Layers") };
}

function showFailure(item: vscode.LanguageStatusItem): void {
  item.severity = vscode.LanguageStatusSeverity.Error;
  item.busy = false;
  item.text = vscode.l10n.t("Stratacast stopped");
  item.detail = vscode.l10n.t("Its language server could not be started again.");
  item.command = { command: "stratacast.restartServer", title: vscode.l10n.t("Restart") };
}
