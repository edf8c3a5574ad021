/** "Stratacast: Look Up Base Images": what the images of FROM hold, once somebody has said whom to ask. */
import * as vscode from "vscode";
import { requests } from "../../../server/src/protocol.js";
import { dockerfileFor } from "../activeDockerfile.js";
import type { LanguageServer } from "../languageClient.js";
import type { LayerView } from "../layerStack/provider.js";
import { readSettings, writeResolve } from "../settings.js";

export interface LookUpDeps {
  readonly server: LanguageServer;
  readonly view: LayerView;
}

/** @param resource the file whose menu was used; anything else means the Dockerfile in view */
export async function lookUpImages(deps: LookUpDeps, resource?: unknown): Promise<void> {
  const document = await dockerfileFor(deps.view, resource);
  if (document === undefined || !vscode.workspace.isTrusted) return;
  const { uri } = document;
  if (readSettings(uri).resolve === "off") {
    const where = await chooseWhere();
    if (where === undefined) return;
    await writeResolve(where);
  }
  const result = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Looking up base images…") },
    () => deps.server.request(requests.lookUpImages, { uri: uri.toString() }),
  );
  if (result?.outcome === "done") void vscode.window.showInformationMessage(result.message);
  if (result?.outcome === "off")
    void vscode.window.showWarningMessage(
      vscode.l10n.t("The settings of this workspace keep base images from being looked up."),
    );
}

/** Whom to ask for images. @returns undefined: backed out */
export async function chooseWhere(): Promise<"registry" | "engine" | undefined> {
  const items = [
    {
      label: vscode.l10n.t("In their registries"),
      detail: vscode.l10n.t(
        "Over the network, as who you are logged in as with docker login. No layer is loaded.",
      ),
      where: "registry",
    },
    {
      label: vscode.l10n.t("In the Docker engine"),
      detail: vscode.l10n.t("What the engine that docker would ask says of images that it has."),
      where: "engine",
    },
  ] as const;
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Look Up Base Images"),
    placeHolder: vscode.l10n.t(
      "Kept as your setting stratacast.resolve, for every workspace that you trust",
    ),
  });
  return picked?.where;
}
