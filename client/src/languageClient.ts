/**
 * The language server, in a Node process of its own. It starts with the first Dockerfile and not
 * before, and whatever becomes of it is told through `onDidChangeState`, never through a pop-up.
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
  type NotificationName,
  notifications,
  type RequestName,
  requests,
} from "../../server/src/protocol.js";
import { ask } from "./ask.js";
import { linksOf } from "./glossary.js";
import { askOverHttp } from "./http.js";

/** The documents that Stratacast answers for. */
export const dockerfiles: readonly vscode.DocumentFilter[] = [
  { language: "dockerfile", scheme: "file" },
  { language: "dockerfile", scheme: "untitled" },
];

/** Read along, so that an ignore file counts as it stands in the editor. */
const ignoreFiles: readonly vscode.DocumentFilter[] = [
  { pattern: "**/*.dockerignore", scheme: "file" },
];

/** Whether Stratacast answers for `document`. */
export function isDockerfile(document: vscode.TextDocument): boolean {
  return vscode.languages.match(dockerfiles, document) > 0;
}

export type ServerState = "idle" | "starting" | "running" | "failed";

/** A report of work that the server was asked to do. */
export type WorkProgress = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

export interface LanguageServer extends vscode.Disposable {
  readonly state: ServerState;
  readonly onDidChangeState: vscode.Event<ServerState>;
  /** The answers for a document may have changed. */
  readonly onDidAnalyse: vscode.Event<AnalysisState>;
  /** The server's own log. */
  readonly output: vscode.LogOutputChannel;
  /** Starts the server if it does not run; false: it does not start. */
  start(): Promise<boolean>;
  /** Ends the server and starts it anew, also after it was given up. */
  restart(): Promise<void>;
  /**
   * Sends a request, after starting the server where needed.
   * @returns undefined when there is no server to answer
   * @throws what the server answers as an error, and `vscode.CancellationError`
   */
  request<P, R>(
    name: RequestName<P, R>,
    params: NoInfer<P>,
    token?: vscode.CancellationToken,
  ): Promise<R | undefined>;
  /** Sends a notification if the server runs; it is not kept for later. */
  notify<P>(name: NotificationName<P>, params: NoInfer<P>): void;
  /** Hears the progress that the server reports under `token`. */
  onProgress(token: string, listener: (progress: WorkProgress) => void): vscode.Disposable;
}

/** @param context of the extension: where the server's program and its storage are */
export function createLanguageServer(context: vscode.ExtensionContext): LanguageServer {
  const output = vscode.window.createOutputChannel("Stratacast Language Server", { log: true });
  const stateChanges = new vscode.EventEmitter<ServerState>();
  const analyses = new vscode.EventEmitter<AnalysisState>();
  const restarts = restartBudget();
  let state: ServerState = "idle";
  let starting: Promise<boolean> | undefined;

  const become = (next: ServerState) => {
    if (state === next) return;
    state = next;
    stateChanges.fire(next);
  };
  const client = createClient(context, output, {
    mayRestart: restarts.spend,
    onGivenUp: () => become("failed"),
  });
  const subscriptions = [
    client.onDidChangeState((change) => {
      if (change.newState === State.Running) become("running");
      else if (change.newState === State.Starting) become("starting");
    }),
    client.onNotification(notifications.analysisState, (analysis: AnalysisState) =>
      analyses.fire(analysis),
    ),
    client.onRequest(requests.http, (asked: HttpAsk) => askOverHttp(asked)),
    vscode.workspace.onDidGrantWorkspaceTrust(() =>
      server.notify(notifications.trustGranted, undefined),
    ),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) server.notify(notifications.focused, undefined);
    }),
  ];

  const startOnce = async () => {
    become("starting");
    try {
      await client.start();
      become("running");
      return true;
    } catch (error) {
      output.error(error instanceof Error ? error : String(error));
      become("failed");
      return false;
    }
  };
  const server: LanguageServer = {
    get state() {
      return state;
    },
    onDidChangeState: stateChanges.event,
    onDidAnalyse: analyses.event,
    output,
    start() {
      // A server that was given up stays so until somebody asks for a restart.
      if (state === "failed") return Promise.resolve(false);
      starting ??= startOnce();
      return starting;
    },
    async restart() {
      restarts.refill();
      if (client.isRunning()) await client.stop().catch(() => undefined);
      starting = startOnce();
      await starting;
    },
    async request<P, R>(
      name: RequestName<P, R>,
      params: NoInfer<P>,
      token?: vscode.CancellationToken,
    ) {
      if (!(await server.start())) return undefined;
      return ask(client, name, params, token);
    },
    notify(name, params) {
      if (!client.isRunning()) return;
      client.sendNotification(name, params).catch((error) => output.warn(String(error)));
    },
    onProgress(token, listener) {
      return client.onProgress(WorkDoneProgress.type, token, listener);
    },
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
      client
        .dispose()
        .catch(() => undefined)
        .finally(() => output.dispose());
    },
  };
  return server;
}

interface Lifecycle {
  mayRestart(): boolean;
  onGivenUp(): void;
}

function createClient(
  context: vscode.ExtensionContext,
  output: vscode.LogOutputChannel,
  lifecycle: Lifecycle,
): LanguageClient {
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
  return client;
}

/** The workspace's storage; without a folder open the extension's own; null: neither is on disk. */
function storageFolder(context: vscode.ExtensionContext): string | null {
  const storage = context.storageUri ?? context.globalStorageUri;
  return storage.scheme === "file" ? storage.fsPath : null;
}

/** Four restarts in three minutes: a server that dies oftener than that dies of every start. */
function restartBudget() {
  const most = 4;
  const period = 3 * 60_000;
  let spent: number[] = [];
  return {
    spend(): boolean {
      const now = Date.now();
      spent = [...spent.filter((time) => now - time < period), now];
      return spent.length <= most;
    },
    refill(): void {
      spent = [];
    },
  };
}
