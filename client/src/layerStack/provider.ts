/**
 * The layer tree. It shows the Dockerfile that had the focus last, keeps what is folded and what
 * not while the text changes, follows the cursor and leads back to the line.
 */
import * as vscode from "vscode";
import { type LayerStack, requests } from "../../../server/src/protocol.js";
import { choiceWords } from "../choiceWords.js";
import { setContextKey } from "../contextKeys.js";
import { debounce } from "../debounce.js";
import { isDockerfile } from "../dockerfiles.js";
import type { LanguageServer } from "../languageClient.js";
import type { RememberedChoices } from "../rememberedChoices.js";
import { readSettings } from "../settings.js";
import { showMessage } from "../treeMessage.js";
import { itemId, toTooltip, toTreeItem } from "./item.js";
import { choiceRows, type Row, rowOfLine, toRows } from "./row.js";

export const layerViewId = "stratacast.layers";

export interface LayerView extends vscode.Disposable {
  /** The Dockerfile that the view shows, or would show if it were open. */
  readonly document: vscode.Uri | undefined;
  /** Shows another one from now on. */
  show(document: vscode.TextDocument): void;
  /** It shows another one, or none. */
  readonly onDidChangeDocument: vscode.Event<void>;
  /** Asks for the layers again. */
  update(): Promise<void>;
  /**
   * Opens the view and selects the row of a line.
   * @param line from 1
   * @param focus whether the keyboard goes there too
   */
  reveal(uri: vscode.Uri, line: number, focus: boolean): Promise<void>;
}

