/** A built image beside the Dockerfile: lenses, tree, hover and document follow the text; nobody is asked unless switched on. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import {
  type CompareImageResult,
  type EngineImages,
  type LayerNode,
  requests,
} from "../../server/src/protocol.js";
import { archiveOf, imageLayout, type MadeLayer } from "../support/imageLayout.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

const text = "FROM scratch\nCOPY a.txt /a.txt\nCOPY b.txt /b.txt\nUSER app\n";
const layers: readonly MadeLayer[] = [
  { command: "COPY a.txt /a.txt # buildkit", size: 2048 },
  { command: "COPY other.txt /b.txt # buildkit", size: 4096 },
  { command: "RUN /bin/sh -c make # buildkit", size: 1024 },
];
const config = {
  Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
  ...{ User: "root", WorkingDir: "/" },
};

async function opened(t: TestContext, trusted = true) {
  const files = { "a.txt": "12345", "b.txt": "1234567", "other.txt": "1" };
  const folder = temporaryFolder(t, { Dockerfile: text, ...files });
  writeFileSync(path.join(folder, "new.tar"), archiveOf(imageLayout(config, layers)));
  writeFileSync(path.join(folder, "old.tar"), archiveOf(imageLayout(config, layers.slice(0, 1))));
  const uri = uriOf(`${folder}/Dockerfile`);
  const editor = await startEditor({
    ...{ workspaceFolders: [folder], trusted },
    settings: { platform: "linux/amd64" },
    env: { DOCKER_HOST: `unix://${folder}/engine.sock` },
  });
  t.after(() => editor.process.kill());
  await editor.open(uri, text);
  await editor.settled(uri);
  const compare = (image: string | null) =>
    editor.connection.sendRequest<CompareImageResult>(requests.compareImage, { uri, image });
  const imageRow = async () =>
    (
      await editor.connection.sendRequest<{ readonly roots: readonly LayerNode[] }>(
        requests.layerStack,
        { uri },
      )
    ).roots.find(({ kind }) => kind === "image");
  const document = () =>
    editor.connection.sendRequest<string>(requests.document, {
      ...{ uri, kind: "built", format: "preview" },
    });
  return { folder, uri, editor, compare, imageRow, document };
}

test("real sizes and what differs stand at the lines, in the tree and in a document", async (t) => {
  const { uri, editor, compare, imageRow, document } = await opened(t);
  assert.equal(await imageRow(), undefined);
  assert.match(
    await document(),
    /No image is compared with[\s\S]*`COPY a\.txt \/a\.txt # buildkit`/,
  );
  assert.deepEqual(await compare("new.tar"), {
    outcome: "compared",
    message: "new.tar is not what this Dockerfile makes, by commands and config. 3 differences.",
  });
  const lenses = await editor.lenses(uri);
  assert.match(lenses.join("\n"), /^2 .*1 file, 5 B · 2 kB in new\.tar$/m);
  assert.match(lenses.join("\n"), /^3 .*another one in new\.tar$/m);
  assert.match(await editor.hover(uri, 2, 1), /2 kB in new\.tar/);
  const row = (await imageRow()) ?? assert.fail("a row");
  assert.equal(row.description, "not what this Dockerfile makes · 3 layers · 7.2 kB");
  const children = row.children as readonly LayerNode[]; // they come with it
  assert.deepEqual(
    children.map(({ label, description, line }) => [label, description, line]),
    [
      ["RUN make", "no line makes this layer · 1 kB", null],
      [
        "COPY other.txt /b.txt",
        "in the image: COPY other.txt /b.txt · 4.1 kB · predicted 1 file, 7 B · line 3",
        3,
      ],
      ["COPY a.txt /a.txt", "2 kB · predicted 1 file, 5 B · line 2", 2],
      ["Config differs", "1 difference", null],
    ],
  );
  const read = await document();
  assert.match(read, /^- User: "app" by the Dockerfile, "root" in the image$/m);
  assert.match(read, /^\| `COPY a\.txt \/a\.txt # buildkit` \| 2 \| .* \| 2 kB \|$/m);
  const edited = text.replace("b.txt /b", "other.txt /b").replace("USER app", "USER root");
  await editor.change(uri, { text: edited });
  await editor.settled(uri);
  const after = (await imageRow())?.children as readonly LayerNode[]; // they come with it
  assert.deepEqual(
    after.filter(({ state }) => state === "differs").map(({ label }) => label),
    ["RUN make"],
  );
  await compare(null);
  assert.equal(await imageRow(), undefined);
  assert.doesNotMatch((await editor.lenses(uri)).join("\n"), /new\.tar/);
  assert.equal(await editor.stop(), 0);
});

test("what grew since another image is Markdown for a pull request, by layer and line", async (t) => {
  const { uri, editor } = await opened(t);
  const grown = await editor.connection.sendRequest<string>(requests.grownImage, {
    ...{ uri, before: "old.tar", after: "new.tar" },
  });
  assert.match(grown, /^### The image grew by 5\.1 kB$/m);
  assert.match(
    grown,
    /^\| `COPY other\.txt \/b\.txt \(new\)` \| 3 \| {2}\| 4\.1 kB \| \+4\.1 kB \|$/m,
  );
  assert.match(grown, /^\| `COPY a\.txt \/a\.txt` \| 2 \| 2 kB \| 2 kB \| same \|$/m);
  const missing = await editor.connection.sendRequest<string>(requests.grownImage, {
    ...{ uri, before: "gone.tar", after: "new.tar" },
  });
  assert.match(missing, /^gone\.tar cannot be compared: .*no such file/i);
  assert.equal(await editor.stop(), 0);
});

test("no engine and no registry is asked until the settings of a trusted workspace say so", async (t) => {
  for (const trusted of [true, false]) {
    const { editor, compare } = await opened(t, trusted);
    const images = () =>
      editor.connection.sendRequest<EngineImages>(requests.engineImages, undefined);
    assert.deepEqual(await images(), { images: [], problem: "" });
    for (const name of ["engine:app:1", "registry:127.0.0.1:1/app:1"]) {
      const { outcome, message } = await compare(name);
      assert.equal(outcome, "refused");
      assert.match(message, /^app:1 cannot be compared: nobody may ask the/);
    }
    await editor.useSettings({ platform: "linux/amd64", resolve: "engine" });
    // There is no engine: who asks it hears so.
    const problem = await (trusted
      ? eventually("the settings", async () => (await images()).problem || null)
      : images().then((found) => found.problem));
    assert.match(problem, trusted ? /the engine cannot be asked/ : /^$/);
    assert.equal(await editor.stop(), 0);
  }
});
