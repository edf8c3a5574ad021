/**
 * Nothing is on the network while all that may ask is off: packets are counted in a namespace of its own,
 * in which every address leads back to the machine. Where none can be made this says so and passes.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { EngineUnavailable, ensureDockerPrograms } from "../support/engine/files.js";
import { inRepository } from "../support/repository.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { isThorough } from "../support/thorough.js";
import { test } from "./support/limitedTest.js";

const project = {
  "compose.yaml": `include: ["oci://registry.example/compose:1", "https://example.org/other.git"]
services:
  web: { image: registry.example/web, build: { context: web, additional_contexts: { base: "service:base" } } }
  base: { build: base }
`,
  "plain/compose.yaml": "services: { web: { build: ../web, image: registry.example/web } }\n",
  "docker-bake.hcl": `target "app" {
  context = "web"
  contexts = { base = "docker-image://registry.example/base:1", other = "https://example.org/a.git" }
}
`,
  "base/Dockerfile": "FROM registry.example/os:1\nADD https://example.org/a.tar /\n",
  "web/Dockerfile":
    "# syntax=docker/dockerfile:1\nFROM base\nCOPY --from=other / /o\nCOPY --from=registry.example/x /a /\nRUN make\n",
};

const calls: readonly (readonly string[])[] = [
  ["builds", "--format", "json"],
  ["builds", "--ask-docker"],
  ["simulate", "--build", "compose:web", "."],
  ["simulate", "--build", "bake:app", "--against", "empty", "."],
  ["explain", "--build", "compose:base", "."],
];

/** The command line of docker with its plugins; without them nobody can be asked. */
async function dockerPrograms(): Promise<NodeJS.ProcessEnv> {
  try {
    const cache = inRepository(".cache/engine");
    const { bin, dockerConfig } = await ensureDockerPrograms(cache, "newest");
    return { PATH: `${bin}:${process.env["PATH"]}`, DOCKER_CONFIG: dockerConfig };
  } catch (error) {
    if (error instanceof EngineUnavailable) return {};
    throw error;
  }
}

test("nothing is sent while all is off, with Compose, Bake and images of registries asked", async (t) => {
  if (!isThorough) return t.skip("left out: a thorough run waits for programs");
  const docker = await dockerPrograms();
  const folder = temporaryFolder(t, project);
  const state = temporaryFolder(t);
  const session = path.join(state, "session");
  writeFileSync(session, editorSession(folder));
  const cli = `'${process.execPath}' '${inRepository("dist/cli.mjs")}'`;
  const commands = calls.map(
    (words) => `${cli} ${words.join(" ")} >'${state}/${words[0]}' || true`,
  );
  const server = `(cat '${session}'; sleep 2) | ${cli} lsp --stdio >'${state}/answers' || true`;
  const counted = inNamespace(
    [...commands, server, "count", `'${process.execPath}' -e '${knock}'`, "count"].join("\n"),
    folder,
    { ...process.env, ...docker, XDG_STATE_HOME: state, HOME: state },
  );
  if (counted === null) return t.skip("left out: no network namespace can be made");
  // Who was there to be asked has told.
  const told = readFileSync(`${state}/builds`, "utf8");
  assert.equal(/, by docker/.test(told), Object.keys(docker).length > 0, told);
  const [quiet, knocked] = counted;
  assert.equal(quiet, 0, "packets");
  assert.match(readFileSync(`${state}/answers`, "utf8"), /"id":2,"result":\[\{/);
  // What is sent to any address is counted.
  assert.ok((knocked ?? 0) > 0);
});

const knock = `require("net").connect(80, "198.51.100.1").on("error", () => process.exit())`;

/** Opens a Dockerfile, and goes a moment later. */
function editorSession(folder: string): string {
  const uri = `file://${folder}/web/Dockerfile`;
  const document = { uri, languageId: "dockerfile", version: 1, text: project["web/Dockerfile"] };
  const messages = [
    {
      id: 1,
      method: "initialize",
      params: {
        ...{ processId: null, capabilities: {}, rootUri: `file://${folder}` },
        workspaceFolders: [{ uri: `file://${folder}`, name: "project" }],
      },
    },
    { method: "initialized", params: {} },
    { method: "textDocument/didOpen", params: { textDocument: document } },
    { id: 2, method: "textDocument/codeLens", params: { textDocument: { uri } } },
  ];
  return messages
    .map((message) => JSON.stringify({ jsonrpc: "2.0", ...message }))
    .map((text) => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
    .join("");
}

/** What each `count` of a script finds to have been sent; null: there is no such namespace. */
function inNamespace(
  script: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): readonly number[] | null {
  const setup = "ip link set lo up && ip route add local 0.0.0.0/0 dev lo || exit 77";
  const count = `count() { awk '$1 == "lo:" { print $11 }' /proc/net/dev; }`;
  try {
    const words = ["-n", "bash", "-c", [setup, count, script].join("\n")];
    const out = execFileSync("unshare", words, { cwd, env, stdio: ["ignore", "pipe", "ignore"] });
    return String(out).trim().split("\n").map(Number);
  } catch {
    return null;
  }
}
