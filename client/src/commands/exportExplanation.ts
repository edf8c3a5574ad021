/** "Stratacast: Export Explanation…": the explanation of the layers as a file. */
import * as vscode from "vscode";
import { type DocumentParams, requests } from "../../../server/src/protocol.js";
import { dockerfileFor, fileName } from "../activeDockerfile.js";
import type { LanguageServer } from "../languageClient.js";
import type { LayerView } from "../layerStack/provider.js";
import { saveAs } from "../saveAs.js";

interface Format extends vscode.QuickPickItem {
  readonly format: DocumentParams["format"];
  readonly ending: string;
}

export async function exportExplanation(
  server: LanguageServer,
  view: LayerView,
  resource: unknown,
): Promise<void> {
  const document = await dockerfileFor(view, resource);
  if (document === undefined) return;
  const formats: readonly Format[] = [
    {
      label: "Markdown",
      detail: vscode.l10n.t("For a pull request or a wiki: the picture is drawn in characters."),
      format: "markdown",
      ending: "md",
    },
    {
      label: "HTML",
      detail: vscode.l10n.t("One page with the drawn picture; it needs no network."),
      format: "html",
      ending: "html",
    },
  ];
  const title = vscode.l10n.t("Export Explanation");
  const chosen = await vscode.window.showQuickPick(formats, { title });
  if (chosen === undefined) return;
  const params: DocumentParams = {
    uri: document.uri.toString(),
    kind: "explain",
    format: chosen.format,
  };
  const text = await server.request(requests.document, params);
  if (text === undefined || text === null) return;
  await saveAs(document.uri, `layers-of-${fileName(document.uri)}.${chosen.ending}`, {
    filters: { [chosen.label]: [chosen.ending] },
    content: new TextEncoder().encode(text),
  });
}
