/** The entry in the status bar: what is cached and what rebuilds in the open Dockerfile. */
import * as vscode from "vscode";
import { interfaceText } from "../../server/src/core/text/surfaces.js";
import type { AnalysisState } from "../../server/src/protocol.js";
import { choiceWords } from "./choiceWords.js";
import { isDockerfile } from "./dockerfiles.js";
import { withResetLink } from "./glossary.js";
import type { LanguageServer } from "./languageClient.js";
import type { Choice, RememberedChoices } from "./rememberedChoices.js";
import { onDidChangeSettings, readSettings } from "./settings.js";

/** Shows the item beside Dockerfiles, for as long as the result lives. */
export function createStatusItem(
  server: LanguageServer,
  remembered: RememberedChoices,
): vscode.Disposable {
  const states = new Map<string, AnalysisState>();
  const item = vscode.window.createStatusBarItem(
    "stratacast.status",
    vscode.StatusBarAlignment.Right,
    // Left of the editor's own entries, which start at 100.
    101,
  );
  item.name = "Stratacast";

  const update = () => {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || !isDockerfile(document) || !readSettings(undefined).statusBar) {
      item.hide();
      return;
    }
    if (server.state === "failed") showFailure(item);
    else {
      showAnalysis(item, states.get(document.uri.toString()), server.state === "starting");
      showChoice(item, document.uri, remembered.get(document.uri));
    }
    item.show();
  };
  update();

  return vscode.Disposable.from(
    item,
    onDidChangeSettings(update),
    remembered.onDidChange(update),
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

function showAnalysis(
  item: vscode.StatusBarItem,
  analysis: AnalysisState | undefined,
  isStarting: boolean,
): void {
  const isBusy = isStarting || analysis?.busy === true;
  const text = analysis?.text || "Stratacast";
  item.text = `${isBusy ? "$(loading~spin)" : "$(layers)"} ${text}`;
  item.tooltip = analysis?.detail;
  item.accessibilityInformation = { label: `Stratacast: ${analysis?.detail || text}` };
  item.backgroundColor = undefined;
  item.command = { command: "stratacast.showLayers", title: vscode.l10n.t("Show Layers") };
}

/** What was chosen for Simulate Build counts until it is taken back, so it is seen. */
function showChoice(item: vscode.StatusBarItem, uri: vscode.Uri, choice: Choice | undefined): void {
  const words = choiceWords(choice);
  if (choice === undefined || words === "") return;
  item.text += ` · ${interfaceText(choice.target ?? vscode.l10n.t("own arguments"))}`;
  item.tooltip = withResetLink(String(item.tooltip ?? ""), words, uri.toString());
  item.accessibilityInformation = {
    label: `${item.accessibilityInformation?.label ?? ""} ${words}`,
  };
}

function showFailure(item: vscode.StatusBarItem): void {
  const text = vscode.l10n.t("Stratacast stopped");
  item.text = `$(error) ${text}`;
  item.tooltip = vscode.l10n.t("Its language server could not be started again.");
  item.accessibilityInformation = { label: text };
  item.backgroundColor = new vscode.ThemeColor("statusBarItem.errorBackground");
  item.command = { command: "stratacast.restartServer", title: vscode.l10n.t("Restart") };
}
