/** A built image beside the Dockerfile: lenses, tree, hover and document follow the text; nobody is asked unless switched on. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import {
  type CompareImageResult,
  type EngineImages,
  type FoundInImage,
  type ImageFile,
  type LayerNode,
  requests,
} from "../../server/src/protocol.js";
import { tarArchive } from "../support/engine/tar.js";
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

test("the layers unfold to the files that they add, change and remove; one is found across them and read", async (t) => {
  const { folder, uri, editor, compare, imageRow } = await opened(t);
  const image = [
    [
      { name: "srv/" },
      { name: "srv/app/data", data: Buffer.alloc(1000) },
      { name: "srv/app/main", data: Buffer.from("one\n") },
    ],
    [{ name: "srv/app/main", data: Buffer.from("other\n") }],
    [{ name: "srv/app/.wh.data", data: Buffer.alloc(0) }],
  ].map((entries, nth) => ({
    command: layers[nth]?.command ?? "",
    bytes: gzipSync(tarArchive(entries)),
  }));
  writeFileSync(path.join(folder, "files.tar"), archiveOf(imageLayout(config, image)));
  await compare("files.tar");
  const children = async (id: string) =>
    (
      await editor.connection.sendRequest<readonly LayerNode[]>(requests.layerChildren, { uri, id })
    ).map(({ label, description, state }) => [label, description, state]);
  assert.deepEqual(await children("image/0"), [["srv", "2 files, 1 kB", undefined]]);
  assert.deepEqual(await children("image/0#files/srv/app"), [
    ["data", "added · 1 kB", "added"],
    ["main", "added · 4 B", "added"],
  ]);
  assert.deepEqual(await children("image/1#files/srv/app"), [
    ["main", "changed · 6 B, 4 B before", "changed"],
  ]);
  assert.deepEqual(await children("image/2#files/srv/app"), [
    ["data", "removed · 1 kB", "removed"],
  ]);
  await editor.settled(uri);
  const row = await imageRow();
  assert.match(row?.description ?? "", /^1 kB wasted · /);
  const rows = row?.children as readonly LayerNode[]; // they come with it
  assert.match(rows.find(({ id }) => id === "image/0")?.description ?? "", /^1 kB wasted · /);
  const found = await editor.connection.sendRequest<FoundInImage>(requests.findInImage, {
    ...{ uri, text: "MAIN" },
  });
  assert.deepEqual(found, {
    problem: "",
    rows: [
      {
        ...{ label: "srv/app/main", description: "layer 0 · line 2 · added · 4 B" },
        place: { layer: 0, path: "srv/app/main" },
      },
      {
        ...{ label: "srv/app/main", description: "layer 1 · line 3 · changed · 6 B, 4 B before" },
        place: { layer: 1, path: "srv/app/main" },
      },
    ],
  });
  const file = (layer: number, name: string) =>
    editor.connection.sendRequest<ImageFile>(requests.imageFile, { uri, layer, path: name });
  assert.deepEqual(await file(0, "srv/app/main"), { text: "one\n", problem: "" });
  assert.deepEqual(await file(1, "srv/app/main"), { text: "other\n", problem: "" });
  assert.match((await file(0, "srv/app/data")).problem, /it is no text, but 1 kB/);
  assert.match((await file(7, "../../etc/passwd")).problem, /has no file/);
  // Of the first image nothing is an archive.
  await compare("new.tar");
  assert.deepEqual(await children("image/0"), [
    ["The layers cannot be read: layer 0 is damaged", "", "fails"],
  ]);
  await compare(null);
  assert.match((await file(0, "srv/app/main")).problem, /the image is not shown any more/);
  assert.equal(await editor.stop(), 0);
});
