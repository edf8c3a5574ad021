/** Looks at the files of the context again, the unwatched ones too, and redraws the layers. */
import { notifications } from "../../../server/src/protocol.js";
import type { LanguageServer } from "../languageClient.js";
import type { LayerView } from "../layerStack/provider.js";

export async function refresh(server: LanguageServer, view: LayerView): Promise<void> {
  if (view.document === undefined) return;
  server.notify(notifications.refresh, { uri: view.document.toString() });
  await view.update();
}
