/**
 * Plays the editor: starts the bundled language server as a process of its own and speaks the
 * protocol to it over stdio, as VS Code does. What the server asks (settings, watchers, a refresh of
 * the lenses) is answered and noted.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  type CodeLens,
  CodeLensRefreshRequest,
  CodeLensRequest,
  CodeLensResolveRequest,
  ConfigurationRequest,
  createProtocolConnection,
  type Diagnostic,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  type DidChangeWatchedFilesRegistrationOptions,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DidSaveTextDocumentNotification,
  ExitNotification,
  FileChangeType,
  type FileEvent,
  type Hover,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  type InitializeResult,
  InlayHintRefreshRequest,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShowMessageNotification,
  ShowMessageRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
  UnregistrationRequest,
} from "vscode-languageserver-protocol/node";
import { type AnalysisState, notifications } from "../../../server/src/protocol.js";
import { editorCapabilities, pullingCapabilities } from "../../support/editorCapabilities.js";
import { inRepository } from "../../support/repository.js";

export interface EditorOptions {
  /** Absolute paths. Default: none. */
  readonly workspaceFolders?: readonly string[];
  /** The section `stratacast` of the settings, for every document. */
  readonly settings?: object;
  /** Other sections, by their names. Default: none. */
  readonly otherSettings?: Readonly<Record<string, unknown>>;
  /** Where simulated builds are kept; null: in the server's memory. Default: null. */
  readonly storageFolder?: string | null;
  /** False: an editor that can neither watch files, nor be asked for settings, nor refresh lenses. */
  readonly capable?: boolean;
  /** True: it asks for problems, as VS Code does. Default: false. */
  readonly pulls?: boolean;
  /** Default: true. */
  readonly trusted?: boolean;
  /** URI of the page that describes problems. Default: none. */
  readonly problemsPage?: string;
  /** The program that runs the server. Default: the one that runs the test. */
  readonly node?: string;
  /** Variables of the server's process, beside those of this one. */
  readonly env?: Readonly<Record<string, string>>;
  /** The editor's language with its texts, as the client sends it. Default: English. */
  readonly language?: unknown;
}

export interface EditorClient {
  readonly connection: ProtocolConnection;
  readonly process: ChildProcess;
  readonly initialized: InitializeResult;
  /** Base folders of the registered file watchers, by registration. */
  readonly watched: ReadonlyMap<string, readonly string[]>;
  /** What the server told the user. */
  readonly messages: readonly string[];
  /** What the server wrote to its log and to stderr. */
  readonly log: readonly string[];
  /** How often the server asked to have the lenses drawn again. */
  readonly refreshes: () => number;
  readonly hintRefreshes: () => number;
  readonly states: (uri: string) => readonly AnalysisState[];
  readonly diagnostics: (uri: string) => readonly Diagnostic[];
  readonly open: (uri: string, text: string) => Promise<void>;
  readonly change: (
    uri: string,
    ...changes: readonly TextDocumentContentChangeEvent[]
  ) => Promise<void>;
  readonly save: (uri: string) => Promise<void>;
  readonly close: (uri: string) => Promise<void>;
  /** The titles of the lenses, with their lines from 1: `3 Cached · layer 1`. */
  readonly lenses: (uri: string) => Promise<readonly string[]>;
  /** The hover's Markdown; line and column from 1; empty: none. */
  readonly hover: (uri: string, line: number, column: number) => Promise<string>;
  readonly useSettings: (settings: object) => Promise<void>;
  /** Tells the server what a watcher saw. */
  readonly filesChanged: (...files: readonly string[]) => Promise<void>;
  /** Resolves once the server has read everything that it wanted to read for the document. */
  readonly settled: (uri: string) => Promise<void>;
  /** Shuts the server down as the protocol says; gives its exit code. */
  readonly stop: () => Promise<number | null>;
}

export function uriOf(file: string): string {
  return pathToFileURL(file).href;
}

