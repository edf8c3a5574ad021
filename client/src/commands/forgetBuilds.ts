/** Empties the baseline of the workspace. */
import * as vscode from "vscode";
import { requests } from "../../../server/src/protocol.js";
import type { LanguageServer } from "../languageClient.js";

export async function forgetBuilds(server: LanguageServer): Promise<void> {
  const answer = await server.request<{ forgotten: number }>(requests.forgetBuilds, undefined);
  if (answer === undefined) return;
  void vscode.window.showInformationMessage(sentence(answer.forgotten));
}

function sentence(forgotten: number): string {
  if (forgotten === 0) return vscode.l10n.t("There was no simulated build to forget.");
  if (forgotten === 1) return vscode.l10n.t("Forgot one simulated build.");
  return vscode.l10n.t("Forgot {0} simulated builds.", forgotten);
}
