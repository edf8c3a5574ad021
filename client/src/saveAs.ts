/** Saves what was made for the user, where the user wants it. */
import * as vscode from "vscode";
import { interfaceText } from "../../server/src/core/text/surfaces.js";

export interface Savable {
  readonly filters: Record<string, string[]>;
  readonly content: Uint8Array;
}

/** @param beside the file in whose folder the dialog begins */
export async function saveAs(
  beside: vscode.Uri,
  name: string,
  { filters, content }: Savable,
): Promise<void> {
  const folder =
    beside.scheme === "file"
      ? vscode.Uri.joinPath(beside, "..")
      : vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    filters,
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (target === undefined) return;
  try {
    await vscode.workspace.fs.writeFile(target, content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(
      interfaceText(vscode.l10n.t("The file could not be written: {0}", reason)),
    );
    return;
  }
  const open = vscode.l10n.t("Open");
  const saved = interfaceText(vscode.l10n.t("Saved {0}.", vscode.workspace.asRelativePath(target)));
  const answer = await vscode.window.showInformationMessage(saved, open);
  if (answer === open) await vscode.commands.executeCommand("vscode.open", target);
}
