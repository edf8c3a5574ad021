/** From a finding of the Build Context view to its fix: an edit of the ignore file, which is left unsaved. */
import * as vscode from "vscode";
import type { ContextItem } from "../contextTree/provider.js";

/** @param item the row of the finding */
export async function fixIgnoreLine(item?: ContextItem): Promise<void> {
  const { ignoreFile, row } = item ?? {};
  if (ignoreFile == null || row == null || row.fix === null || row.ignoreLine === null) return;
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(ignoreFile));
  const at = row.ignoreLine - 1;
  // The file may be another one since the row was made.
  const line = at < document.lineCount ? document.lineAt(at) : undefined;
  if (line === undefined || !line.text.includes(row.label)) return;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, line.range, row.fix);
  await vscode.workspace.applyEdit(edit);
  const selection = document.lineAt(at).range;
  await vscode.window.showTextDocument(document, { selection, preview: false });
}
