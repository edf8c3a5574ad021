/**
 * "Stratacast: Show Build Graph": the stages and the layers of a Dockerfile as a picture that follows
 * it. A click or Enter on a box leads to its line; the picture can be saved.
 */
import * as vscode from "vscode";
import { xmlText } from "../../../server/src/core/text/surfaces.js";
import { type PictureParams, requests } from "../../../server/src/protocol.js";
import { fileName } from "../activeDockerfile.js";
import type { LanguageServer } from "../languageClient.js";
import { saveAs } from "../saveAs.js";
import { type ToPage, toFromPage } from "./messages.js";

export interface BuildGraphs extends vscode.Disposable {
  /** Opens the picture beside the editor, or brings the one that is open to the front. */
  show(uri: vscode.Uri): void;
}

export function createBuildGraphs(
  context: vscode.ExtensionContext,
  server: LanguageServer,
): BuildGraphs {
  const panels = new Map<string, Panel>();
  /** Where the last one was, closed or moved. */
  let column: vscode.ViewColumn = vscode.ViewColumn.Beside;
  const listening = server.onDidAnalyse(({ uri, busy }) => {
    if (!busy) void panels.get(uri)?.update();
  });
  return {
    show(uri) {
      const name = uri.toString();
      const open = panels.get(name);
      if (open !== undefined) {
        open.panel.reveal(undefined, false);
        return;
      }
      const panel = openPanel(context, server, uri, column);
      const stay = () => {
        column = panel.panel.viewColumn ?? column;
      };
      stay();
      panel.panel.onDidChangeViewState(stay);
      panels.set(name, panel);
      panel.panel.onDidDispose(() => panels.delete(name));
    },
    dispose() {
      listening.dispose();
      for (const { panel } of panels.values()) panel.dispose();
    },
  };
}

interface Panel {
  readonly panel: vscode.WebviewPanel;
  update(): Promise<void>;
}

function openPanel(
  context: vscode.ExtensionContext,
  server: LanguageServer,
  uri: vscode.Uri,
  viewColumn: vscode.ViewColumn,
): Panel {
  const dist = vscode.Uri.joinPath(context.extensionUri, "dist");
  const title = vscode.l10n.t("Build Graph of {0}", fileName(uri));
  const panel = vscode.window.createWebviewPanel(
    "stratacast.buildGraph",
    title,
    { viewColumn, preserveFocus: false },
    { enableScripts: true, localResourceRoots: [dist] },
  );
  const script = panel.webview.asWebviewUri(vscode.Uri.joinPath(dist, "buildGraph.js"));
  panel.webview.html = pageOf(title, script);

  /** Of the page; null: it has not said so. */
  let room: number | null = null;
  const picture = async (shape: Pick<PictureParams, "reach" | "room">) => {
    const params: PictureParams = { uri: uri.toString(), part: "all", ...shape };
    return (await server.request(requests.picture, params)) ?? null;
  };
  const update = async () => {
    if (room === null) return;
    const svg = await picture({ reach: "button", room });
    const nothing = vscode.l10n.t(
      "There is no stage to draw: open the Dockerfile, or give it a FROM.",
    );
    const message: ToPage = { kind: "picture", svg, nothing };
    await panel.webview.postMessage(message);
  };
  panel.webview.onDidReceiveMessage(async (said: unknown) => {
    const message = toFromPage(said);
    switch (message?.kind) {
      case undefined:
        return;
      case "room":
        room = message.room;
        return update();
      case "line":
        return reveal(uri, message.line);
      case "saveSvg": {
        const svg = await picture({ reach: "none" });
        if (svg === null) return;
        const filters = { SVG: ["svg"] };
        const content = new TextEncoder().encode(svg);
        return saveAs(uri, `layers-of-${fileName(uri)}.svg`, { filters, content });
      }
      case "savePng": {
        const filters = { PNG: ["png"] };
        const content = Buffer.from(message.base64, "base64");
        return saveAs(uri, `layers-of-${fileName(uri)}.png`, { filters, content });
      }
    }
  });
  return { panel, update };
}

/** Leads to the instruction, in the editor that shows it. */
async function reveal(uri: vscode.Uri, line: number): Promise<void> {
  const start = new vscode.Position(Math.max(0, line - 1), 0);
  const open = vscode.window.visibleTextEditors.find(
    ({ document }) => document.uri.toString() === uri.toString(),
  );
  await vscode.window.showTextDocument(uri, {
    selection: new vscode.Range(start, start),
    viewColumn: open?.viewColumn ?? vscode.ViewColumn.One,
  });
}

/** No inline script or style, nothing from elsewhere; `data:` is the picture on its way to a PNG. */
function pageOf(title: string, script: vscode.Uri): string {
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:`;
  // In a language without texts of ours the page is English.
  const language = vscode.l10n.bundle === undefined ? "en" : vscode.env.language;
  const saveSvg = xmlText(vscode.l10n.t("Save as SVG…"));
  const zooms = (
    [
      ["zoomIn", "+", vscode.l10n.t("Zoom in (+)")],
      ["zoomOut", "−", vscode.l10n.t("Zoom out (-)")],
      ["zoomFit", vscode.l10n.t("Whole picture"), vscode.l10n.t("Show the whole picture (0)")],
      ["zoomWidth", vscode.l10n.t("Full width"), vscode.l10n.t("As wide as its place")],
    ] as const
  ).map(
    ([id, words, title]) =>
      `<button type="button" id="${id}" title="${xmlText(title)}" aria-label="${xmlText(title)}">${xmlText(words)}</button>`,
  );
  const asList = xmlText(vscode.l10n.t("As a list"));
  const savePng = xmlText(vscode.l10n.t("Save as PNG…"));
  const actions = xmlText(vscode.l10n.t("Size and saving of the picture"));
  return `<!DOCTYPE html>
<html lang="${xmlText(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${xmlText(title)}</title>
<style nonce="${nonce}">
body { display: flex; flex-direction: column; box-sizing: border-box; height: 100vh; padding: 0 12px 12px; }
.actions { display: flex; flex-wrap: wrap; gap: 4px; padding: 8px 0; }
button { font: inherit; padding: 4px 10px; border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent)); color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground); cursor: pointer; }
button:hover { background: var(--vscode-button-secondaryHoverBackground); }
button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
#picture { overflow: auto; flex: 1; min-height: 0; cursor: grab; }
#picture:active { cursor: grabbing; }
#list { overflow: auto; flex: 1; min-height: 0; }
#list h2 { margin: 12px 0 4px; font-size: 1em; }
#list ol { margin: 0; padding: 0; list-style: none; }
#list button { display: block; width: 100%; padding: 3px 6px; text-align: start; border: none; color: var(--vscode-foreground); background: none; }
#list button:hover { background: var(--vscode-list-hoverBackground); }
#list button:focus-visible { outline-offset: -1px; background: var(--vscode-list-activeSelectionBackground); color: var(--vscode-list-activeSelectionForeground); }
[aria-pressed="true"] { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
[hidden] { display: none !important; }
</style>
</head>
<body>
<div class="actions" role="toolbar" aria-label="${actions}">
<button type="button" id="asList" aria-pressed="false">${asList}</button>
${zooms.join("\n")}
<button type="button" id="saveSvg">${saveSvg}</button>
<button type="button" id="savePng">${savePng}</button>
</div>
<main id="picture" aria-live="off"></main>
<nav id="list" hidden></nav>
<script nonce="${nonce}" src="${xmlText(script.toString())}"></script>
</body>
</html>`;
}
