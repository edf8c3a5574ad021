/**
 * `stratacast mcp`: three tools for agents, by the Model Context Protocol over stdin and stdout. Nothing
 * is recorded, run or fetched, and nothing is read outside one folder.
 */
import { realpathSync } from "node:fs";
import { version } from "../version.js";
import type { CliCommand } from "./command.js";
import { readWords } from "./flags.js";
import { callTool, toolList } from "./mcpTools.js";
import { readFolder, stateFlag, stateFolder } from "./places.js";
import { UsageError } from "./usageError.js";

export const mcp: CliCommand = {
  name: "mcp",
  summary: "serve an agent that speaks the Model Context Protocol",
  forms: ["[options] [FOLDER]"],
  about:
    "Three tools over stdin and stdout: simulate (what the next build does), why (what is known of a line, and why it rebuilds) and explain (what each instruction does). Only what is in FOLDER (default: .) is looked at, no network is used, nothing is run, and no build is recorded.",
  flags: stateFlag,
  offers: "folders",
  examples: ["stratacast mcp ."],
  async run(words, io) {
    const { values, others } = readWords(stateFlag, words);
    const [folder = ".", extra] = others;
    if (extra !== undefined) throw new UsageError(`one FOLDER at a time: "${extra}" is too much`);
    const root = realpathSync(readFolder(folder, io.cwd));
    const place = { root, state: stateFolder(values.state, io) };
    const running: Promise<void>[] = [];
    for await (const line of io.readLines()) {
      if (line.trim() === "") continue;
      // A long answer keeps nobody waiting who asks something else.
      running.push(
        answerTo(line, (name, given) => callTool(name, given, place, { ...io, cwd: root })).then(
          (answer) => {
            if (answer !== null) io.print(`${JSON.stringify(answer)}\n`);
          },
        ),
      );
    }
    await Promise.all(running);
    return 0;
  },
};

type Caller = (name: string, given: unknown) => Promise<unknown>;

/** Those that differ in nothing that is used here, the newest first. */
const protocols = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

const codes = { parse: -32700, request: -32600, method: -32601, internal: -32603 } as const;

/** The answer to a message; null: it wants none. Never fails. */
async function answerTo(line: string, call: Caller): Promise<object | null> {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return failed(null, codes.parse, "no JSON");
  }
  const { id, method, params } = asRecord(message);
  if (typeof method !== "string") {
    // An answer to a request: none was made.
    return id === undefined ? failed(null, codes.request, "no method") : null;
  }
  if (id === undefined) return null;
  const result = async (): Promise<object> => {
    switch (method) {
      case "initialize":
        return hello(asRecord(params)["protocolVersion"]);
      case "ping":
        return {};
      case "tools/list":
        return { tools: toolList };
      case "tools/call": {
        const { name, arguments: given = {} } = asRecord(params);
        return { ...asRecord(await call(String(name), given)) };
      }
      default:
        throw new UnknownMethod(method);
    }
  };
  try {
    return { jsonrpc: "2.0", id, result: await result() };
  } catch (error) {
    if (error instanceof UnknownMethod) return failed(id, codes.method, error.message);
    const { message: why } = error instanceof Error ? error : { message: String(error) };
    return failed(id, codes.internal, why);
  }
}

class UnknownMethod extends Error {}

function failed(id: unknown, code: number, message: string): object {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

function hello(wanted: unknown): object {
  return {
    protocolVersion: protocols.find((one) => one === wanted) ?? protocols[0],
    capabilities: { tools: {} },
    serverInfo: { name: "stratacast", version },
    instructions:
      "Says what an edit of a Dockerfile, or of a file of its build context, does to image and build cache, without a build. Edit, then call simulate; why tells all about one line.",
  };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord ? (value as Record<string, unknown>) : {};
}
