/**
 * Documents that the server writes about a Dockerfile, shown as a Markdown preview beside it. Each
 * has a URI of its own scheme that names the Dockerfile, and follows it while it is edited.
 */
import * as vscode from "vscode";
import { type DocumentParams, type GrownParams, requests } from "../../../server/src/protocol.js";
import type { LanguageServer } from "../languageClient.js";

export const documentScheme = "stratacast";

/** What a document is about; `shared` compares all Dockerfiles of the workspace, `grown` two images. */
export type DocumentAbout =
  | Pick<DocumentParams, "uri" | "kind" | "line">
  | (GrownParams & { readonly kind: "grown" })
  | { readonly uri: ""; readonly kind: "shared" };

export interface Explanations extends vscode.Disposable {
  /** Opens the document as a preview beside the editor. */
  show(about: DocumentAbout, title: string, fragment?: string): Promise<void>;
}

export function createExplanations(server: LanguageServer): Explanations {
  const changes = new vscode.EventEmitter<vscode.Uri>();
  /** What has been shown since the start, by the URI of the Dockerfile. */
  const shown = new Map<string, Map<string, vscode.Uri>>();
  let refreshing: NodeJS.Timeout | undefined;

  const refreshSoon = () => {
    clearTimeout(refreshing);
    refreshing = setTimeout(
      () => void vscode.commands.executeCommand("markdown.preview.refresh"),
      refreshDelay,
    );
  };
  const subscriptions = [
    changes,
    vscode.workspace.registerTextDocumentContentProvider(documentScheme, {
      onDidChange: changes.event,
      async provideTextDocumentContent(uri, token) {
        const about = aboutOf(uri);
        if (about === undefined) return "";
        const text = await textOf(server, about, token);
        return text ?? vscode.l10n.t("The Dockerfile is closed: open it to see this again.");
      },
    }),
    server.onDidAnalyse(({ uri, busy }) => {
      const documents = shown.get(uri);
      if (busy || documents === undefined) return;
      for (const document of documents.values()) changes.fire(document);
      // VS Code forgets documents that no editor shows, and their previews then hear of no change.
      // A preview that does hear of it must not be refreshed: it would drop the new text while it loads.
      if ([...documents.values()].some((document) => !isOpen(document) && isPreviewed(document))) {
        refreshSoon();
      }
    }),
  ];
  return {
    async show(about, title, fragment = "") {
      const uri = uriOf(about, title);
      const documents = shown.get(about.uri) ?? new Map<string, vscode.Uri>();
      shown.set(about.uri, documents.set(uri.toString(), uri));
      changes.fire(uri);
      await leavePage(about.uri);
      const target = uri.with({ fragment });
      await vscode.commands.executeCommand("markdown.showPreviewToSide", target);
    },
    dispose() {
      clearTimeout(refreshing);
      vscode.Disposable.from(...subscriptions).dispose();
    },
  };
}

/** Asked for from a page, the next one would open one more column: it belongs beside the text. */
async function leavePage(uri: string): Promise<void> {
  const { activeTab } = vscode.window.tabGroups.activeTabGroup;
  const editors = vscode.window.visibleTextEditors;
  const editor = editors.find(({ document }) => document.uri.toString() === uri) ?? editors[0];
  if (!(activeTab?.input instanceof vscode.TabInputWebview) || editor === undefined) return;
  const { document, viewColumn } = editor;
  await vscode.window.showTextDocument(document, viewColumn === undefined ? {} : { viewColumn });
}

async function textOf(
  server: LanguageServer,
  about: DocumentAbout,
  token: vscode.CancellationToken,
): Promise<string | null | undefined> {
  if (about.kind === "grown") return server.request(requests.grownImage, about, token);
  if (about.kind !== "shared") {
    const params: DocumentParams = { ...about, format: "preview" };
    return server.request(requests.document, params, token);
  }
  const found = await vscode.workspace.findFiles(
    dockerfileNames,
    "**/node_modules/**",
    most,
    token,
  );
  const uris = found.map(String).filter((uri) => !/\.(docker|container)ignore$/.test(uri));
  return server.request(requests.sharedLayers, { uris }, token);
}

/** As the manifest and VS Code name them. */
const dockerfileNames =
  "**/{Dockerfile,Containerfile,Dockerfile.*,Containerfile.*,*.Dockerfile,*.Containerfile,*.dockerfile}";

/** The server compares fewer than are found at most. */
const most = 200;

/** The preview itself waits a little while somebody types. Milliseconds. */
const refreshDelay = 250;

/** @param title what the tab says */
function uriOf(about: DocumentAbout, title: string): vscode.Uri {
  const path = `/${title.replaceAll("/", "∕")}.md`;
  return vscode.Uri.from({ scheme: documentScheme, path, query: JSON.stringify(about) });
}

function aboutOf(uri: vscode.Uri): DocumentAbout | undefined {
  try {
    // Written by `uriOf`, or by a window of an earlier version: the server checks it once more.
    return JSON.parse(uri.query) as DocumentAbout;
  } catch {
    return undefined;
  }
}

function isOpen(uri: vscode.Uri): boolean {
  const name = uri.toString();
  return vscode.workspace.textDocuments.some((document) => document.uri.toString() === name);
}

/** A tab of a preview says its title and not its document. */
function isPreviewed(uri: vscode.Uri): boolean {
  const name = uri.path.slice(1);
  return vscode.window.tabGroups.all.some(({ tabs }) =>
    tabs.some(
      ({ label, input }) => input instanceof vscode.TabInputWebview && label.includes(name),
    ),
  );
}
