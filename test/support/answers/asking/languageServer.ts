/**
 * A bundled language server as an editor sees it. It is spoken to by the names that go over the wire
 * and by nothing of its sources, so that two builds of it can be asked the same.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import {
  createProtocolConnection,
  ErrorCodes,
  ProgressType,
  type ProtocolConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { editorCapabilities } from "../../editorCapabilities.js";

/** A question that takes longer has no answer, and the server is given up. Milliseconds. */
const patience = 30_000;

/** Longer than the server gathers the events of a watcher before it looks. Milliseconds. */
const gathering = 20;

/** The server has ended, or answers no more. */
export class ServerGone extends Error {}

export interface Choice {
  readonly uri: string;
  readonly target: string | null;
  readonly buildArgs: Readonly<Record<string, string>>;
}

export interface LanguageServer {
  /** What it said of itself when it was greeted. */
  readonly initialized: unknown;
  /** The answer, or the error that it answered with. Throws `ServerGone`. */
  ask(method: string, params: object): Promise<unknown>;
  tell(method: string, params: object): Promise<void>;
  /** The section `stratacast` of the settings, from the next question for it. */
  useSettings(settings: object): void;
  /** Waits until the server has been given its settings because of what `work` tells it. */
  configured(work: () => Promise<void>): Promise<void>;
  /** Waits until it has read all that it wants to read after what it was told last. */
  settled(choice: Choice): Promise<void>;
  /** Tells what a watcher saw; ends when it has begun to look at that. */
  filesChanged(changes: readonly object[]): Promise<void>;
  workspaceFolder(folder: string | null): Promise<void>;
  /** What it published last for the open document, and what it asks to be told of. */
  published(): object;
  /** Everything that it logged or showed since the last call. */
  said(): readonly string[];
  stop(): Promise<void>;
}

/** @param language what the client sends of the editor's language; null: English */
export async function startLanguageServer(
  program: string,
  language: object | null,
  isTrusted: boolean,
): Promise<LanguageServer> {
  const child = spawn(process.execPath, [program, "--stdio"], { stdio: ["pipe", "pipe", "pipe"] });
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  let said: string[] = [];
  let settings: object = {};
  let configurations = 0;
  let followsSettings = false;
  let state: { readonly busy: boolean } | null = null;
  let diagnostics: unknown = null;
  let folder: string | null = null;
  const watched = new Map<string, unknown>();
  const listeners = new Set<() => void>();
  const gone = new Promise<never>((_, reject) => {
    child.once("exit", () => reject(new ServerGone("ended")));
    child.once("error", () => reject(new ServerGone("ended")));
  });
  // A server that ends while nothing is asked is noticed by the next question.
  gone.catch(() => {});
  child.stdin.on("error", () => {});
  connection.onError(() => {});
  child.stderr.on("data", (data: Buffer) => said.push(firstLine(`stderr: ${data.toString()}`)));
  listen(connection, {
    configuration: (count) => {
      configurations++;
      notify();
      return Array.from({ length: count }, () => settings);
    },
    registered({ id, method, registerOptions }) {
      if (method === "workspace/didChangeWatchedFiles") watched.set(id, registerOptions);
      if (method === "workspace/didChangeConfiguration") followsSettings = true;
      notify();
    },
    unregistered: (id) => watched.delete(id),
    said: (text) => said.push(firstLine(text)),
    state: (value) => {
      state = value;
      notify();
    },
    diagnostics: (value) => {
      diagnostics = value;
    },
  });
  connection.listen();

  function notify(): void {
    for (const listener of listeners) listener();
  }

  async function ask(method: string, params: object): Promise<unknown> {
    const answer = connection.sendRequest<unknown>(method, params).catch((error: unknown) => {
      // What the server refuses is its answer; a connection that breaks is none.
      const isRefusal =
        error instanceof ResponseError && error.code !== ErrorCodes.PendingResponseRejected;
      if (!isRefusal) throw new ServerGone("ended");
      return { error: error.message };
    });
    return await limited(answer, `no answer to ${method}`);
  }

  function tell(method: string, params: object): Promise<void> {
    return connection.sendNotification(method, params).catch(() => {
      throw new ServerGone("ended");
    });
  }

  function until(what: string, isSo: () => boolean): Promise<void> {
    let listener = (): void => {};
    const seen = new Promise<void>((resolve) => {
      listener = () => {
        if (isSo()) resolve();
      };
      listeners.add(listener);
      listener();
    });
    return limited(seen, what).finally(() => listeners.delete(listener));
  }

  function limited<T>(work: Promise<T>, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const message = `${what} within ${patience / 1000} s`;
      timer = setTimeout(() => reject(new ServerGone(message)), patience);
    });
    return Promise.race([work, gone, late]).finally(() => clearTimeout(timer));
  }

  const initialized = await ask("initialize", {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: [],
    initializationOptions: { storageFolder: null, trusted: isTrusted, language },
    capabilities: editorCapabilities,
  });
  await tell("initialized", {});
  // Only after this does it follow the folders of the workspace.
  await until("no wish to follow the settings", () => followsSettings);
  await ask("stratacast/buildChoices", { uri: "" });

  return {
    initialized,
    ask,
    tell,
    useSettings(wanted) {
      settings = wanted;
    },
    async configured(work) {
      const before = configurations;
      await work();
      await until("no question for the settings", () => configurations > before);
    },
    async filesChanged(changes) {
      await tell("workspace/didChangeWatchedFiles", { changes });
      // Once this is answered, it gathers them; what is asked after that comes behind its look.
      await ask("stratacast/buildChoices", { uri: "" });
      await pause(gathering);
    },
    async settled(choice) {
      await tell("stratacast/buildChoice", choice);
      // Once this is answered, all that it was told has begun: what it publishes from now on says
      // whether it reads. The choice, now the same as before, makes it publish in any case.
      await ask("stratacast/buildChoices", { uri: choice.uri });
      state = null;
      await tell("stratacast/buildChoice", choice);
      await until("no end of reading", () => state?.busy === false);
    },
    async workspaceFolder(wanted) {
      const named = (one: string | null) =>
        one === null ? [] : [{ uri: pathToFileURL(one).href, name: path.basename(one) }];
      const event = { added: named(wanted), removed: named(folder) };
      folder = wanted;
      await tell("workspace/didChangeWorkspaceFolders", { event });
    },
    published: () => ({ state, diagnostics, watched: [...watched.values()] }),
    said() {
      const before = said;
      said = [];
      return before;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      connection.dispose();
    },
  };
}

