/** Wires the protocol to the sessions: one line a method; a failing one leaves the others alive. */

import {
  CodeLensRefreshRequest,
  type Connection,
  DidChangeConfigurationNotification,
  type InitializeParams,
  type InitializeResult,
  MessageType,
  ShowMessageNotification,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import {
  toBuildChoice,
  toId,
  toInitializationOptions,
  toPath,
  toUri,
} from "./convert/fromProtocol.js";
import { known, type Result } from "./core/host.js";
import { speak } from "./core/text/say.js";
import { statusDetail, statusText } from "./core/words/summary.js";
import { answered } from "./core/world/world.js";
import { handleBuildChoices } from "./handlers/buildChoices.js";
import { handleCodeLens } from "./handlers/codeLens.js";
import { createContextWatches } from "./handlers/contextWatches.js";
import { makeDiagnostics } from "./handlers/diagnostics.js";
import { handleDocument } from "./handlers/document.js";
import { handleGlossaryTerms } from "./handlers/glossaryTerms.js";
import { handleHover } from "./handlers/hover.js";
import { handleLayerChildren, handleLayerStack } from "./handlers/layerStack.js";
import { handlePicture } from "./handlers/picture.js";
import { handleSharedLayers } from "./handlers/sharedLayers.js";
import { handleSimulateBuild } from "./handlers/simulateBuild.js";
import { openMachine } from "./host/machine.js";
import { readTextFile } from "./host/nodeFileSystem.js";
import { pathInside } from "./host/paths.js";
import { openStateStore, type StateStore } from "./host/stateStore.js";
import { type AnalysisState, notifications, requests } from "./protocol.js";
import { type BuildHost, LiveBuild } from "./workspace/build.js";
import { maxEntries } from "./workspace/contextProblem.js";
import { readSettings } from "./workspace/settings.js";

/** Answers of all open documents are sent again together, this long after the first change. Milliseconds. */
const refreshDelay = 30;

/** An ignore file that is being typed in takes effect this long after the last key. Milliseconds. */
const ignoreDelay = 200;

export function serve(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  const sessions = new Map<string, LiveBuild>();
  /** Ignore files that are open in the editor, by path. */
  const ignoreFiles = new Map<string, TextDocument>();
  const watches = createContextWatches(connection, (error) =>
    connection.console.warn(`watch: ${describe(error)}`),
  );
  let store: StateStore = openStateStore(null);
  let workspaceFolders: readonly string[] = [];
  let isTrusted = false;
  let problemsPage: string | null = null;
  let can = {
    configuration: false,
    workspaceFolders: false,
    registerConfiguration: false,
    watch: false,
    refreshLenses: false,
  };
  const pending = new Set<LiveBuild>();
  let timer: NodeJS.Timeout | null = null;
  let lensesAreStale = false;

  const machine = openMachine({
    maxEntries,
    readText(file) {
      const open = ignoreFiles.get(file);
      return open === undefined ? readTextFile(file) : { ok: true, value: open.getText() };
    },
    isWatched,
    mayAskGit: () => isTrusted,
    async readState() {
      const told = await store.refresh();
      if (told.ok && told.value !== null) host.tell(told.value);
      if (!told.ok) host.log(`${told.error.path}: ${told.error.message}`);
      return store.state;
    },
  });

  const host: BuildHost = {
    machine,
    get store() {
      return store;
    },
    changed(session) {
      lensesAreStale = true;
      schedule(session);
    },
    isWatched,
    tell: (message) => {
      // A notification: the request of the same purpose would wait for somebody to close the message.
      run("tell", () =>
        connection.sendNotification(ShowMessageNotification.type, {
          type: MessageType.Info,
          message,
        }),
      );
    },
    log: (message) => connection.console.warn(message),
  };

  function schedule(session: LiveBuild): void {
    pending.add(session);
    if (timer === null) timer = setTimeout(publish, refreshDelay);
  }

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
          diagnostics: makeDiagnostics(document, session, problemsPage),
        });
      });
    }
    pending.clear();
    // After an edit the client asks by itself.
    if (can.refreshLenses && lensesAreStale) {
      run("refreshLenses", () => connection.sendRequest(CodeLensRefreshRequest.type));
    }
    lensesAreStale = false;
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
    work: (session: LiveBuild, document: TextDocument) => T,
  ): T {
    const session = sessions.get(uri);
    const document = documents.get(uri);
    if (session === undefined || document === undefined) return empty;
    return guard(feature, empty, () => work(session, document));
  }

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    const options = toInitializationOptions(params.initializationOptions);
    store = openStateStore(options.storageFolder);
    speak(options.language);
    isTrusted = options.trusted;
    problemsPage = options.problemsPage;
    workspaceFolders = (params.workspaceFolders ?? []).flatMap(({ uri }) => toPath(uri) ?? []);
    const { workspace } = params.capabilities;
    can = {
      configuration: workspace?.configuration === true,
      workspaceFolders: workspace?.workspaceFolders === true,
      registerConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
      watch:
        workspace?.didChangeWatchedFiles?.dynamicRegistration === true &&
        workspace.didChangeWatchedFiles.relativePatternSupport === true,
      refreshLenses: workspace?.codeLens?.refreshSupport === true,
    };
    return {
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
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
      if (!can.workspaceFolders) return;
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const gone = new Set(removed.flatMap(({ uri }) => toPath(uri) ?? []));
        const fresh = added.flatMap(({ uri }) => toPath(uri) ?? []);
        workspaceFolders = [...workspaceFolders.filter((folder) => !gone.has(folder)), ...fresh];
        for (const session of sessions.values()) run("folders", () => configure(session));
      });
    });
  });

  connection.onDidChangeConfiguration(() => {
    for (const session of sessions.values()) run("configuration", () => configure(session));
  });

  documents.onDidOpen(({ document }) => {
    const file = toPath(document.uri);
    if (isIgnoreFile(file)) {
      ignoreFiles.set(file, document);
      return;
    }
    const place = {
      uri: document.uri,
      file,
      get workspaceFolder() {
        return folderOf(file);
      },
    };
    const session = new LiveBuild(place, document.getText(), document.version, host);
    sessions.set(document.uri, session);
    run("open", () => configure(session));
  });

  documents.onDidChangeContent(({ document }) => {
    const file = toPath(document.uri);
    if (isIgnoreFile(file)) {
      ignoreFileChanged(file);
      return;
    }
    const session = sessions.get(document.uri);
    if (session === undefined || session.version === document.version) return;
    guard("change", undefined, () => session.update(document.getText(), document.version));
    schedule(session);
  });

  documents.onDidSave(({ document }) => {
    const session = sessions.get(document.uri);
    if (session?.isContextWatched === false) run("save", () => session.rescan());
  });

  documents.onDidClose(({ document }) => {
    const file = toPath(document.uri);
    if (isIgnoreFile(file)) {
      ignoreFiles.delete(file);
      ignoreFileChanged(file);
      return;
    }
    sessions.get(document.uri)?.close();
    sessions.delete(document.uri);
    guard("close", undefined, forgetOthers);
    run("close", () => connection.sendDiagnostics({ uri: document.uri, diagnostics: [] }));
    watchContexts();
  });

  const ignoreTimers = new Map<string, NodeJS.Timeout>();
  function ignoreFileChanged(file: string): void {
    clearTimeout(ignoreTimers.get(file));
    const changed = (): void => {
      ignoreTimers.delete(file);
      filesChanged([file]);
    };
    ignoreTimers.set(file, setTimeout(changed, ignoreDelay));
  }

  async function configure(session: LiveBuild): Promise<void> {
    const scopeUri = session.place.file === null ? undefined : session.place.uri;
    const value: unknown = can.configuration
      ? await connection.workspace.getConfiguration({
          section: "stratacast",
          ...(scopeUri === undefined ? {} : { scopeUri }),
        })
      : null;
    const reading = session.configure(readSettings(value));
    watchContexts();
    await reading;
  }

  function folderOf(file: string | null): string | null {
    if (file === null) return workspaceFolders[0] ?? null;
    const own = workspaceFolders.filter((folder) => pathInside(folder, file) !== null);
    return own.sort((a, b) => b.length - a.length)[0] ?? null;
  }

  /** Contexts outside the workspace are read again on a save and when the user asks for it. */
  function isWatched(folder: string): boolean {
    return can.watch && workspaceFolders.some((root) => pathInside(root, folder) !== null);
  }

  function watchContexts(): void {
    if (!can.watch) return;
    const all = [...sessions.values()];
    watches.watch(
      all.flatMap(({ contextFolder }) => contextFolder ?? []).filter(isWatched),
      all.flatMap(({ place }) => (place.file === null ? [] : [`${place.file}.dockerignore`])),
    );
  }

  function filesChanged(files: readonly string[]): void {
    const concerned = [...sessions.values()].filter((session) => session.concerns(files));
    if (concerned.length === 0) return;
    const { contexts, pool } = machine;
    const work = contexts
      .changed(files, { isCancelled: false })
      .then((answers) => pool.update((world) => answered(world, answers)));
    for (const session of concerned) run("files", () => session.settleAfter(work));
  }

  /** What no open Dockerfile turns on is forgotten. */
  function forgetOthers(): void {
    const needs = [...sessions.values()].flatMap(({ reads }) => reads);
    machine.pool.retain(needs);
    machine.contexts.retain(needs);
  }

  connection.onDidChangeWatchedFiles(({ changes }) => {
    filesChanged(changes.flatMap(({ uri }) => toPath(uri) ?? []));
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
    answer("layerChildren", toUri(params), [], (session) =>
      handleLayerChildren(session, toId(params)),
    ),
  );
  connection.onRequest(requests.buildChoices, (params: unknown) =>
    answer("buildChoices", toUri(params), null, (session) => handleBuildChoices(session)),
  );
  connection.onRequest(requests.document, (params: unknown) =>
    guard("document", null, () => handleDocument(sessions.get(toUri(params)) ?? null, params)),
  );
  connection.onRequest(requests.glossaryTerms, (params: unknown) =>
    answer("glossaryTerms", toUri(params), [], (session, document) =>
      handleGlossaryTerms(document, session, params),
    ),
  );
  connection.onRequest(requests.sharedLayers, (params: unknown, token) => {
    const open = (file: string) =>
      [...sessions.values()].find(({ place }) => place.file === file)?.place.uri;
    const readText = (file: string): Result<string> => {
      const document = documents.get(open(file) ?? "");
      return document === undefined ? readTextFile(file) : { ok: true, value: document.getText() };
    };
    return handleSharedLayers({ readText, workspaceFolders }, params, token);
  });
  connection.onRequest(requests.picture, (params: unknown) =>
    answer("picture", toUri(params), null, (session) => handlePicture(session, params)),
  );
  connection.onRequest(requests.simulateBuild, async (params: unknown, token) => {
    const session = sessions.get(toUri(params));
    if (session === undefined) return { outcome: "cancelled" };
    const result = await handleSimulateBuild(connection, session, params, token);
    for (const other of sessions.values()) other.othersChanged();
    return result;
  });
  connection.onRequest(requests.forgetBuilds, async () => {
    const forgotten = await store.forget();
    machine.pool.update((world) => answered(world, [[{ kind: "state" }, known(store.state)]]));
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
    if (session !== undefined) run("refresh", () => session.rescan());
  });
  // What trust allows beyond reading files has no part in this server yet: nothing to switch on.
  connection.onNotification(notifications.trustGranted, () => {
    isTrusted = true;
    for (const session of sessions.values()) run("trustGranted", () => session.rescan());
  });

  documents.listen(connection);
  connection.listen();
}

/** Ignore files of any Dockerfile; they are opened for their text alone. */
function isIgnoreFile(file: string | null): file is string {
  return file?.endsWith(".dockerignore") === true;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
