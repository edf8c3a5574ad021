/** Wires the protocol to the workspace: one line a method; a failing one leaves the others alive. */

import {
  type CancellationToken,
  type CodeLensParams,
  CodeLensRefreshRequest,
  CodeLensRequest,
  type Connection,
  DidChangeConfigurationNotification,
  type InitializeParams,
  type InitializeResult,
  InlayHintRefreshRequest,
  MessageType,
  ShowMessageNotification,
  TextDocuments,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import {
  toBuildChoice,
  toId,
  toInitializationOptions,
  toLine,
  toPath,
  toUri,
} from "./convert/fromProtocol.js";
import { speak } from "./core/text/say.js";
import { interfaceText, printableLines } from "./core/text/surfaces.js";
import { makeAnalysisState } from "./handlers/analysisState.js";
import { handleBuildChoices } from "./handlers/buildChoices.js";
import { clientCan, initializeResult } from "./handlers/capabilities.js";
import { handleCodeAction, handleCodeActionResolve } from "./handlers/codeAction.js";
import { handleCodeLens, handleCodeLensResolve } from "./handlers/codeLens.js";
import {
  handleCompareImage,
  handleEngineImages,
  handleFindInImage,
  handleGrownImage,
  handleImageFile,
} from "./handlers/compareImage.js";
import { handleContextView } from "./handlers/contextView.js";
import { handleDefinedIn } from "./handlers/definedIn.js";
import { handleDefinitions } from "./handlers/definitions.js";
import { makeDiagnostics } from "./handlers/diagnostics.js";
import { handleDocument } from "./handlers/document.js";
import { handleDocumentLinks } from "./handlers/documentLinks.js";
import { handleHover } from "./handlers/hover.js";
import { handleHoverLinks } from "./handlers/hoverLinks.js";
import { clientDoor } from "./handlers/http.js";
import { handleInlayHints } from "./handlers/inlayHints.js";
import { handleLayerChildren, handleLayerStack } from "./handlers/layerStack.js";
import { handleLookUpImages } from "./handlers/lookUpImages.js";
import { handlePicture } from "./handlers/picture.js";
import { createPullDiagnostics } from "./handlers/pullDiagnostics.js";
import { handleRecordBuild } from "./handlers/recordBuild.js";
import { handleSharedLayers } from "./handlers/sharedLayers.js";
import { handleSimulateBuild } from "./handlers/simulateBuild.js";
import { handleStepMarks } from "./handlers/stepMarks.js";
import { createWatcher } from "./handlers/watch.js";
import { readTextFile } from "./host/nodeFileSystem.js";
import {
  type LayerNode,
  noHoverLinks,
  notifications,
  type RequestName,
  requests,
} from "./protocol.js";
import type { LiveBuild } from "./workspace/build.js";
import { createPublisher } from "./workspace/publisher.js";
import { openWorkspace } from "./workspace/workspace.js";

/** What whoever starts the server gives it. */
export interface ServerPlace {
  /** Of the threads that hash many files, as a path. */
  readonly threadProgram: string;
  /** For the builds of a client that names no folder; null: in memory. */
  readonly storageFolder: string | null;
}

export function serve(connection: Connection, place: ServerPlace): void {
  const documents = new TextDocuments(TextDocument);
  let can = clientCan(null);
  /** True once somebody wanted them: then there may be some to draw again, or to take away. */
  let hasHints = false;
  /** Of the page that describes the problems; null: the client has none. */
  let problemsPage: string | null = null;

  const publisher = createPublisher(
    (build) => guard("publish", undefined, () => publish(build)),
    () => {
      if (can.refreshLenses)
        run("refreshLenses", () => connection.sendRequest(CodeLensRefreshRequest.type));
      if (can.refreshHints && hasHints)
        run("refreshHints", () => connection.sendRequest(InlayHintRefreshRequest.type));
    },
  );
  const watcher = createWatcher(connection, (error) =>
    connection.console.warn(`watch: ${describe(error)}`),
  );
  const workspace = openWorkspace({
    settings: async (uri) => (can.configuration ? settingsOf(connection, uri) : null),
    changed: publisher.changed,
    watch: watcher.watch,
    isWatching: watcher.isWatching,
    watcherExcludes: async () =>
      can.configuration ? connection.workspace.getConfiguration("files.watcherExclude") : null,
    get canWatch() {
      return can.watch;
    },
    run,
    // A notification: the request of the same purpose would wait for somebody to close the message.
    tell: (message) =>
      run("tell", () =>
        connection.sendNotification(ShowMessageNotification.type, {
          type: MessageType.Info,
          message: interfaceText(message),
        }),
      ),
    http: clientDoor(connection),
    log: (message) => connection.console.warn(printableLines(message)),
    threadProgram: place.threadProgram,
  });

  const pull = createPullDiagnostics({
    connection,
    diagnostics: (uri) => answer("diagnostic", uri, null, problemsOf),
    get problemsPage() {
      return problemsPage;
    },
    get folders() {
      return workspace.folders;
    },
    isOpen: (uri) => documents.get(uri) !== undefined,
    settings: async (uri) => (can.configuration ? settingsOf(connection, uri) : null),
    readText,
    log: (message) => connection.console.warn(printableLines(message)),
  });

  function problemsOf(build: LiveBuild, document: TextDocument) {
    return makeDiagnostics(document, build, problemsPage);
  }

  /** Sends what cannot be asked for. */
  function publish(build: LiveBuild): void {
    const { uri } = build.place;
    const document = documents.get(uri);
    if (document === undefined || workspace.build(uri) !== build) return;
    hasHints ||= build.settings.codeLens === "inlay";
    void connection.sendNotification(notifications.analysisState, makeAnalysisState(build));
    if (can.pullProblems) {
      pull.changed(uri);
      return;
    }
    const diagnostics = problemsOf(build, document);
    void connection.sendDiagnostics({ uri, version: build.version, diagnostics });
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
    work: (build: LiveBuild, document: TextDocument) => T,
  ): T {
    const build = workspace.build(uri);
    const document = documents.get(uri);
    if (build === undefined || document === undefined) return empty;
    return guard(feature, empty, () => work(build, document));
  }

  /** Answers a request of ours. Its parameters are checked where they are read, not trusted. */
  function on<P, R>(
    name: RequestName<P, R>,
    work: (params: unknown, token: CancellationToken) => NoInfer<R> | Promise<NoInfer<R>>,
  ): void {
    const handler: (params: unknown, token: CancellationToken) => unknown = work;
    connection.onRequest(name, handler);
  }

  /** As the editor shows it where it is open there. */
  function readText(file: string) {
    const open = documents.all().find(({ uri }) => toPath(uri) === file);
    return open === undefined ? readTextFile(file) : ({ ok: true, value: open.getText() } as const);
  }

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    const options = toInitializationOptions(params.initializationOptions);
    const { storageFolder, language, trusted } = options;
    problemsPage = options.problemsPage;
    speak(language);
    can = clientCan(params);
    const folders = (params.workspaceFolders ?? []).flatMap(({ uri }) => toPath(uri) ?? []);
    workspace.start(storageFolder ?? place.storageFolder, folders, trusted);
    return initializeResult(can.pullProblems);
  });
  connection.onInitialized(() => {
    if (can.registerConfiguration) run("initialized", () => registerConfiguration(connection));
    if (!can.workspaceFolders) return;
    connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      workspace.foldersChanged(pathsOf(added), pathsOf(removed));
      pull.workspaceChanged();
    });
  });
  connection.onDidChangeConfiguration(() => {
    workspace.configure();
    pull.workspaceChanged();
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    workspace.filesChanged(pathsOf(changes));
    pull.workspaceChanged();
  });

  documents.onDidOpen(({ document }) => workspace.open(document, toPath(document.uri)));
  documents.onDidChangeContent(({ document }) =>
    guard("change", undefined, () => workspace.change(document, toPath(document.uri))),
  );
  documents.onDidSave(({ document }) => {
    workspace.save(document.uri);
    pull.workspaceChanged();
  });
  documents.onDidClose(({ document }) => {
    const isBuild = workspace.build(document.uri) !== undefined;
    guard("close", undefined, () => workspace.close(document, toPath(document.uri)));
    pull.workspaceChanged();
    if (!isBuild || can.pullProblems) return;
    run("close", () => connection.sendDiagnostics({ uri: document.uri, diagnostics: [] }));
  });

  // By its name: the answer is written already.
  connection.onRequest(CodeLensRequest.method, ({ textDocument: { uri } }: CodeLensParams) =>
    answer<unknown>("codeLens", uri, [], (build, document) => handleCodeLens(document, build)),
  );
  connection.onCodeLensResolve((lens) =>
    guard("codeLensResolve", lens, () =>
      handleCodeLensResolve(lens, (uri) => workspace.build(uri)),
    ),
  );
  connection.languages.inlayHint.on(({ textDocument: { uri }, range }) =>
    answer("inlayHint", uri, [], (build, document) => handleInlayHints(document, build, range)),
  );
  connection.onHover(({ textDocument: { uri }, position }) =>
    answer("hover", uri, null, (build, document) => handleHover(document, build, position)),
  );
  connection.onDocumentLinks(({ textDocument: { uri } }) =>
    answer("documentLink", uri, [], (build, document) => handleDocumentLinks(document, build)),
  );
  connection.languages.diagnostics.on((params, token) => pull.document(params, token));
  connection.languages.diagnostics.onWorkspace((params, token) => pull.workspace(params, token));
  connection.onCodeAction((params) =>
    answer("codeAction", params.textDocument.uri, [], (build, document) =>
      handleCodeAction(document, build, params),
    ),
  );
  connection.onCodeActionResolve((action) =>
    guard("codeActionResolve", action, () => handleCodeActionResolve(action, readText)),
  );
  on(requests.layerStack, (params) => answer("layerStack", toUri(params), null, handleLayerStack));
  on(requests.layerChildren, (params) =>
    answer<readonly LayerNode[] | Promise<readonly LayerNode[]>>(
      "layerChildren",
      toUri(params),
      [],
      (build) => handleLayerChildren(build, toId(params)),
    ),
  );
  on(requests.stepMarks, (params) => answer("stepMarks", toUri(params), [], handleStepMarks));
  on(requests.contextView, (params) => handleContextView(workspace, params));
  on(requests.buildChoices, (params) =>
    answer("buildChoices", toUri(params), null, handleBuildChoices),
  );
  on(requests.definitions, (params) => handleDefinitions(workspace, params));
  on(requests.definedIn, (params) => handleDefinedIn(workspace, params));
  on(requests.document, (params) =>
    guard("document", null, () => handleDocument(workspace.build(toUri(params)) ?? null, params)),
  );
  on(requests.hoverLinks, (params) =>
    answer("hoverLinks", toUri(params), noHoverLinks, (build, document) =>
      handleHoverLinks(document, build, params),
    ),
  );
  on(requests.lookUpImages, (params) => handleLookUpImages(workspace, params));
  on(requests.sharedLayers, (params, token) =>
    handleSharedLayers({ readText, workspaceFolders: workspace.folders }, params, token),
  );
  on(requests.picture, (params) =>
    answer("picture", toUri(params), null, (build) => handlePicture(build, params)),
  );
  on(requests.simulateBuild, (params, token) =>
    handleSimulateBuild(connection, workspace, params, token),
  );
  on(requests.engineImages, () => handleEngineImages(workspace));
  on(requests.compareImage, (params) => handleCompareImage(workspace, params));
  on(requests.imageFile, (params) => handleImageFile(workspace, params));
  on(requests.findInImage, (params) => handleFindInImage(workspace, params));
  on(requests.grownImage, (params) => handleGrownImage(workspace, params));
  on(requests.recordBuild, (params) => handleRecordBuild(workspace, params));
  on(requests.forgetBuilds, async () => {
    const forgotten = await workspace.forget();
    if (!forgotten.ok) throw new Error(interfaceText(forgotten.error.message));
    return { forgotten: forgotten.value };
  });
  connection.onNotification(notifications.buildChoice, (params: unknown) => {
    const choice = toBuildChoice(params);
    if (choice !== null) workspace.build(choice.uri)?.choose(choice);
  });
  connection.onNotification(notifications.cursor, (params: unknown) => {
    const line = toLine(params);
    if (line !== null) workspace.build(toUri(params))?.cursorAt(line);
  });
  connection.onNotification(notifications.refresh, (params: unknown) => {
    const build = workspace.build(toUri(params));
    if (build !== undefined) run("refresh", () => build.rescan());
  });
  connection.onNotification(notifications.trustGranted, () => workspace.trust());
  connection.onNotification(notifications.focused, () => workspace.focused());

  documents.listen(connection);
  connection.listen();
}

function registerConfiguration({ client }: Connection): Promise<unknown> {
  return client.register(DidChangeConfigurationNotification.type, { section: "stratacast" });
}

function settingsOf({ workspace }: Connection, uri: string | null): Promise<unknown> {
  const scope = uri === null ? {} : { scopeUri: uri };
  return workspace.getConfiguration({ section: "stratacast", ...scope });
}

function pathsOf(items: readonly { readonly uri: string }[]): readonly string[] {
  return items.flatMap(({ uri }) => toPath(uri) ?? []);
}

function describe(error: unknown): string {
  return printableLines(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
