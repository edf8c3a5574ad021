/**
 * The language server, in a Node process of its own. It starts with the first Dockerfile and not
 * before, and whatever becomes of it is told through `onDidChangeState`, never through a pop-up.
 */
import * as vscode from "vscode";
import {
  type AnalysisState,
  type NotificationName,
  notifications,
  type RequestName,
} from "../../server/src/protocol.js";
import { ask } from "./ask.js";
import type { ProtocolClient, WorkProgress } from "./protocolClient.js";

export type ServerState = "idle" | "starting" | "running" | "failed";

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
  let client: ProtocolClient | undefined;
  /** It is most of what the extension loads: the editor does not wait for it. */
  const opened = async (): Promise<ProtocolClient> => {
    if (client !== undefined) return client;
    const { createProtocolClient } = await import("./protocolClient.js");
    client ??= createProtocolClient(context, output, {
      mayRestart: restarts.spend,
      onGivenUp: () => become("failed"),
      onState: become,
      onAnalysis: (analysis) => analyses.fire(analysis),
    });
    return client;
  };
  const subscriptions = [
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
      await (await opened()).start();
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
      if (client?.isRunning() === true) await client.stop().catch(() => undefined);
      starting = startOnce();
      await starting;
    },
    async request<P, R>(
      name: RequestName<P, R>,
      params: NoInfer<P>,
      token?: vscode.CancellationToken,
    ) {
      if (!(await server.start())) return undefined;
      return ask(await opened(), name, params, token);
    },
    notify(name, params) {
      if (client?.isRunning() !== true) return;
      client.sendNotification(name, params).catch((error) => output.warn(String(error)));
    },
    onProgress(token, listener) {
      const listening = opened().then((client) => client.onProgress(token, listener));
      return { dispose: () => void listening.then((inner) => inner.dispose()) };
    },
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
      const closed = client?.dispose().catch(() => undefined) ?? Promise.resolve();
      void closed.finally(() => output.dispose());
    },
  };
  return server;
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
