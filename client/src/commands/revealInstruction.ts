/** From a row of the layer tree to its line. */
import * as vscode from "vscode";
import type { Row } from "../layerStack/row.js";

/**
 * @param row the row that was clicked, or whose menu was used
 * @param preserveFocus true after a click: arrow keys then go on through the tree
 */
export async function revealInstruction(row?: Row, preserveFocus?: unknown): Promise<void> {
  if (row === undefined || row.node.line === null) return;
  const uri = vscode.Uri.parse(row.uri);
  const start = new vscode.Position(row.node.line - 1, 0);
  const open = vscode.window.visibleTextEditors.find(
    (editor) => editor.document.uri.toString() === uri.toString(),
  );
  await vscode.window.showTextDocument(uri, {
    selection: new vscode.Range(start, start),
    preserveFocus: preserveFocus === true,
    ...(open?.viewColumn === undefined ? {} : { viewColumn: open.viewColumn }),
  });
}
