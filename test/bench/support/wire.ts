/**
 * A language server as bytes on a pipe. The clock of a measurement stops when the last byte of an
 * answer is there: nothing of it is parsed before.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { editorCapabilities } from "../../support/editorCapabilities.js";
import { pause } from "./measure.js";
import { probeArgs } from "./probe.js";

/** Who waits longer for one answer has seen that it takes too long. Milliseconds. */
export const patience = 60_000;

/** The server did not answer in time. */
export class TooSlow extends Error {}

/** A message that has arrived, and when its last byte did (`performance.now()`). */
export interface Arrived {
  readonly at: number;
  readonly body: Buffer;
}

export interface WireOptions {
  readonly program: string;
  readonly workspaceFolder: string | null;
  /** The section `stratacast` of the settings. */
  readonly settings?: object;
  readonly initializationOptions?: object;
  /** For `node`; default: the probe, which waits for questions. */
  readonly nodeArgs?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export interface Wire {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Sends notifications and requests in one write; gives when it began, and the answers. */
  readonly send: (...messages: readonly Message[]) => Sent;
  readonly ask: (method: string, params: object) => Promise<Arrived>;
  readonly tell: (method: string, params: object) => void;
  /** The next message of this name that the server sends by itself. */
  readonly next: (method: string) => Promise<Arrived>;
  /** Waits until it has dealt with all that it was sent. */
  readonly answered: () => Promise<void>;
  /** Waits until it has nothing more to do and to say. */
  readonly rest: () => Promise<void>;
  /** How often it has sent a message of this name. */
  readonly heard: (method: string) => number;
  readonly stop: () => Promise<void>;
}

export type Message = Readonly<{ method: string; params: object; isRequest: boolean }>;

export interface Sent {
  readonly began: number;
  /** Of the last request. */
  readonly answer: Promise<Arrived>;
}

export async function openWire(options: WireOptions): Promise<Wire> {
  const { program, nodeArgs = probeArgs, env = process.env } = options;
  const child = spawn(process.execPath, [...nodeArgs, program, "--stdio"], {
    stdio: ["pipe", "pipe", "ignore", "ipc"],
    env,
  });
  // The two pipes are asked for above.
  const [stdin, stdout] = [child.stdin!, child.stdout!];
  stdin.on("error", () => {});
  const answers = new Map<number, (arrived: Arrived) => void>();
  const listeners = new Map<string, ((arrived: Arrived) => void)[]>();
  const heard = new Map<string, number>();
  let arrivals = 0;
  let lastId = 0;

  const write = (...bodies: readonly object[]): number => {
    const text = bodies.map((body) => {
      const json = JSON.stringify({ jsonrpc: "2.0", ...body });
      return `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
    });
    const bytes = Buffer.from(text.join(""));
    const began = performance.now();
    stdin.write(bytes);
    return began;
  };

  const arrive = (arrived: Arrived): void => {
    const { id, method } = headOf(arrived.body);
    if (method === null) {
      if (id === null) return;
      answers.get(id)?.(arrived);
      answers.delete(id);
      return;
    }
    arrivals++;
    heard.set(method, (heard.get(method) ?? 0) + 1);
    if (id !== null) write({ id, result: resultOf(method, arrived.body, options.settings ?? {}) });
    const waiting = listeners.get(method) ?? [];
    listeners.delete(method);
    for (const listener of waiting) listener(arrived);
  };
  stdout.on("data", frames(arrive));

  const send = (...messages: readonly Message[]): Sent => {
    let answer: Promise<Arrived> = new Promise(() => {});
    const bodies = messages.map(({ method, params, isRequest }) => {
      if (!isRequest) return { method, params };
      const id = ++lastId;
      answer = inTime(method, new Promise((resolve) => answers.set(id, resolve)));
      // Of several only the last is waited for.
      answer.catch(() => {});
      return { id, method, params };
    });
    const began = write(...bodies);
    return { began, answer };
  };
  const ask = (method: string, params: object): Promise<Arrived> =>
    send({ method, params, isRequest: true }).answer;

  const wire: Wire = {
    process: child,
    pid: child.pid ?? 0,
    send,
    ask,
    tell: (method, params) => void write({ method, params }),
    next: (method) =>
      inTime(
        method,
        new Promise((resolve) => {
          listeners.set(method, [...(listeners.get(method) ?? []), resolve]);
        }),
      ),
    async answered() {
      // No server knows the question, so it costs nothing.
      await ask("bench/nothing", {});
    },
    async rest() {
      for (let seen = -1; seen !== arrivals; ) {
        seen = arrivals;
        // Longer than a server gathers what it publishes.
        await pause(60);
        await wire.answered();
      }
    },
    heard: (method) => heard.get(method) ?? 0,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
  await greet(wire, options);
  return wire;
}

async function greet(wire: Wire, options: WireOptions): Promise<void> {
  const folder = options.workspaceFolder;
  const uri = folder === null ? null : pathToFileURL(folder).href;
  await wire.ask("initialize", {
    processId: process.pid,
    rootUri: uri,
    workspaceFolders: folder === null ? [] : [{ uri, name: path.basename(folder) }],
    initializationOptions: options.initializationOptions ?? {},
    capabilities: {
      ...editorCapabilities,
      textDocument: { hover: { contentFormat: ["markdown"] } },
    },
  });
  wire.tell("initialized", {});
  await wire.rest();
}

function inTime<T>(what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooSlow(`${what}: not within a minute`)), patience);
    timer.unref();
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Which message it is stands at its start, before what it carries. */
function headOf(body: Buffer): { readonly id: number | null; readonly method: string | null } {
  const head = body.toString("latin1", 0, 200);
  const id = /^\{"jsonrpc":"2\.0","id":(\d+)/.exec(head)?.[1];
  const method = /^\{"jsonrpc":"2\.0",(?:"id":\d+,)?"method":"([^"]+)"/.exec(head)?.[1];
  return { id: id === undefined ? null : Number(id), method: method ?? null };
}

/** What an editor answers to what a server asks. */
function resultOf(method: string, body: Buffer, settings: object): unknown {
  if (method !== "workspace/configuration") return null;
  // The protocol's own shape.
  const { params } = JSON.parse(body.toString()) as { params: { items: { section: string }[] } };
  return params.items.map(({ section }) => (section === "stratacast" ? settings : null));
}

/** Cuts a stream into the messages of the protocol. */
function frames(arrive: (arrived: Arrived) => void): (chunk: Buffer) => void {
  let head = Buffer.alloc(0);
  let parts: Buffer[] = [];
  let missing = 0;
  return (chunk) => {
    const at = performance.now();
    let rest = chunk;
    while (rest.length > 0) {
      if (missing === 0) {
        head = Buffer.concat([head, rest]);
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return;
        missing = Number(/Content-Length: (\d+)/i.exec(head.toString("latin1", 0, end))?.[1]);
        rest = head.subarray(end + 4);
        head = Buffer.alloc(0);
        continue;
      }
      const part = rest.subarray(0, missing);
      parts.push(part);
      missing -= part.length;
      rest = rest.subarray(part.length);
      if (missing > 0) continue;
      const body = Buffer.concat(parts);
      parts = [];
      arrive({ at, body });
    }
  };
}
