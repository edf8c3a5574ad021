/** Which built image is shown beside each Dockerfile. The server forgets it when it ends; here it is remembered for the next. */
import * as vscode from "vscode";
import { type CompareImageResult, requests } from "../../server/src/protocol.js";
import type { LanguageServer } from "./languageClient.js";

export interface ShownImages extends vscode.Disposable {
  /** As it was asked for; undefined: none is shown. */
  of(uri: string): string | undefined;
  /** Shows an image from now on. @returns undefined where there is no server */
  show(uri: string, image: string): Promise<CompareImageResult | undefined>;
  /** Shows none any more. */
  close(uri: string): Promise<void>;
}

export function createShownImages(server: LanguageServer): ShownImages {
  /** By the URI of the Dockerfile. */
  const shown = new Map<string, string>();
  const show = async (uri: string, image: string) => {
    const result = await server.request(requests.compareImage, { uri, image });
    if (result?.outcome === "compared") shown.set(uri, image);
    return result;
  };
  const showAgain = async ([uri, image]: readonly [string, string]) => {
    shown.delete(uri);
    await show(uri, image).catch(() => undefined);
  };
  const subscriptions = vscode.Disposable.from(
    server.onDidChangeState((state) => {
      if (state === "running") void Promise.all([...shown].map(showAgain));
    }),
    // The server closes it too.
    vscode.workspace.onDidCloseTextDocument(({ uri }) => shown.delete(uri.toString())),
  );
  return {
    of: (uri) => shown.get(uri),
    show,
    async close(uri) {
      shown.delete(uri);
      await server.request(requests.compareImage, { uri, image: null });
    },
    dispose: () => subscriptions.dispose(),
  };
}
