/** Which Dockerfile a command is about. */
import * as vscode from "vscode";
import { isDockerfile } from "./dockerfiles.js";
import type { LayerView } from "./layerStack/provider.js";

/**
 * @param resource the file whose menu or lens was used, its lens by a text; anything else means the active Dockerfile, else
 *   the one that the layer view shows
 */
export async function dockerfileFor(
  view: LayerView,
  resource: unknown,
): Promise<vscode.TextDocument | undefined> {
  if (typeof resource === "string") {
    return vscode.workspace.openTextDocument(vscode.Uri.parse(resource));
  }
  if (resource instanceof vscode.Uri && resource.scheme !== "stratacast") {
    return vscode.workspace.openTextDocument(resource);
  }
  const active = vscode.window.activeTextEditor?.document;
  if (active !== undefined && isDockerfile(active)) return active;
  if (view.document !== undefined) return vscode.workspace.openTextDocument(view.document);
  void vscode.window.showInformationMessage(
    vscode.l10n.t("Open a Dockerfile first: this command is about one."),
  );
  return undefined;
}

/** The last part of its path, as tabs show it. */
export function fileName(uri: vscode.Uri): string {
  return uri.path.split("/").at(-1) ?? uri.path;
}