/** Starts a server, and greets it. */
export async function startEditor(options: EditorOptions = {}): Promise<EditorClient> {
  const child = spawn(
    options.node ?? process.execPath,
    [inRepository("dist/server.mjs"), "--stdio"],
    {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...options.env },
    },
  );
  const log: string[] = [];
  child.stderr.on("data", (data: Buffer) => log.push(data.toString()));
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const capable = options.capable ?? true;
  const folders = options.workspaceFolders ?? [];
  let settings: object = options.settings ?? {};
  const watched = new Map<string, readonly string[]>();
  const messages: string[] = [];
  const states = new Map<string, AnalysisState[]>();
  const diagnostics = new Map<string, readonly Diagnostic[]>();
  const versions = new Map<string, number>();
  let refreshes = 0;
  let hintRefreshes = 0;

  connection.onRequest(ConfigurationRequest.type, ({ items }) =>
    items.map(({ section = "" }) =>
      section === "stratacast" ? settings : (options.otherSettings?.[section] ?? null),
    ),
  );
  connection.onRequest(RegistrationRequest.type, ({ registrations }) => {
    for (const { id, method, registerOptions } of registrations) {
      if (method !== DidChangeWatchedFilesNotification.method) continue;
      // The method says which options these are.
      const { watchers } = registerOptions as DidChangeWatchedFilesRegistrationOptions;
      watched.set(
        id,
        watchers.map(({ globPattern }) =>
          typeof globPattern === "string"
            ? globPattern
            : `${typeof globPattern.baseUri === "string" ? globPattern.baseUri : globPattern.baseUri.uri} ${globPattern.pattern}`,
        ),
      );
    }
  });
  connection.onRequest(UnregistrationRequest.type, ({ unregisterations }) => {
    for (const { id } of unregisterations) watched.delete(id);
  });
  connection.onRequest(CodeLensRefreshRequest.type, () => {
    refreshes++;
  });
  connection.onRequest(InlayHintRefreshRequest.type, () => {
    hintRefreshes++;
  });
  connection.onNotification(ShowMessageNotification.type, ({ message }) => {
    messages.push(message);
  });
  connection.onRequest(ShowMessageRequest.type, ({ message }) => {
    messages.push(message);
    return null;
  });
  connection.onNotification("window/logMessage", ({ message }: { message: string }) => {
    log.push(message);
  });
  connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
    diagnostics.set(params.uri, params.diagnostics);
  });
  connection.onNotification(notifications.analysisState, (state: AnalysisState) => {
    const list = states.get(state.uri);
    if (list === undefined) states.set(state.uri, [state]);
    else list.push(state);
  });
  connection.listen();
  const workspaceFolders = folders.map((folder) => ({
    uri: uriOf(folder),
    name: path.basename(folder),
  }));
  const initialized = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: workspaceFolders[0]?.uri ?? null,
    workspaceFolders,
    initializationOptions: {
      storageFolder: options.storageFolder ?? null,
      trusted: options.trusted ?? true,
      problemsPage: options.problemsPage ?? null,
      language: options.language ?? null,
    },
    capabilities: options.pulls === true ? pullingCapabilities : capable ? editorCapabilities : {},
  });
  await connection.sendNotification(InitializedNotification.type, {});

  return {
    connection,
    process: child,
    initialized,
    watched,
    messages,
    log,
    refreshes: () => refreshes,
    hintRefreshes: () => hintRefreshes,
    states: (uri) => states.get(uri) ?? [],
    diagnostics: (uri) => diagnostics.get(uri) ?? [],
    async open(uri, text) {
      versions.set(uri, 1);
      await connection.sendNotification(DidOpenTextDocumentNotification.type, {
        textDocument: { uri, languageId: "dockerfile", version: 1, text },
      });
    },
    async change(uri, ...contentChanges) {
      const version = (versions.get(uri) ?? 0) + 1;
      versions.set(uri, version);
      await connection.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument: { uri, version },
        contentChanges: [...contentChanges],
      });
    },
    save: (uri) =>
      connection.sendNotification(DidSaveTextDocumentNotification.type, { textDocument: { uri } }),
    close: (uri) =>
      connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } }),
    async lenses(uri) {
      const lenses: readonly CodeLens[] | null = await connection.sendRequest(
        CodeLensRequest.type,
        { textDocument: { uri } },
      );
      const shown = (lenses ?? []).map((lens) =>
        lens.command === undefined
          ? connection.sendRequest(CodeLensResolveRequest.type, lens)
          : lens,
      );
      return (await Promise.all(shown)).map(
        ({ range, command }) => `${range.start.line + 1} ${command?.title ?? ""}`,
      );
    },
    async hover(uri, line, column) {
      const hover: Hover | null = await connection.sendRequest(HoverRequest.type, {
        textDocument: { uri },
        position: { line: line - 1, character: column - 1 },
      });
      const contents = hover?.contents;
      return typeof contents === "object" && "value" in contents ? contents.value : "";
    },
    async useSettings(wanted) {
      settings = wanted;
      await connection.sendNotification(DidChangeConfigurationNotification.type, {
        settings: null,
      });
    },
    filesChanged: (...files) =>
      connection.sendNotification(DidChangeWatchedFilesNotification.type, {
        changes: files.map(
          (file): FileEvent => ({ uri: uriOf(file), type: FileChangeType.Changed }),
        ),
      }),
    settled: (uri) =>
      eventually(`the end of reading for ${uri}`, () =>
        states.get(uri)?.at(-1)?.busy === false ? true : null,
      ).then(() => undefined),
    async stop() {
      await connection.sendRequest(ShutdownRequest.type);
      const ended = once(child, "exit");
      await connection.sendNotification(ExitNotification.type);
      const [code] = (await ended) as [number | null]; // what Node's `exit` event carries
      connection.dispose();
      return code;
    },
  };
}

/**
 * Calls `look` until it gives something else than null.
 * @param what completes "The server does not show …"
 */
export async function eventually<T>(
  what: string,
  look: () => T | null | Promise<T | null>,
  limitMs = 10_000,
): Promise<T> {
  for (const started = performance.now(); performance.now() - started < limitMs; ) {
    const seen = await look();
    if (seen !== null) return seen;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`The server does not show ${what} within ${limitMs / 1000} s.`);
}
