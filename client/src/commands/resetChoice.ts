/** "Stratacast: Reset Target and Arguments": back to what the files and the settings say. */
import * as vscode from "vscode";
import { notifications } from "../../../server/src/protocol.js";
import type { LanguageServer } from "../languageClient.js";
import type { LayerView } from "../layerStack/provider.js";
import type { RememberedChoices } from "../rememberedChoices.js";

interface Deps {
  readonly server: LanguageServer;
  readonly view: LayerView;
  readonly remembered: RememberedChoices;
}

/** @param uri of the Dockerfile, as a text; anything else means the one that the layer view shows */
export async function resetChoice(
  { server, view, remembered }: Deps,
  uri?: unknown,
): Promise<void> {
  const document = typeof uri === "string" ? vscode.Uri.parse(uri) : view.document;
  const last = document && remembered.get(document);
  if (document === undefined || last === undefined) return;
  const choice = { ...last, target: null, buildArgs: {}, isAsked: false };
  await remembered.set(document, choice);
  server.notify(notifications.buildChoice, { uri: document.toString(), ...choice });
}
