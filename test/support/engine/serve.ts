/**
 * A small HTTP server that an engine can reach on the loopback: for a private engine it runs in the
 * engine's network namespace. It ends with the program that started it, however that ends.
 */
import { spawn } from "node:child_process";
import type { Engine } from "./engine.js";

/** Fixed, so that the URLs of a case are the same each time. */
export const servedPort = 8037;

/** Serves the files below `root` at `http://127.0.0.1:8037/`; gives what stops it. */
export async function serve(engine: Engine, root: string): Promise<() => Promise<void>> {
  const node = [process.execPath, "-e", serverProgram, root, String(servedPort)];
  const enter = engine.network === null ? [] : ["nsenter", `--net=${engine.network}`];
  const [program = "", ...args] = [...enter, ...node];
  const server = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  server.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => {
    server.on("close", () => resolve());
    server.on("error", () => resolve());
  });
  const listens = new Promise<boolean>((resolve) => {
    server.stdout.once("data", () => resolve(true));
    void ended.then(() => resolve(false));
  });
  if (!(await listens)) throw new Error(`the server of a case did not start: ${complaint.trim()}`);
  return async () => {
    server.stdin.end();
    await ended;
  };
}

/** The entity tag says the content and the time, so that a server's memory is never a case's matter. */
const serverProgram = `
const { createHash } = require("node:crypto");
const { readFileSync, statSync } = require("node:fs");
const path = require("node:path");
const [root, port] = process.argv.slice(1);
process.stdin.resume().on("end", () => process.exit());
require("node:http")
  .createServer((request, response) => {
    let bytes, time;
    try {
      const file = path.join(root, new URL(request.url, "http://x").pathname);
      bytes = readFileSync(file);
      time = statSync(file).mtime.toUTCString();
    } catch {
      response.writeHead(404).end();
      return;
    }
    const tag = '"' + createHash("sha256").update(time).update(bytes).digest("hex") + '"';
    const headers = { ETag: tag, "Last-Modified": time, "Content-Length": bytes.length };
    if (request.headers["if-none-match"] === tag) response.writeHead(304, headers).end();
    else response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : bytes);
  })
  .listen(Number(port), "127.0.0.1", () => console.log("listens"));
`;
