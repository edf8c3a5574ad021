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

/**
 * The entity tag says the content and the time, so that a server's memory is never a case's matter.
 * A folder \`x.git\` is served as a repository whose branch \`main\` has its files, as one commit of a
 * fixed time: its id says the files alone.
 */
const serverProgram = `
const { createHash } = require("node:crypto");
const { execFileSync, spawn } = require("node:child_process");
const { mkdtempSync, readFileSync, rmSync, statSync } = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const [root, port] = process.argv.slice(1);
const repositories = mkdtempSync(path.join(os.tmpdir(), "stratacast-served-"));
const end = () => {
  rmSync(repositories, { recursive: true, force: true });
  process.exit();
};
process.stdin.resume().on("end", end);

function commit(name, folder) {
  const bare = path.join(repositories, name);
  const git = (words) =>
    execFileSync("git", ["-c", "init.defaultBranch=main", ...words], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        GIT_CONFIG_NOSYSTEM: "1",
        HOME: repositories,
        GIT_DIR: bare,
        GIT_WORK_TREE: folder,
        GIT_AUTHOR_NAME: "a",
        GIT_AUTHOR_EMAIL: "a@b",
        GIT_AUTHOR_DATE: "@0 +0000",
        GIT_COMMITTER_NAME: "a",
        GIT_COMMITTER_EMAIL: "a@b",
        GIT_COMMITTER_DATE: "@0 +0000",
      },
    }).trim();
  git(["init", "--quiet"]);
  git(["config", "uploadpack.allowAnySHA1InWant", "true"]);
  git(["add", "--all"]);
  git(["update-ref", "refs/heads/main", git(["commit-tree", "-m", "files", git(["write-tree"])])]);
}

function serveGit(name, url, request, response) {
  try {
    if (url.pathname.endsWith("/info/refs")) commit(name, path.join(root, "served", name));
  } catch {
    response.writeHead(404).end();
    return;
  }
  const backend = spawn("git", ["http-backend"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      PATH: process.env.PATH,
      HOME: repositories,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: "*",
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_PROJECT_ROOT: repositories,
      GIT_PROTOCOL: request.headers["git-protocol"] ?? "",
      PATH_INFO: url.pathname.slice("/served".length),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      REMOTE_ADDR: "127.0.0.1",
    },
  });
  request.pipe(backend.stdin);
  const chunks = [];
  backend.stdout.on("data", (chunk) => chunks.push(chunk));
  backend.on("close", () => {
    const answer = Buffer.concat(chunks);
    const split = answer.indexOf("\\r\\n\\r\\n");
    const headers = answer.subarray(0, split).toString().split("\\r\\n").map((line) => line.split(/: (.*)/s));
    const status = headers.find(([key]) => key === "Status")?.[1] ?? "200";
    response.writeHead(Number.parseInt(status, 10), Object.fromEntries(headers.map(([key, value]) => [key, value])));
    response.end(answer.subarray(split + 4));
  });
}

require("node:http")
  .createServer((request, response) => {
    const url = new URL(request.url, "http://x");
    const repository = /^\\/served\\/([^/]+\\.git)\\//.exec(url.pathname)?.[1];
    if (repository !== undefined) return serveGit(repository, url, request, response);
    let bytes, time;
    try {
      const file = path.join(root, url.pathname);
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
