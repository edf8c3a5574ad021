/** Files of a built image, read-only: as a layer of the image that is shown beside a Dockerfile holds them. */
import * as vscode from "vscode";
import { type ImagePlace, requests } from "../../../server/src/protocol.js";
import type { LanguageServer } from "../languageClient.js";

const imageScheme = "stratacast-image";

/** A file with the Dockerfile that its image stands beside. */
interface FileOf extends ImagePlace {
  readonly uri: string;
}

export function provideImageFiles(server: LanguageServer): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(imageScheme, {
    async provideTextDocumentContent({ query }, token) {
      const file = await server.request(requests.imageFile, fileOf(query), token);
      return file?.text ?? file?.problem ?? "";
    },
  });
}

/**
 * @param image as the tab names it
 * @param preserveFocus true after a click: arrow keys then go on through the tree
 */
export async function showImageFile(
  image: string,
  file: FileOf,
  preserveFocus: boolean,
): Promise<void> {
  const { layer, path } = file;
  const folder = vscode.l10n.t("{0} layer {1}", image, layer).replaceAll("/", "∕");
  const uri = vscode.Uri.from({
    ...{ scheme: imageScheme, path: `/${folder}/${path}` },
    query: JSON.stringify(file),
  });
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true, preserveFocus });
}

function fileOf(query: string): FileOf {
  try {
    // Written by `showImageFile`: the server checks it once more.
    return JSON.parse(query) as FileOf;
  } catch {
    return { uri: "", layer: 0, path: "" };
  }
}
