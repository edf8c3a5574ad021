/** Forecasts of the editor against a cache that BuildKit exported. */
import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { type LayerStack, notifications, requests } from "../../server/src/protocol.js";
import { assertInterface, assertMarkdown, hostile } from "../support/hostile.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { isThorough } from "../support/thorough.js";
import { recordsOf, simulatedExactly, writeCache } from "../support/writtenCache.js";
import { eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

const text = "FROM scratch\nCOPY a /a\nCOPY lib /lib\nWORKDIR /w\nCOPY a ./c\n";

/** A project whose build was exported into the folder "cache" of its workspace. */
async function openProject(t: TestContext, against = "cache:cache", more = {}, trusted = true) {
  const folder = temporaryFolder(t, { Dockerfile: text, a: "a", "lib/b": "b", ...more });
  const cache = path.join(folder, "cache");
  writeCache(cache, { records: recordsOf(simulatedExactly(folder)) });
  const settings = { against, platform: "linux/amd64" };
  const editor = await startEditor({ workspaceFolders: [folder], settings, trusted });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, text);
  await editor.settled(uri);
  const becomes = (state: string): Promise<unknown> =>
    eventually(state, () => (editor.states(uri).at(-1)?.text === state ? true : null));
  const edit = async (name: string, content: string): Promise<void> => {
    writeIn(folder, name, content);
    await editor.filesChanged(path.join(folder, name));
  };
  const message = async (): Promise<string> => {
    const stack: LayerStack | null = await editor.connection.sendRequest(requests.layerStack, {
      uri,
    });
    return stack?.message ?? "";
  };
  return { folder, cache, editor, uri, becomes, edit, message };
}

test("what was exported is cached, whatever is typed and saved", async (t) => {
  const { editor, uri, becomes, edit, message } = await openProject(t);
  await becomes("4 cached");
  assert.equal(await message(), "Compared with the cache that was exported: cache.");
  await edit("lib/b", "c");
  await becomes("1 cached · 3 rebuild");
  const lenses = await editor.lenses(uri);
  assert.ok(
    lenses.some((title) => /^3 Rebuilds: exported with other files/.test(title)),
    lenses.join("\n"),
  );
  assert.match(
    await editor.hover(uri, 3, 1),
    /The exported cache has this step only with other files/,
  );
  await edit("lib/b", "b");
  await becomes("4 cached");
  await editor.change(uri, { text: text.replace("./c", "./d") });
  await becomes("3 cached · 1 step rebuilds");
  await editor.change(uri, { text });
  await becomes("4 cached");
});

test("a cache that is not there is said, and another choice counts at once", async (t) => {
  const { editor, uri, cache, becomes, message } = await openProject(t);
  await becomes("4 cached");
  rmSync(cache, { recursive: true });
  const choice = { uri, target: null, buildArgs: {}, against: "cache:gone" };
  await editor.connection.sendNotification(notifications.buildChoice, choice);
  await eventually("the reason", async () =>
    /Not compared: the exported cache gone \(no such folder\)\./.test(await message())
      ? true
      : null,
  );
  assert.deepEqual(
    (await editor.lenses(uri)).filter((title) => /Cached|Rebuild/.test(title)),
    [],
  );
  const nothing = { ...choice, against: "empty" };
  await editor.connection.sendNotification(notifications.buildChoice, nothing);
  await becomes("not simulated yet");
});

test("the caches that the build imports are those of its definition", async (t) => {
  const compose = (more: string) =>
    `services:\n  app:\n    build:\n      context: .\n      platforms: [linux/amd64]\n${more}`;
  const importing = compose(`      cache_from: ["type=local,src=gone", "type=local,src=cache"]\n`);
  const { folder, editor, becomes, message } = await openProject(t, "cache:", {
    "compose.yaml": importing,
  });
  await becomes("4 cached");
  assert.match(
    await message(),
    /Compared with the cache that was exported: type=local,src=cache\.$/,
  );
  writeIn(folder, "compose.yaml", compose(""));
  await editor.filesChanged(path.join(folder, "compose.yaml"));
  await eventually("the reason", async () =>
    /Not compared: the build names no cache that it imports\.$/.test(await message()) ? true : null,
  );
});

test("in a workspace that is not trusted no cache is read, whoever names it", async (t) => {
  const compose =
    'services: { app: { build: { context: ., platforms: [linux/amd64], cache_from: ["type=local,src=cache"] } } }\n';
  for (const against of ["cache:cache", "cache:"]) {
    const { editor, becomes, message } = await openProject(
      t,
      against,
      { "compose.yaml": compose },
      false,
    );
    assert.match(
      await message(),
      /Not compared: the exported cache (type=local,src=)?cache \(the workspace is not trusted\)\.$/,
    );
    await editor.connection.sendNotification(notifications.trustGranted);
    await becomes("4 cached");
  }
});

test("of very many caches that a build imports the first ones are read, and that is said", async (t) => {
  const names = ["cache", ...Array.from({ length: 999 }, (_, n) => `gone${n}`)];
  const list = names.map((name) => `"type=local,src=${name}"`).join(", ");
  const { message, becomes } = await openProject(t, "cache:", {
    "compose.yaml": `services: { app: { build: { context: ., platforms: [linux/amd64], cache_from: [${list}] } } }\n`,
  });
  await becomes("4 cached");
  assert.match(await message(), /: of 1000 caches the first ones: type=local,src=cache\.$/);
});

test("a cache is called by its name and nothing else, on every surface", async (t) => {
  const { folder, cache, editor, uri, message } = await openProject(t);
  const shown = async (): Promise<void> => {
    assertInterface(await message());
    for (const title of await editor.lenses(uri)) assertInterface(title);
    for (const line of [1, 2, 3, 4, 5]) assertMarkdown(await editor.hover(uri, line, 1));
    const document = { uri, kind: "explain", format: "markdown" } as const;
    const explained: string | null = await editor.connection.sendRequest(
      requests.document,
      document,
    );
    assertMarkdown(explained ?? "");
    for (const { text: state, detail } of editor.states(uri))
      for (const one of [state, detail]) assertInterface(one);
  };
  for (const [at, name] of hostile.entries()) {
    if (!isThorough && at % 5 !== 0) continue;
    cpSync(cache, path.join(folder, name), { recursive: true });
    for (const against of [`cache:${name}`, `cache:gone${name}`]) {
      const choice = { uri, target: null, buildArgs: {}, against };
      await editor.connection.sendNotification(notifications.buildChoice, choice);
      const isThere = against === `cache:${name}`;
      await eventually(against, async () =>
        (await message()).startsWith(isThere ? "Compared with" : "Not compared") ? true : null,
      );
      await shown();
    }
  }
  for (const told of editor.messages) assertInterface(told);
});
