/**
 * The client of the language server, by the protocol that both speak. It is loaded with the first start:
 * nobody waits for it before.
 */
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
  TransportKind,
  WorkDoneProgress,
  type WorkDoneProgressBegin,
  type WorkDoneProgressEnd,
  type WorkDoneProgressReport,
} from "vscode-languageclient/node";
import {
  type AnalysisState,
  type HttpAsk,
  type InitializationOptions,
  notifications,
  requests,
} from "../../server/src/protocol.js";
import type { Sender } from "./ask.js";
import { dockerfiles } from "./dockerfiles.js";
import { linksOf } from "./glossary.js";
import { askOverHttp } from "./http.js";

/** Read along, so that an ignore file counts as it stands in the editor. */
const ignoreFiles: readonly vscode.DocumentFilter[] = [
  { pattern: "**/*.dockerignore", scheme: "file" },
];

/** A report of work that the server was asked to do. */
export type WorkProgress = WorkDoneProgressBegin | WorkDoneProgressEnd | WorkDoneProgressReport;

interface Lifecycle {
  mayRestart(): boolean;
  onGivenUp(): void;
  onState(state: "starting" | "running"): void;
  onAnalysis(analysis: AnalysisState): void;
}

/** What the rest of the extension needs of it. */
export interface ProtocolClient extends Sender {
  start(): Promise<void>;
  stop(): Promise<void>;
  isRunning(): boolean;
  sendNotification(method: string, params: unknown): Promise<void>;
  /** Hears the progress that the server reports under `token`. */
  onProgress(token: string, listener: (progress: WorkProgress) => void): vscode.Disposable;
  /** Ends the server, too. */
  dispose(): Promise<void>;
}

/** @param context of the extension: where the server's program and its storage are */
export function createProtocolClient(
  context: vscode.ExtensionContext,
  output: vscode.LogOutputChannel,
  lifecycle: Lifecycle,
): ProtocolClient {
  const module = vscode.Uri.joinPath(context.extensionUri, "dist", "server.mjs").fsPath;
  const options: LanguageClientOptions = {
    documentSelector: [...dockerfiles, ...ignoreFiles] as NonNullable<
      LanguageClientOptions["documentSelector"]
    >,
    // A function: trust may have been granted between activation and start.
    initializationOptions: (): InitializationOptions => ({
      storageFolder: storageFolder(context),
      trusted: vscode.workspace.isTrusted,
      problemsPage: vscode.Uri.joinPath(context.extensionUri, "docs", "problems.md").toString(),
      language:
        vscode.l10n.bundle === undefined
          ? null
          : { id: vscode.env.language, texts: vscode.l10n.bundle },
    }),
    diagnosticCollectionName: "stratacast",
    outputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    // Texts of a Dockerfile and file names reach hovers: no commands, no HTML from there.
    markdown: { isTrusted: false, supportHtml: false },
    middleware: {
      async provideHover(document, position, token, next) {
        const [hover, links] = await Promise.all([
          next(document, position, token),
          linksOf(client, document, position, token),
        ]);
        hover?.contents.push(links);
        return hover;
      },
    },
    initializationFailedHandler: () => false,
    errorHandler: {
      error: (_error, _message, count) => ({
        action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
        handled: true,
      }),
      closed: () => {
        if (lifecycle.mayRestart()) return { action: CloseAction.Restart, handled: true };
        lifecycle.onGivenUp();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  };
  const client = new LanguageClient(
    "stratacast",
    "Stratacast",
    {
      run: { module, transport: TransportKind.stdio },
      debug: {
        module,
        transport: TransportKind.stdio,
        options: { execArgv: ["--nolazy", "--inspect=6011", "--enable-source-maps"] },
      },
    },
    options,
  );
  const subscriptions = [
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) lifecycle.onState("running");
      else if (newState === State.Starting) lifecycle.onState("starting");
    }),
    client.onNotification(notifications.analysisState, lifecycle.onAnalysis),
    client.onRequest(requests.http, (asked: HttpAsk) => askOverHttp(asked)),
  ];
  return {
    start: () => client.start(),
    stop: () => client.stop(),
    isRunning: () => client.isRunning(),
    sendRequest: (method, params, token) => client.sendRequest(method, params, token),
    sendNotification: (method, params) => client.sendNotification(method, params),
    onProgress: (token, listener) => client.onProgress(WorkDoneProgress.type, token, listener),
    async dispose() {
      for (const subscription of subscriptions) subscription.dispose();
      await client.dispose();
    },
  };
}

/** The workspace's storage; without a folder open the extension's own; null: neither is on disk. */
function storageFolder(context: vscode.ExtensionContext): string | null {
  const storage = context.storageUri ?? context.globalStorageUri;
  return storage.scheme === "file" ? storage.fsPath : null;
}
