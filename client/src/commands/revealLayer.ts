/** From a line to its layer: what a lens does, and the palette for the line of the cursor. */
import * as vscode from "vscode";
import { isDockerfile } from "../dockerfiles.js";
import type { LayerView } from "../layerStack/provider.js";

/**
 * @param uri of the Dockerfile; left out by the palette, which means the active editor
 * @param line from 1
 */
export async function revealLayer(view: LayerView, uri?: unknown, line?: unknown): Promise<void> {
  if (typeof uri === "string" && typeof line === "number") {
    await view.reveal(vscode.Uri.parse(uri), line, false);
    return;
  }
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || !isDockerfile(editor.document)) return;
  // Whoever comes by keyboard wants the keyboard to be there.
  await view.reveal(editor.document.uri, editor.selection.active.line + 1, true);
}
