/** Empties the baseline of the workspace. */
import * as vscode from "vscode";
import { requests } from "../../../server/src/protocol.js";
import type { LanguageServer } from "../languageClient.js";

/**
 * Asks first: in the palette this command also matches whoever types "Simulate Build", and stands
 * above it there.
 */
export async function forgetBuilds(server: LanguageServer): Promise<void> {
  const forget = vscode.l10n.t("Forget");
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t("Forget all simulated builds of this workspace?"),
    {
      modal: true,
      detail: vscode.l10n.t("Until the next simulated build, every step counts as never built."),
    },
    forget,
  );
  if (answer !== forget) return;
  const result = await server.request(requests.forgetBuilds, undefined);
  if (result !== undefined) void vscode.window.showInformationMessage(sentence(result.forgotten));
}

function sentence(forgotten: number): string {
  if (forgotten === 0) return vscode.l10n.t("There was no simulated build to forget.");
  if (forgotten === 1) return vscode.l10n.t("Forgot one simulated build.");
  return vscode.l10n.t("Forgot {0} simulated builds.", forgotten);
}
