/** "Stratacast: Choose Build…": which build of the Dockerfile is meant, remembered for it. */
import * as vscode from "vscode";
import { type DefinitionRow, requests } from "../../../server/src/protocol.js";
import { dockerfileFor } from "../activeDockerfile.js";
import type { LanguageServer } from "../languageClient.js";
import type { LayerView } from "../layerStack/provider.js";
import type { RememberedChoices } from "../rememberedChoices.js";
import { definedBuild, definitionsFile } from "./definedBuild.js";
import { useBuild } from "./useBuild.js";

interface Deps {
  readonly server: LanguageServer;
  readonly view: LayerView;
  readonly remembered: RememberedChoices;
}

interface Item extends vscode.QuickPickItem {
  /** null: what Stratacast takes by itself. */
  readonly row: DefinitionRow | null;
}

/** @param resource see `dockerfileFor`; or a file that defines builds: the Dockerfile of the chosen one is opened */
export async function chooseDefinition(
  { server, view, remembered }: Deps,
  resource?: unknown,
): Promise<void> {
  const definitions = definitionsFile(resource);
  if (definitions !== null) {
    await definedBuild({ server, remembered }, definitions);
    return;
  }
  const document = await dockerfileFor(view, resource);
  if (document === undefined) return;
  const uri = document.uri.toString();
  const rows = (await server.request(requests.definitions, { uri })) ?? [];
  const picked = await pick(rows);
  if (picked !== undefined) await useBuild(server, remembered, uri, picked.row?.id ?? null);
}

function pick(rows: readonly DefinitionRow[]): Promise<Item | undefined> {
  const picker = vscode.window.createQuickPick<Item>();
  const open: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon("go-to-file"),
    tooltip: vscode.l10n.t("Show where it is defined"),
  };
  picker.title = vscode.l10n.t("Choose Build");
  picker.placeholder = vscode.l10n.t("The build that lenses, hovers and simulations speak of");
  picker.matchOnDescription = true;
  picker.items = [
    ...rows.map((row) => ({
      label: row.isChosen ? `$(check) ${row.label}` : row.label,
      description: row.description,
      ...(row.detail === "" ? {} : { detail: row.detail }),
      ...(row.place === null ? {} : { buttons: [open] }),
      row,
    })),
    { label: vscode.l10n.t("As found"), alwaysShow: true, row: null },
  ];
  return new Promise((resolve) => {
    picker.onDidAccept(() => {
      resolve(picker.selectedItems[0]);
      picker.dispose();
    });
    picker.onDidTriggerItemButton(({ item }) => {
      const place = item.row?.place;
      if (place == null) return;
      const at = new vscode.Position(place.line - 1, 0);
      const selection = new vscode.Range(at, at);
      void vscode.window.showTextDocument(vscode.Uri.parse(place.uri), { selection });
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}