interface Heard {
  configuration(count: number): readonly object[];
  registered(registration: Registration): void;
  unregistered(id: string): void;
  said(text: string): void;
  state(value: { readonly busy: boolean }): void;
  diagnostics(value: unknown): void;
}

function listen(connection: ProtocolConnection, heard: Heard): void {
  // The shapes below are the protocol's own.
  connection.onRequest("workspace/configuration", ({ items }: { items: readonly object[] }) =>
    heard.configuration(items.length),
  );
  connection.onRequest("client/registerCapability", (params: { registrations: Registration[] }) => {
    for (const registration of params.registrations) heard.registered(registration);
  });
  connection.onRequest(
    "client/unregisterCapability",
    ({ unregisterations }: { unregisterations: { id: string }[] }) => {
      for (const { id } of unregisterations) heard.unregistered(id);
    },
  );
  connection.onRequest("workspace/codeLens/refresh", () => null);
  connection.onRequest("window/showMessageRequest", ({ message }: { message: string }) => {
    heard.said(`asked: ${message}`);
    return null;
  });
  connection.onNotification("window/showMessage", ({ message }: { message: string }) =>
    heard.said(`shown: ${message}`),
  );
  connection.onNotification("window/logMessage", ({ message }: { message: string }) =>
    heard.said(`logged: ${message}`),
  );
  connection.onProgress(new ProgressType<{ kind: string }>(), progressToken, (value) =>
    heard.said(`progress: ${JSON.stringify(value)}`),
  );
  connection.onNotification("textDocument/publishDiagnostics", heard.diagnostics);
  connection.onNotification("stratacast/analysisState", heard.state);
}

interface Registration {
  readonly id: string;
  readonly method: string;
  readonly registerOptions?: unknown;
}

/** What a simulated build reports is sent under this name. */
export const progressToken = "answers";

/** What follows is a stack of the sources, which may be others. */
function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
