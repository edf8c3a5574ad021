/** A real build that was recorded is what forecasts of an open Dockerfile stand against. */
import assert from "node:assert/strict";
import path from "node:path";
import type { TestContext } from "node:test";
import {
  type DefinitionRow,
  type LayerStack,
  type RecordResult,
  requests,
} from "../../server/src/protocol.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { greeting, greetingFiles, logText } from "../unit/records/projects.js";
import { type EditorOptions, eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

/** The argument of the logs has its value here as a default. */
const text = greeting.replace("GREETING=hello", "GREETING=swordfish");

async function openProject(
  t: TestContext,
  options: EditorOptions = {},
  files: Readonly<Record<string, string>> = {},
) {
  const folder = temporaryFolder(t, { Dockerfile: text, ...greetingFiles, ...files });
  const editor = await startEditor({ workspaceFolders: [folder], ...options });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, text);
  await editor.settled(uri);
  const record = (log: string | null): Promise<RecordResult> =>
    editor.connection.sendRequest(requests.recordBuild, { uri, log });
  return { folder, editor, uri, record };
}

test("a log that is imported makes the forecast, with the seconds of what rebuilds", async (t) => {
  const { folder, editor, uri, record } = await openProject(t);
  const log = writeIn(temporaryFolder(t), "build.log", logText("edited.txt"));
  const result = await record(log);
  assert.equal(result.outcome, "recorded", result.message);
  assert.match(result.message, /^Recorded the build of .*: 2 cached, 4 ran in 2\.5 s\.$/);
  await eventually("cached lenses", async () =>
    (await editor.lenses(uri)).some((title) => /^\d+ Cached · /.test(title)) ? true : null,
  );
  const stack: LayerStack | null = await editor.connection.sendRequest(requests.layerStack, {
    uri,
  });
  assert.match(stack?.message ?? "", /^Compared with the build of /);
  writeIn(folder, "src/app.ts", "export const three = 3;\n");
  await editor.filesChanged(path.join(folder, "src/app.ts"));
  await eventually("a lens with the time of the last run", async () =>
    (await editor.lenses(uri)).some((title) => /Rebuilds.* · about 1\.2 s last time · /.test(title))
      ? true
      : null,
  );
});

test("the picker says whether what was built is up to date", async (t) => {
  const { folder, editor, uri, record } = await openProject(
    t,
    {},
    {
      "compose.yaml":
        "services:\n  app:\n    build: .\n  other:\n    build: { context: ., target: build }\n",
    },
  );
  const details = async () => {
    const rows: readonly DefinitionRow[] | null = await editor.connection.sendRequest(
      requests.definitions,
      { uri },
    );
    return (rows ?? []).slice(0, 2).map(({ id, detail }) => `${id} ${detail}`);
  };
  assert.deepEqual(await details(), ["compose:app ", "compose:other "]);
  await record(writeIn(temporaryFolder(t), "build.log", logText("edited.txt")));
  const [app, other] = await details();
  assert.match(
    app ?? "",
    /^compose:app (?:up to date with|\d of 6 steps would rebuild since) the build of /,
  );
  assert.equal(other, "compose:other ");
  writeIn(folder, "package.json", '{ "name": "x" }\n');
  await editor.filesChanged(path.join(folder, "package.json"));
  await eventually("what would rebuild", async () =>
    /[1-6] of 6 steps would rebuild since/.test((await details())[0] ?? "") ? true : null,
  );
});

test("what is no log of this Dockerfile is refused in words, and changes nothing", async (t) => {
  const { record } = await openProject(t);
  const other = writeIn(temporaryFolder(t), "build.log", logText("bake.txt"));
  const refused = await record(other);
  assert.equal(refused.outcome, "refused");
  assert.match(refused.message, /not of this build/);
  const gone = await record(path.join(temporaryFolder(t), "gone"));
  assert.match(gone.message, /could not be read/);
});

test("docker is not asked in a workspace that is not trusted", async (t) => {
  const { record } = await openProject(t, { trusted: false });
  assert.match((await record(null)).message, /not trusted docker is not asked/);
});
