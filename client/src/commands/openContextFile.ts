/** From a file in the layer tree to the file. */
import * as vscode from "vscode";
import type { Row } from "../layerStack/row.js";

/**
 * @param row the row of a file
 * @param preserveFocus true after a click: arrow keys then go on through the tree
 */
export async function openContextFile(row?: Row, preserveFocus?: unknown): Promise<void> {
  if (row?.node.resource === undefined) return;
  const options = { preview: true, preserveFocus: preserveFocus === true };
  // `vscode.open` and not showTextDocument: the file may be a picture.
  await vscode.commands.executeCommand("vscode.open", vscode.Uri.parse(row.node.resource), options);
}
