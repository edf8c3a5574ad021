/** Agents: three tools over the stdio of the built program. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { Ajv } from "ajv";
import { inRepository } from "../support/repository.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { test } from "./support/limitedTest.js";

interface Answer {
  readonly id: unknown;
  readonly result?: { readonly [name: string]: unknown };
  readonly error?: { readonly code: number };
}

/** A server of a folder, and a way to ask it. */
function serve(t: TestContext, folder: string) {
  const words = [inRepository("dist/cli.mjs"), "mcp", "--state", path.join(folder, "state"), "."];
  const child = spawn(process.execPath, words, { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => child.kill());
  const waiting = new Map<unknown, (answer: Answer) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = JSON.parse(line) as Answer; // it is one, or the test fails
    waiting.get(answer.id)?.(answer);
  });
  let last = 0;
  const send = (text: string) => child.stdin.write(`${text}\n`);
  const ask = (method: string, params: object = {}): Promise<Answer> => {
    const id = ++last;
    send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return new Promise((resolve) => waiting.set(id, resolve));
  };
  return {
    send,
    ask,
    /** The answer to what is sent without an id. */
    heard: () => new Promise<Answer>((resolve) => waiting.set(null, resolve)),
    async call(name: string, given: object) {
      const { result } = await ask("tools/call", { name, arguments: given });
      const content = (result?.["content"] ?? []) as readonly { readonly text: string }[];
      return { text: content[0]?.text ?? "", isError: result?.["isError"] };
    },
    end: () =>
      new Promise<number | null>((resolve) => {
        child.once("close", resolve);
        child.stdin.end();
      }),
  };
}

test("an agent learns of three tools, what an edit does, and why", async (t) => {
  const folder = temporaryFolder(t, {
    "app/Dockerfile": "FROM scratch AS base\nCOPY a b /\nFROM base\nCOPY b /c\n",
    "app/a": "1",
    "app/b": "1",
  });
  const server = serve(t, folder);
  const hello = await server.ask("initialize", { protocolVersion: "2025-06-18" });
  assert.equal(hello.result?.["protocolVersion"], "2025-06-18");
  assert.deepEqual(hello.result?.["capabilities"], { tools: {} });
  server.send('{"jsonrpc":"2.0","method":"notifications/initialized"}');

  const { result } = await server.ask("tools/list");
  const tools = result?.["tools"] as readonly { name: string; inputSchema: object }[];
  assert.deepEqual(
    tools.map(({ name }) => name),
    ["simulate", "why", "explain"],
  );
  const ajv = new Ajv();
  const call = { context: "app", build_args: { A: "1" }, target: "base" };
  for (const { name, inputSchema } of tools) {
    const takes = ajv.compile(inputSchema);
    assert.ok(takes(call), name);
    for (const wrong of [{ contxt: "app" }, { build_args: { A: 1 } }, { target: 1 }]) {
      assert.ok(!takes(wrong), JSON.stringify(wrong));
      assert.equal((await server.call(name, wrong)).isError, true, JSON.stringify(wrong));
    }
    assert.equal((await server.call(name, call)).isError, false, name);
  }

  const simulated = await server.call("simulate", { context: "app" });
  assert.match(simulated.text, /^2 steps to build: no earlier build to compare with\.$/m);
  const why = await server.call("why", { context: "app", line: 2 });
  assert.match(why.text, /^Line 2, builds: COPY a b \/\n\n\*\*.*Rebuilds when.*2 files/s);
  const explained = await server.call("explain", { context: "app" });
  assert.match(explained.text, /^\| Step \| Instruction \|.*`COPY b \/c`/s);
  writeIn(folder, "app/Dockerfile", "FROM scratch\nCOPY gone /\n");
  const broken = await server.call("why", { context: "app" });
  assert.match(broken.text, /^Line 2, fails: COPY gone \/.*"gone" is not in the build context/s);
  assert.equal(await server.end(), 0);
});

test("nothing outside of the folder is read, and no message stops the server", async (t) => {
  const beside = temporaryFolder(t, { Dockerfile: "FROM scratch\nLABEL of=others\n" });
  const folder = temporaryFolder(t, {
    "compose.yaml": `services:\n  api: { build: { context: "${beside}" } }\n`,
    "stands/compose.yaml": `services:\n  base: { image: me/base, build: "${beside}" }\n  app: { build: app }\n`,
    "stands/app/Dockerfile": "FROM me/base\n",
    "linked/a": "",
    "cached/Dockerfile": "FROM scratch\n",
    "cached/compose.yaml": `services: { app: { build: { context: ., cache_from: ["type=local,src=${beside}"] } } }\n`,
  });
  symlinkSync(beside, path.join(folder, "link"));
  symlinkSync(path.join(beside, "Dockerfile"), path.join(folder, "linked/Dockerfile"));
  const server = serve(t, folder);
  const outside = [
    { context: ".." },
    { context: beside },
    { context: "link" },
    { context: "linked" },
    { context: "linked", file: "link/Dockerfile" },
    { build: "compose:api" },
    { context: "stands", build: "compose:app" },
    { context: "cached", build: "compose:app", against: "cache:" },
    { context: "stands/app", against: `cache:${beside}` },
    { context: "stands/app", against: `cache:type=local,src=${path.join(folder, "link")}` },
  ];
  for (const given of outside) {
    const { text, isError } = await server.call("simulate", given);
    assert.equal(isError, true, JSON.stringify(given));
    assert.match(text, /outside of the folder that is served$/, JSON.stringify(given));
  }
  for (const [text, code] of [
    ["{ no json", -32700],
    ["[]", -32600],
    ['"text"', -32600],
  ] as const) {
    const heard = server.heard();
    server.send(text);
    assert.equal((await heard).error?.code, code, text);
  }
  assert.equal((await server.ask("resources/list")).error?.code, -32601);
  assert.equal((await server.call("nonsense", {})).isError, true);
  assert.deepEqual((await server.ask("ping")).result, {});
});