export function createLayerView(server: LanguageServer, remembered: RememberedChoices): LayerView {
  const changes = new vscode.EventEmitter<Row | undefined>();
  const documents = new vscode.EventEmitter<void>();
  /** By item id: what the user opened and closed, over edits and over changes of the document. */
  const folding = new Map<string, boolean>();
  let shown: vscode.Uri | undefined;
  /** What the rows were made of. */
  let taken = "";
  let rows: readonly Row[] = [];
  /** True when the rows may be older than the server's answers. */
  let isStale = true;
  let updating: Promise<void> | undefined;
  /** The place of the cursor that the tree has followed last. */
  let followed = "";

  const tree = vscode.window.createTreeView<Row>(layerViewId, {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changes.event,
      getTreeItem: (row) => toTreeItem(row, folding.get(itemId(row))),
      getParent: (row) => row.parent,
      async getChildren(row) {
        if (row !== undefined) return childrenOf(server, row);
        if (isStale) await view.update();
        return [...rows];
      },
      resolveTreeItem(item, row) {
        const tooltip = toTooltip(row.node);
        if (tooltip !== undefined) item.tooltip = tooltip;
        return item;
      },
    },
  });

  const take = (answer: LayerStack | undefined) => {
    setContextKey("computing", false);
    const words = shown === undefined ? "" : choiceWords(remembered.get(shown));
    const now = JSON.stringify([answer, words]);
    if (now === taken) return;
    taken = now;
    rows =
      answer === undefined
        ? []
        : [...rowsOfChoice(answer.uri, words), ...toRows(answer.uri, answer.roots)];
    // A message would hide the welcome content of an empty view.
    showMessage(tree, rows.length === 0 ? "" : (answer?.message ?? ""));
    changes.fire(undefined);
  };
  const fetchStack = async () => {
    // Without this a run that asks nothing would end before `updating` holds it, and stay in it.
    await Promise.resolve();
    // An answer for another document than the one shown by now, or from before a later change,
    // is followed by the one that counts.
    while (isStale) {
      isStale = false;
      const uri = shown;
      if (uri === undefined || server.state === "failed") {
        take(undefined);
        continue;
      }
      const params = { uri: uri.toString() };
      const answer = await server.request(requests.layerStack, params).catch(() => null);
      if (shown?.toString() === uri.toString() && !isStale) take(answer ?? undefined);
    }
    updating = undefined;
  };
  const show = (document: vscode.TextDocument | undefined) => {
    if (shown?.toString() === document?.uri.toString()) return;
    shown = document?.uri;
    setContextKey("hasDockerfile", shown !== undefined);
    setContextKey("computing", shown !== undefined);
    documents.fire();
    invalidate();
  };
  const invalidate = () => {
    isStale = true;
    // A view that nobody sees asks for nothing; it asks when it is opened.
    if (tree.visible || shown === undefined) void view.update().then(follow);
  };
  const select = async (row: Row, focus: boolean) => {
    // The tree may be redrawn meanwhile; then there is a later selection to come.
    await Promise.resolve(tree.reveal(row, { select: true, focus })).catch(() => undefined);
  };
  const follow = async () => {
    const editor = vscode.window.activeTextEditor;
    if (!tree.visible || editor?.document.uri.toString() !== shown?.toString()) return;
    if (editor === undefined || !readSettings(shown).followCursor) return;
    const line = editor.selection.active.line + 1;
    // New answers for the same line leave alone what was selected meanwhile, by a lens say.
    const place = `${editor.document.uri.toString()}:${line}`;
    if (place === followed && tree.selection.length > 0) return;
    const row = rowOfLine(rows, line);
    if (row === undefined) return;
    followed = place;
    // A click on any row of this line, a file of a COPY say, has led here: it stays selected.
    const isThere = tree.selection.some(
      ({ uri, node }) => uri === row.uri && node.line === row.node.line,
    );
    if (!isThere) await select(row, false);
  };
  const followSoon = debounce(120, () => void follow());
  const busyBar = createBusyBar();

  const view: LayerView = {
    get document() {
      return shown;
    },
    show,
    onDidChangeDocument: documents.event,
    update() {
      isStale = true;
      updating ??= fetchStack();
      return updating;
    },
    async reveal(uri, line, focus) {
      const document = await vscode.workspace.openTextDocument(uri);
      if (isDockerfile(document)) show(document);
      if (isStale || updating !== undefined) await view.update();
      const row = rowOfLine(rows, line);
      if (row === undefined) await vscode.commands.executeCommand(`${layerViewId}.focus`);
      else await select(row, focus);
    },
    dispose() {
      subscriptions.dispose();
    },
  };

  const subscriptions = vscode.Disposable.from(
    tree,
    changes,
    documents,
    followSoon,
    busyBar,
    tree.onDidExpandElement(({ element }) => folding.set(itemId(element), true)),
    tree.onDidCollapseElement(({ element }) => folding.set(itemId(element), false)),
    tree.onDidChangeVisibility(({ visible }) => {
      if (visible) void (isStale ? view.update() : Promise.resolve()).then(follow);
    }),
    server.onDidAnalyse(({ uri, busy }) => {
      if (vscode.Uri.parse(uri).toString() !== shown?.toString()) return;
      busyBar.set(busy);
      if (!busy) invalidate();
    }),
    remembered.onDidChange((uri) => {
      if (uri.toString() === shown?.toString()) invalidate();
    }),
    server.onDidChangeState((state) => {
      setContextKey("failed", state === "failed");
      if (state === "failed") busyBar.set(false);
      if (state === "failed" || state === "running") invalidate();
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      if (editor !== undefined && isDockerfile(editor.document)) show(editor.document);
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (textEditor.document.uri.toString() === shown?.toString()) followSoon.call();
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      if (document.uri.toString() === shown?.toString()) show(openDockerfile());
    }),
  );
  show(openDockerfile());
  return view;
}

/** The Dockerfile in the active editor, else one that can be seen. */
function openDockerfile(): vscode.TextDocument | undefined {
  const editors = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors];
  return editors
    .flatMap((editor) => (editor === undefined ? [] : [editor.document]))
    .find((document) => !document.isClosed && isDockerfile(document));
}

async function childrenOf(server: LanguageServer, row: Row): Promise<Row[]> {
  if (row.children === undefined) {
    const params = { uri: row.uri, id: row.node.id };
    const nodes = await server.request(requests.layerChildren, params).catch(() => undefined);
    // Without an answer the row stays closed and asks again when it is opened next.
    if (nodes === undefined) return [];
    row.children = toRows(row.uri, nodes, row);
  }
  return [...row.children];
}

function rowsOfChoice(uri: string, words: string): readonly Row[] {
  return choiceRows(uri, words, vscode.l10n.t("Chosen for Simulate Build: {0}", words));
}

/** The bar that runs over the view while files are being read; short work does not show it. */
function createBusyBar() {
  let finish: (() => void) | undefined;
  const start = debounce(400, () => {
    void vscode.window.withProgress(
      { location: { viewId: layerViewId } },
      () => new Promise<void>((resolve) => (finish = resolve)),
    );
  });
  const stop = () => {
    start.cancel();
    finish?.();
    finish = undefined;
  };
  return {
    set(busy: boolean): void {
      if (!busy) stop();
      else if (finish === undefined) start.call();
    },
    dispose: stop,
  };
}
