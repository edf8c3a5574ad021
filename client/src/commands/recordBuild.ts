/** "Stratacast: Record Last Build" and "Import Build Log…": what forecasts then stand against. */
import * as vscode from "vscode";
import { requests } from "../../../server/src/protocol.js";
import { dockerfileFor } from "../activeDockerfile.js";
import type { LanguageServer } from "../languageClient.js";
import type { LayerView } from "../layerStack/provider.js";

export interface RecordBuildDeps {
  readonly server: LanguageServer;
  readonly view: LayerView;
}

/** The last build of the Dockerfile that the builder keeps. */
export async function recordLastBuild(deps: RecordBuildDeps, resource?: unknown): Promise<void> {
  const document = await dockerfileFor(deps.view, resource);
  if (document !== undefined) await record(deps.server, document.uri, null);
}

/** The log of a build, as a build server has it. */
export async function importBuildLog(deps: RecordBuildDeps, resource?: unknown): Promise<void> {
  const document = await dockerfileFor(deps.view, resource);
  if (document === undefined) return;
  const [log] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t("Import Build Log"),
      openLabel: vscode.l10n.t("Import"),
    })) ?? [];
  if (log !== undefined) await record(deps.server, document.uri, log.fsPath);
}

async function record(server: LanguageServer, uri: vscode.Uri, log: string | null): Promise<void> {
  const result = await server.request(requests.recordBuild, { uri: uri.toString(), log });
  if (result === undefined) return;
  if (result.outcome === "recorded") void vscode.window.showInformationMessage(result.message);
  else void vscode.window.showErrorMessage(result.message);
}
