/** Wires the protocol to the sessions: one line a method; a failing one leaves the others alive. */

import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  CodeLensRefreshRequest,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type Disposable,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { toBuildChoice, toInitializationOptions, toPath, toUri } from "./convert/fromProtocol.js";
import { statusDetail, statusText } from "./core/features/summary.js";
import { handleBuildChoices } from "./handlers/buildChoices.js";
import { handleCodeLens } from "./handlers/codeLens.js";
import { makeDiagnostics } from "./handlers/diagnostics.js";
import { handleHover } from "./handlers/hover.js";
import { handleLayerChildren, handleLayerStack } from "./handlers/layerStack.js";
import { handleSimulateBuild } from "./handlers/simulateBuild.js";
import { openStateStore, type StateStore } from "./host/stateStore.js";
import { type AnalysisState, notifications, requests } from "./protocol.js";
import { Session, type SessionHost } from "./session.js";
import { readSettings } from "./settings.js";

/** Answers of all open documents are sent again together, this long after the first change. Milliseconds. */
const refreshDelay = 30;

export function serve(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  const sessions = new Map<string, Session>();
  const watches = new Map<string, Promise<Disposable>>();
  let store: StateStore = openStateStore(null);
  let workspaceFolders: readonly string[] = [];
  let can = {
    configuration: false,
    registerConfiguration: false,
    watch: false,
    refreshLenses: false,
  };
  const pending = new Set<Session>();
  let timer: NodeJS.Timeout | null = null;

  const host: SessionHost = {
    get store() {
      return store;
    },
    changed(session) {
      pending.add(session);
      if (timer === null) timer = setTimeout(publish, refreshDelay);
    },
    tell: (message) => connection.window.showInformationMessage(message),
    log: (message) => connection.console.warn(message),
  };

  /** Sends what cannot be asked for, and asks the client to ask again. */
  function publish(): void {
    timer = null;
    for (const session of pending) {
      const { uri } = session.place;
      const document = documents.get(uri);
      if (document === undefined || sessions.get(uri) !== session) continue;
      guard("publish", undefined, () => {
        const view = session.view();
        const state: AnalysisState = {
          uri,
          busy: session.isBusy,
          text: statusText(view),
          detail: statusDetail(view),
        };
        void connection.sendNotification(notifications.analysisState, state);
        void connection.sendDiagnostics({
          uri,
          version: session.version,
          diagnostics: makeDiagnostics(document, session),
        });
      });
    }
    pending.clear();
    if (can.refreshLenses) void connection.sendRequest(CodeLensRefreshRequest.type);
  }

  /** A throw in one feature is logged with its name; that request alone answers empty. */
  function guard<T>(feature: string, empty: T, work: () => T): T {
    try {
      return work();
    } catch (error) {
      connection.console.error(`${feature}: ${describe(error)}`);
      return empty;
    }
  }

  function run(feature: string, work: () => Promise<unknown>): void {
    work().catch((error: unknown) => connection.console.error(`${feature}: ${describe(error)}`));
  }

  /** Answers a request about a document; `empty` where the document is not open. */
  function answer<T>(
    feature: string,
    uri: string,
    empty: T,
    work: (session: Session, document: TextDocument) => T,
  ): T {
    const session = sessions.get(uri);
    const document = documents.get(uri);
    if (session === undefined || document === undefined) return empty;
    return guard(feature, empty, () => work(session, document));
  }

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    const options = toInitializationOptions(params.initializationOptions);
    store = openStateStore(options.storageFolder);
    workspaceFolders = (params.workspaceFolders ?? []).flatMap(({ uri }) => toPath(uri) ?? []);
    const { workspace } = params.capabilities;
    can = {
      configuration: workspace?.configuration === true,
      registerConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
      watch:
        workspace?.didChangeWatchedFiles?.dynamicRegistration === true &&
        workspace.didChangeWatchedFiles.relativePatternSupport === true,
      refreshLenses: workspace?.codeLens?.refreshSupport === true,
    };
    return {
      capabilities: {
        textDocumentSync: TextDocumentSyncKind.Incremental,
        codeLensProvider: { resolveProvider: false },
        hoverProvider: true,
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
      serverInfo: { name: "stratacast" },
    };
  });

  connection.onInitialized(() => {
    run("initialized", async () => {
      if (can.registerConfiguration) {
        await connection.client.register(DidChangeConfigurationNotification.type, {
          section: "stratacast",
        });
      }
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const gone = new Set(removed.flatMap(({ uri }) => toPath(uri) ?? []));
        const fresh = added.flatMap(({ uri }) => toPath(uri) ?? []);
        workspaceFolders = [...workspaceFolders.filter((folder) => !gone.has(folder)), ...fresh];
      });
    });
  });

  connection.onDidChangeConfiguration(() => {
    for (const session of sessions.values()) run("configuration", () => configure(session));
  });

  documents.onDidOpen(({ document }) => {
    const file = toPath(document.uri);
    const session = new Session(
      { uri: document.uri, file, workspaceFolder: folderOf(file) },
      document.getText(),
      document.version,
      host,
    );
    sessions.set(document.uri, session);
    run("open", () => configure(session));
  });

  documents.onDidChangeContent(({ document }) => {
    const session = sessions.get(document.uri);
    if (session === undefined || session.version === document.version) return;
    guard("change", undefined, () => session.update(document.getText(), document.version));
    host.changed(session);
  });

  documents.onDidClose(({ document }) => {
    sessions.get(document.uri)?.close();
    sessions.delete(document.uri);
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
    run("watch", watchContexts);
  });

  async function configure(session: Session): Promise<void> {
    const scopeUri = session.place.file === null ? undefined : session.place.uri;
    const value: unknown = can.configuration
      ? await connection.workspace.getConfiguration({
          section: "stratacast",
          ...(scopeUri === undefined ? {} : { scopeUri }),
        })
      : null;
    await session.configure(readSettings(value));
    await watchContexts();
  }

  function folderOf(file: string | null): string | null {
    const own =
      file === null
        ? undefined
        : workspaceFolders
            .filter((folder) => isInside(file, folder))
            .sort((a, b) => b.length - a.length)[0];
    return own ?? (file === null ? (workspaceFolders[0] ?? null) : null);
  }

  /** Watches the contexts that lie in the workspace; others are looked at on demand. */
  async function watchContexts(): Promise<void> {
    if (!can.watch) return;
    const wanted = new Set<string>();
    for (const session of sessions.values()) {
      const folder = session.contextFolder;
      if (folder !== null && workspaceFolders.some((root) => isInside(folder, root))) {
        wanted.add(folder);
      }
      if (session.place.file !== null) wanted.add(`${session.place.file}.dockerignore`);
    }
    for (const [name, watch] of watches) {
      if (wanted.has(name)) continue;
      watches.delete(name);
      (await watch).dispose();
    }
    for (const name of wanted) {
      if (watches.has(name)) continue;
      const isFile = name.endsWith(".dockerignore");
      const base = isFile ? path.dirname(name) : name;
      const pattern = isFile ? "*.dockerignore" : "**/*";
      watches.set(
        name,
        connection.client.register(DidChangeWatchedFilesNotification.type, {
          watchers: [{ globPattern: { baseUri: pathToFileURL(base).href, pattern } }],
        }),
      );
    }
  }

  connection.onDidChangeWatchedFiles(({ changes }) => {
    const paths = changes.flatMap(({ uri }) => toPath(uri) ?? []);
    for (const session of sessions.values()) run("files", () => session.filesChanged(paths));
  });

  connection.onCodeLens(({ textDocument }) =>
    answer("codeLens", textDocument.uri, [], (session, document) =>
      handleCodeLens(document, session),
    ),
  );
  connection.onHover(({ textDocument, position }) =>
    answer("hover", textDocument.uri, null, (session, document) =>
      handleHover(document, session, position),
    ),
  );
  connection.onRequest(requests.layerStack, (params: unknown) =>
    answer("layerStack", toUri(params), null, (session) => handleLayerStack(session)),
  );
  connection.onRequest(requests.layerChildren, (params: unknown) =>
    answer(
      "layerChildren",
      toUri(params),
      [],
      (session) => handleLayerChildren(session, String((params as { id?: unknown }).id)), // toUri found an object
    ),
  );
  connection.onRequest(requests.buildChoices, (params: unknown) =>
    answer("buildChoices", toUri(params), null, (session) => handleBuildChoices(session)),
  );
  connection.onRequest(requests.simulateBuild, async (params: unknown, token) => {
    const session = sessions.get(toUri(params));
    if (session === undefined) return { outcome: "cancelled" };
    const result = await handleSimulateBuild(connection, session, params, token);
    for (const other of sessions.values()) other.storeChanged();
    return result;
  });
  connection.onRequest(requests.forgetBuilds, async () => {
    const forgotten = await store.forget();
    for (const session of sessions.values()) session.forgetResult();
    if (!forgotten.ok) throw new Error(forgotten.error.message);
    return { forgotten: forgotten.value };
  });
  connection.onNotification(notifications.buildChoice, (params: unknown) => {
    const choice = toBuildChoice(params);
    if (choice !== null) sessions.get(choice.uri)?.choose(choice);
  });
  connection.onNotification(notifications.refresh, (params: unknown) => {
    const session = sessions.get(toUri(params));
    if (session !== undefined) run("refresh", () => session.openContext());
  });
  // What trust allows beyond reading files has no part in this server yet: nothing to switch on.
  connection.onNotification(notifications.trustGranted, () => undefined);

  documents.listen(connection);
  connection.listen();
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return !relative.startsWith("..") && !path.isAbsolute(relative);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
