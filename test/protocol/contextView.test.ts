/** The Build Context view: what lies in the context, also what the builder does not see. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { type ContextPart, requests } from "../../server/src/protocol.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

test("the view follows the files, tells which line hides what, and offers the fix of a line", async (t) => {
  const text = "FROM scratch\nCOPY packages /p\n";
  const folder = temporaryFolder(t, {
    Dockerfile: text,
    ".dockerignore": "node_modules\n",
    "node_modules/x.js": "12345",
    "packages/a/node_modules/y.js": "123",
    "packages/a/main.js": "1",
  });
  const uri = uriOf(`${folder}/Dockerfile`);
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  await editor.open(uri, text);
  await editor.settled(uri);
  const part = async (path: string): Promise<ContextPart> =>
    (await editor.connection.sendRequest<ContextPart | null>(requests.contextView, {
      uri,
      path,
    })) ?? assert.fail("an answer");
  const whole = await part("");
  assert.match(
    whole.message,
    /^4 files, .* in the context, 1 file, 5 B ignored\. A build sends 2 files/,
  );
  assert.equal(whole.ignoreFile, uriOf(`${folder}/.dockerignore`));
  const [finding, ...rows] = whole.rows;
  assert.deepEqual(
    [finding?.kind, finding?.ignoreLine, finding?.fix],
    ["finding", 1, "**/node_modules"],
  );
  const packages = rows.find(({ path }) => path === "packages");
  assert.equal(packages?.description, "4 B · 2 files · taken by line 2");
  const hidden = rows.find(({ path }) => path === "node_modules");
  assert.deepEqual([hidden?.state, hidden?.ignoreLine], ["ignored", 1]);
  assert.equal(hidden?.resource, uriOf(`${folder}/node_modules`));
  assert.deepEqual(
    (await part("node_modules")).rows.map(({ label }) => label),
    ["x.js"],
  );
  writeFileSync(`${folder}/.dockerignore`, "**/node_modules\n");
  rmSync(`${folder}/node_modules/x.js`);
  await editor.filesChanged(`${folder}/.dockerignore`, `${folder}/node_modules/x.js`);
  const now = await eventually("the new rule", async () => {
    const found = await part("");
    return found.rows[0]?.kind === "finding" ? null : found;
  });
  assert.match(now.message, /1 file, 3 B ignored/);
  assert.equal(await editor.stop(), 0);
});
