/** What stands at the other end of the pipes may break, stop reading or die: an answer or an end, never silence. */
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { CancellationTokenSource, FileChangeType } from "vscode-languageserver-protocol/node";
import { requests } from "../../server/src/protocol.js";
import { inRepository } from "../support/repository.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { isThorough } from "../support/thorough.js";
import { eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

function startServer(t: TestContext): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [inRepository("dist/server.mjs"), "--stdio"]);
  t.after(() => child.kill("SIGKILL"));
  child.stdin.on("error", () => undefined);
  return child;
}

function frame(message: object): string {
  const text = JSON.stringify({ jsonrpc: "2.0", ...message });
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

const broken: Readonly<Record<string, string>> = {
  "no header": "hello\r\n\r\n{}",
  "no end of the headers": "X-Header: y\r\n".repeat(1_000),
  "a length that is none": "Content-Length: many\r\n\r\n{}",
  "a length that is too short": 'Content-Length: 3\r\n\r\n{"a":1}Content-Length: 2\r\n\r\n{}',
  "a length of nothing": "Content-Length: 0\r\n\r\n",
  "a length without bounds": "Content-Length: 99999999999\r\n\r\n{",
  "what is no JSON": "Content-Length: 5\r\n\r\nhello",
};

for (const [what, bytes] of Object.entries(broken)) {
  test(`the server ends with a word for ${what}`, async (t) => {
    const child = startServer(t);
    let said = "";
    child.stderr.on("data", (data: Buffer) => {
      said += data.toString();
    });
    child.stdin.write(bytes);
    const [code] = await once(child, "close");
    assert.equal(code, 1);
    assert.match(said, /^stratacast: the client breaks the protocol: .+\n$/);
  });
}

/** Megabytes that a process holds. */
function memoryOf(id: number | undefined): number {
  const [, kilobytes = ""] =
    /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1_000;
}

const linuxOnly = process.platform === "linux";

test("a client that stops reading costs little memory, and is answered when it reads again", async (t) => {
  if (!linuxOnly) return t.skip("memory is asked of Linux");
  const child = startServer(t);
  const text = `FROM scratch\n${"ENV A=b\n".repeat(2_000)}`;
  const uri = "untitled:Dockerfile";
  const textDocument = { uri, languageId: "dockerfile", version: 1, text };
  child.stdin.write(frame({ id: 0, method: "initialize", params: { capabilities: {} } }));
  child.stdin.write(frame({ method: "initialized", params: {} }));
  child.stdin.write(frame({ method: "textDocument/didOpen", params: { textDocument } }));
  const asked = 3_000;
  for (let id = 1; id <= asked; id++)
    child.stdin.write(
      frame({ id, method: "textDocument/codeLens", params: { textDocument: { uri } } }),
    );
  let most = 0;
  for (let n = 0; n < 20; n++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    most = Math.max(most, memoryOf(child.pid));
  }
  t.diagnostic(`${Math.round(most)} MB at most`);
  assert.ok(most < 400, `${most} MB`);
  let answered = 0;
  let tail = "";
  child.stdout.on("data", (data: Buffer) => {
    tail += data.toString("latin1");
    answered += tail.split("Content-Length: ").length - 1;
    tail = tail.slice(-"Content-Length: ".length + 1);
  });
  await eventually("all answers", () => (answered > asked ? true : null), 40_000);
});

test("a client that dies ends the server, also while it does not read", async (t) => {
  const child = startServer(t);
  child.stdin.write(frame({ id: 0, method: "initialize", params: { capabilities: {} } }));
  for (let id = 1; id < 5_000; id++) child.stdin.write(frame({ id, method: "no/such/method" }));
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.stdout.destroy();
  child.stderr.destroy();
  child.stdin.destroy();
  const [code] = await once(child, "exit");
  assert.equal(code, 1);
});

test("two thousand builds that are cancelled are each answered", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: "FROM scratch\nCOPY . /\n", a: "a" });
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, "FROM scratch\nCOPY . /\n");
  await editor.settled(uri);
  const answers = await Promise.all(
    Array.from({ length: 2_000 }, async () => {
      const cancel = new CancellationTokenSource();
      const answer = editor.connection
        .sendRequest(requests.simulateBuild, { uri }, cancel.token)
        .then(
          () => "answered",
          () => "answered",
        );
      cancel.cancel();
      return answer;
    }),
  );
  assert.equal(answers.length, 2_000);
  assert.equal((await editor.lenses(uri)).length, 2);
  assert.equal(await editor.stop(), 0);
});

/** STRATACAST_CHANGES asks for more. */
const changeCount = Number(process.env["STRATACAST_CHANGES"]) || (isThorough ? 20_000 : 5_000);

test(
  "many changes, files and events leave the answers of a fresh server",
  async (t) => {
    const files = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`f/${n}`, `${n}`]));
    const folder = temporaryFolder(t, { Dockerfile: "FROM scratch\nCOPY f /\n", ...files });
    const editor = await startEditor({ workspaceFolders: [folder] });
    t.after(() => editor.process.kill());
    const uri = uriOf(path.join(folder, "Dockerfile"));
    let text = "FROM scratch\nCOPY f /\n";
    await editor.open(uri, text);
    await editor.settled(uri);
    const before = linuxOnly ? memoryOf(editor.process.pid) : 0;
    for (let n = 0; n < changeCount; n++) {
      text = `FROM scratch\nENV N=${n}\nCOPY f /\n`;
      await editor.change(uri, { text });
    }
    for (let n = 0; n < 50; n++) {
      const changes = Array.from({ length: 200 }, (_, at) => ({
        uri: uriOf(path.join(folder, "f", `${at}`)),
        type: FileChangeType.Changed,
      }));
      await editor.connection.sendNotification("workspace/didChangeWatchedFiles", { changes });
    }
    writeIn(folder, "f/new", "new");
    await editor.filesChanged(path.join(folder, "f", "new"));
    await eventually(
      "the new file",
      async () => (/201 files/.test((await editor.lenses(uri))[2] ?? "") ? true : null),
      40_000 + 2 * changeCount,
    );
    if (linuxOnly) {
      const grown = memoryOf(editor.process.pid) - before;
      t.diagnostic(`grown by ${Math.round(grown)} MB`);
      assert.ok(grown < 300, `${grown} MB`);
    }
    const fresh = await startEditor({ workspaceFolders: [folder] });
    t.after(() => fresh.process.kill());
    await fresh.open(uri, text);
    await fresh.settled(uri);
    assert.deepEqual(await editor.lenses(uri), await fresh.lenses(uri));
  },
  2 * changeCount,
);
