/** "Stratacast: Show Build Context": of a Dockerfile, or of the one that an ignore file belongs to. */
import * as vscode from "vscode";
import { dockerfileFor, fileName } from "../activeDockerfile.js";
import { isDockerfile } from "../dockerfiles.js";
import { showContextCommand } from "../glossary.js";
import type { LayerView } from "../layerStack/provider.js";

/** @param resource the file whose menu was used; anything else means the active editor's */
export async function showContext(view: LayerView, resource?: unknown): Promise<void> {
  const uri =
    resource instanceof vscode.Uri ? resource : vscode.window.activeTextEditor?.document.uri;
  const dockerfile = uri === undefined ? undefined : await dockerfileOf(uri);
  const document = dockerfile ?? (await dockerfileFor(view, resource));
  if (document === undefined) return;
  view.show(document);
  await vscode.commands.executeCommand(showContextCommand);
}

/** `api.Dockerfile.dockerignore` is of `api.Dockerfile`, `.dockerignore` of the one beside it. */
async function dockerfileOf(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  const name = fileName(uri);
  const own = /^(.*)\.(docker|container)ignore$/.exec(name)?.[1];
  const names = own === undefined ? [name] : own === "" ? ["Dockerfile", "Containerfile"] : [own];
  for (const candidate of names) {
    const place = vscode.Uri.joinPath(uri, "..", candidate);
    try {
      const document = await vscode.workspace.openTextDocument(place);
      if (isDockerfile(document)) return document;
    } catch {
      // Another name, or the one that the view shows.
    }
  }
  return undefined;
}
