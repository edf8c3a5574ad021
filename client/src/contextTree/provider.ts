/**
 * The Build Context view: what lies in the context of the Dockerfile that the layer view shows, the
 * largest first. Nothing is asked for before somebody opens it: it looks into ignored folders too.
 */
import * as vscode from "vscode";
import { type ContextRow, requests } from "../../../server/src/protocol.js";
import { debounce } from "../debounce.js";
import type { LanguageServer } from "../languageClient.js";
import type { LayerView } from "../layerStack/provider.js";
import { showMessage } from "../treeMessage.js";

const contextViewId = "stratacast.context";

/** A row with the Dockerfile and the ignore file that it is of. */
export interface ContextItem {
  readonly uri: string;
  readonly ignoreFile: string | null;
  readonly row: ContextRow;
}

export function createContextView(server: LanguageServer, layers: LayerView): vscode.Disposable {
  const changes = new vscode.EventEmitter<undefined>();
  let isStale = true;

  const childrenOf = async (path: string): Promise<ContextItem[]> => {
    const uri = layers.document?.toString();
    if (uri === undefined || server.state === "failed") return [];
    const part = await server.request(requests.contextView, { uri, path }).catch(() => null);
    if (part == null || layers.document?.toString() !== uri) return [];
    if (path === "") showMessage(tree, part.message);
    return part.rows.map((row) => ({ uri, ignoreFile: part.ignoreFile, row }));
  };
  const tree: vscode.TreeView<ContextItem> = vscode.window.createTreeView(contextViewId, {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changes.event,
      getTreeItem: toTreeItem,
      getChildren(item?: ContextItem) {
        if (item === undefined) isStale = false;
        return childrenOf(item?.row.path ?? "");
      },
    },
  });
  const invalidate = (): void => {
    isStale = true;
    if (layers.document === undefined) showMessage(tree, "");
    if (tree.visible) changes.fire(undefined);
  };
  // While somebody types the view may lag a little.
  const later = debounce(300, invalidate);
  return vscode.Disposable.from(
    tree,
    later,
    changes,
    layers.onDidChangeDocument(invalidate),
    tree.onDidChangeVisibility(({ visible }) => {
      if (visible && isStale) changes.fire(undefined);
    }),
    server.onDidAnalyse(({ uri, busy }) => {
      if (busy) return;
      if (vscode.Uri.parse(uri).toString() === layers.document?.toString()) later.call();
    }),
    server.onDidChangeState((state) => {
      if (state === "running" || state === "failed") invalidate();
    }),
  );
}

function toTreeItem(item: ContextItem): vscode.TreeItem {
  const { uri, row } = item;
  const isFolder = row.kind === "folder";
  const shown = new vscode.TreeItem(
    row.label,
    isFolder ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
  );
  shown.id = `${uri}#${row.id}`;
  shown.description = row.description;
  shown.accessibilityInformation = { label: row.accessibilityLabel };
  shown.iconPath = iconOf(row);
  if (row.tooltip !== "") shown.tooltip = new vscode.MarkdownString(row.tooltip);
  // The file icon theme then draws the row like the Explorer does.
  if (row.resource !== null && row.state !== "ignored")
    shown.resourceUri = vscode.Uri.parse(row.resource);
  shown.contextValue = row.fix === null ? row.kind : `${row.kind} fix`;
  const command = clickCommand(item);
  if (command !== undefined) shown.command = command;
  return shown;
}

function iconOf({ kind, state }: ContextRow): vscode.ThemeIcon {
  if (kind === "finding") return new vscode.ThemeIcon("lightbulb");
  if (kind === "more") return new vscode.ThemeIcon("ellipsis");
  if (state === "ignored") return new vscode.ThemeIcon("circle-slash");
  return kind === "folder" ? vscode.ThemeIcon.Folder : vscode.ThemeIcon.File;
}

/** To the line of the ignore file that decides, else to the file itself. */
function clickCommand({ ignoreFile, row }: ContextItem): vscode.Command | undefined {
  const options = { preview: true, preserveFocus: true };
  if (ignoreFile !== null && row.ignoreLine !== null) {
    const start = new vscode.Position(row.ignoreLine - 1, 0);
    const selection = new vscode.Range(start, start);
    const place = [vscode.Uri.parse(ignoreFile), { ...options, selection }];
    return { command: "vscode.open", title: "", arguments: place };
  }
  if (row.kind !== "file" || row.resource === null) return undefined;
  return {
    command: "vscode.open",
    title: "",
    arguments: [vscode.Uri.parse(row.resource), options],
  };
}
