/** Docker's own programs in the editor: when they are asked, and that nobody waits for them. */
import assert from "node:assert/strict";
import path from "node:path";
import type { TestContext } from "node:test";
import { type DefinitionRow, requests } from "../../server/src/protocol.js";
import { type NotedDocker, notedDocker } from "../support/notedDocker.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { type EditorClient, eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

const text = "FROM alpine AS base\nFROM base AS told\nCOPY a /\nFROM base\n";

interface Place {
  readonly folder: string;
  readonly uri: string;
  readonly docker: NotedDocker;
  start(options: { readonly asks: boolean; readonly trusted?: boolean }): Promise<EditorClient>;
}

/** A project of which docker says another target than our own reader finds. */
function placeOf(t: TestContext): Place {
  const folder = temporaryFolder(t, {
    ...{ Dockerfile: text, a: "a\n", "docker-bake.hcl": 'target "app" {}\n' },
  });
  const docker = notedDocker(t, {
    list: '[{"name":"app"}]',
    print: '{"target":{"app":{"context":".","dockerfile":"Dockerfile","target":"told"}}}',
  });
  const uri = uriOf(path.join(folder, "Dockerfile"));
  return {
    ...{ folder, uri, docker },
    async start({ asks, trusted = true }) {
      const editor = await startEditor({
        ...{ workspaceFolders: [folder], trusted },
        settings: { definitions: { askDocker: asks } },
        env: { PATH: docker.bin, HOME: docker.home },
      });
      t.after(() => editor.process.kill());
      await editor.open(uri, text);
      await editor.settled(uri);
      return editor;
    },
  };
}

const rowsOf = (editor: EditorClient, uri: string) =>
  editor.connection.sendRequest<readonly DefinitionRow[]>(requests.definitions, { uri });

const isTold = async (editor: EditorClient, uri: string): Promise<true | null> =>
  JSON.stringify(await rowsOf(editor, uri)).includes("told") ? true : null;

test("docker is asked beside, once for a text, and its answer is taken", async (t) => {
  if (process.platform === "win32") return t.skip("docker is a shell script here");
  const { folder, uri, docker, start } = placeOf(t);
  const editor = await start({ asks: true });
  await eventually("the target that docker tells", () => isTold(editor, uri));
  const asked = docker.calls().length;
  assert.equal(asked, 2);
  const [row] = await rowsOf(editor, uri);
  assert.match(row?.detail ?? "", /as docker evaluates it/);
  // What is typed asks nobody, nor does a save that changes no definition.
  await editor.change(uri, { text: `${text}# more\n` });
  await editor.save(uri);
  await editor.settled(uri);
  assert.equal(docker.calls().length, asked);
  const file = writeIn(folder, "docker-bake.hcl", 'target "app" {}\n# other\n');
  await editor.filesChanged(file);
  await eventually("the next question", () => (docker.calls().length > asked ? true : null));
  assert.equal(await editor.stop(), 0);
});

test("docker is not asked while the setting is off, nor in a workspace that is not trusted", async (t) => {
  if (process.platform === "win32") return t.skip("docker is a shell script here");
  const { uri, docker, start } = placeOf(t);
  const off = await start({ asks: false });
  assert.equal(await isTold(off, uri), null);
  await off.stop();
  const untrusted = await start({ asks: true, trusted: false });
  assert.equal(await isTold(untrusted, uri), null);
  await untrusted.stop();
  assert.deepEqual(docker.calls(), []);
  const editor = await start({ asks: false });
  await editor.useSettings({ definitions: { askDocker: true } });
  await eventually("the target, once it is switched on", () => isTold(editor, uri));
  await editor.useSettings({ definitions: { askDocker: false } });
  await eventually("our own reading again", async () =>
    (await isTold(editor, uri)) === null ? true : null,
  );
  assert.equal(await editor.stop(), 0);
});
