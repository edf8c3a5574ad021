/** What client and server tell each other that they can do. */
import {
  CodeActionKind,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
} from "vscode-languageserver";

/** What the server can do for a client. */
export const initializeResult = (pullsProblems: boolean): InitializeResult => ({
  capabilities: {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
    codeLensProvider: { resolveProvider: true },
    hoverProvider: true,
    inlayHintProvider: true,
    documentLinkProvider: {},
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix], resolveProvider: true },
    ...(pullsProblems ? { diagnosticProvider } : {}),
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  },
  serverInfo: { name: "stratacast" },
});

const diagnosticProvider = {
  identifier: "stratacast",
  interFileDependencies: true,
  workspaceDiagnostics: true,
};

/** What the client can do; null: not known yet. */
export function clientCan(params: InitializeParams | null) {
  const workspace = params?.capabilities.workspace;
  const watching = workspace?.didChangeWatchedFiles;
  return {
    configuration: workspace?.configuration === true,
    workspaceFolders: workspace?.workspaceFolders === true,
    registerConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    watch: watching?.dynamicRegistration === true && watching.relativePatternSupport === true,
    refreshHints: workspace?.inlayHint?.refreshSupport === true,
    refreshLenses: workspace?.codeLens?.refreshSupport === true,
    // One that cannot be told to ask again would keep what was known at first.
    pullProblems:
      params?.capabilities.textDocument?.diagnostic !== undefined &&
      workspace?.diagnostics?.refreshSupport === true,
  };
}
