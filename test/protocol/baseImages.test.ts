/** Base images from the editor: nobody is asked until it is switched on, and then the client is the way out. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { askOverHttp } from "../../client/src/http.js";
import { type HttpAsk, type LayerNode, requests } from "../../server/src/protocol.js";
import { startRegistry, type TestRegistry } from "../support/registryServer.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import {
  type EditorClient,
  type EditorOptions,
  eventually,
  startEditor,
  uriOf,
} from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

interface Place {
  readonly registry: TestRegistry;
  readonly uri: string;
  readonly start: (options?: EditorOptions) => Promise<EditorClient>;
}

const base = {
  ...{ Env: ["PATH=/opt/bin", "LANG=C"], User: "app", WorkingDir: "/srv", Cmd: ["serve"] },
  ...{ Entrypoint: ["/init"], OnBuild: ["ENV FROM_BASE=1"] },
};

async function placeOf(t: TestContext): Promise<Place> {
  const registry = await startRegistry(t);
  const text = `FROM ${registry.host}/app:1\nCOPY a.txt /\nRUN make\n`;
  const folder = temporaryFolder(t, { Dockerfile: text, "a.txt": "a\n" });
  const uri = uriOf(`${folder}/Dockerfile`);
  return {
    registry,
    uri,
    async start(options = {}) {
      const editor = await startEditor({
        workspaceFolders: [folder],
        ...options,
        settings: { platform: "linux/amd64", ...options.settings },
      });
      t.after(() => editor.process.kill());
      editor.connection.onRequest(requests.http, (asked: HttpAsk) => askOverHttp(asked));
      await editor.open(uri, text);
      await editor.settled(uri);
      return editor;
    },
  };
}

const inRegistry = { resolve: "registry" };

const layersOf = (editor: EditorClient, uri: string) =>
  editor.connection.sendRequest<{ readonly roots: readonly LayerNode[] }>(requests.layerStack, {
    uri,
  });

/** Whether a row of the tree offers to look its image up. */
const treeOffersLookUp = async (editor: EditorClient, uri: string): Promise<boolean> =>
  (await layersOf(editor, uri)).roots.some((row) => row.offersLookUp === true);

const linksAt = (editor: EditorClient, uri: string, line: number) =>
  editor.connection.sendRequest<{ readonly offersLookUp: boolean }>(requests.hoverLinks, {
    uri,
    position: { line: line - 1, character: 1 },
  });

const lookUp = (editor: EditorClient, uri: string) =>
  editor.connection.sendRequest<{ readonly outcome: string; readonly message: string }>(
    requests.lookUpImages,
    { uri },
  );

test("nobody is asked until it is switched on, and the hover and the tree offer to", async (t) => {
  const { registry, uri, start } = await placeOf(t);
  registry.image(base, "1");
  const editor = await start();
  assert.equal(await treeOffersLookUp(editor, uri), true);
  assert.equal((await linksAt(editor, uri, 1)).offersLookUp, true);
  assert.equal((await linksAt(editor, uri, 3)).offersLookUp, false);
  assert.deepEqual(await lookUp(editor, uri), { outcome: "off", message: "" });
  assert.deepEqual(registry.asked, []);
  await editor.useSettings({ platform: "linux/amd64", ...inRegistry });
  await eventually("what the image sets", async () =>
    (await editor.hover(uri, 1, 1)).includes("The image sets") ? true : null,
  );
  assert.equal(await treeOffersLookUp(editor, uri), false);
  await editor.useSettings({ platform: "linux/amd64", resolve: "off" });
  await eventually("that nothing is known any more", async () =>
    (await treeOffersLookUp(editor, uri)) ? true : null,
  );
  assert.equal(await editor.stop(), 0);
});

test("in a workspace that is not trusted nobody is asked, whatever the settings say", async (t) => {
  const { registry, uri, start } = await placeOf(t);
  registry.image(base, "1");
  const editor = await start({ trusted: false, settings: inRegistry });
  assert.equal((await lookUp(editor, uri)).outcome, "untrusted");
  assert.deepEqual(registry.asked, []);
  assert.equal(await editor.stop(), 0);
});

test("hover, tree and documents say what the base image holds", async (t) => {
  const { registry, uri, start } = await placeOf(t);
  const digest = registry.image(base, "1");
  const editor = await start({ settings: inRegistry });
  const hover = await editor.hover(uri, 1, 1);
  assert.match(
    hover,
    /The image sets:\*\* ENV `PATH`, `LANG` · USER `app` · WORKDIR `\/srv` · ENTRYPOINT `\["\/init"\]` · CMD `\["serve"\]` · ONBUILD `ENV FROM_BASE=1`/,
  );
  assert.match(
    hover,
    new RegExp(`${digest.slice(0, 19)}….*1 layer, 1.2 kB, made .*As its registry said on`),
  );
  const { roots } = await layersOf(editor, uri);
  const row = roots.find(({ kind }) => kind === "base") ?? assert.fail("the base image");
  assert.equal(row.description, "layer 0 · 1 layer · 1.2 kB");
  const [layer] = Array.isArray(row.children) ? (row.children as readonly LayerNode[]) : [];
  assert.deepEqual([layer?.label, layer?.description], ["ADD rootfs.tar /", "1.2 kB"]);
  const run = await editor.connection.sendRequest<string>(requests.document, {
    uri,
    kind: "run",
    format: "markdown",
  });
  assert.match(run, /\/init[\s\S]*serve/);
  assert.equal(await editor.stop(), 0);
});

test("a tag that moves is a cause with both digests, once it is asked for again", async (t) => {
  const { registry, uri, start } = await placeOf(t);
  const before = registry.image(base, "1");
  const editor = await start({ settings: inRegistry });
  await editor.connection.sendRequest(requests.simulateBuild, { uri, target: null, buildArgs: {} });
  const now = registry.image({ ...base, User: "other" }, "1");
  assert.match((await lookUp(editor, uri)).message, /^1 base image looked up\.$/);
  const hover = await editor.hover(uri, 2, 1);
  for (const one of [before, now]) assert.ok(hover.includes(one.slice(0, 19)), hover);
  assert.match((await editor.lenses(uri)).join("\n"), /^2 Rebuilds: .* moved/m);
  assert.equal(await editor.stop(), 0);
});

test("what was found out is kept for the next window, and a failure is told", async (t) => {
  const { registry, uri, start } = await placeOf(t);
  registry.image(base, "1");
  const storageFolder = temporaryFolder(t, {});
  const first = await start({ storageFolder, settings: inRegistry });
  // It is written a moment later.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.equal(await first.stop(), 0);
  registry.asked.length = 0;
  const second = await start({ storageFolder, settings: inRegistry });
  assert.match(await second.hover(uri, 1, 1), /The image sets/);
  assert.deepEqual(registry.asked, []);
  registry.instead = (_, response) => {
    response.writeHead(404).end();
    return true;
  };
  const { message } = await lookUp(second, uri);
  assert.match(message, /app:1 is not known: .* has no app of that name\.$/);
  const { roots } = await layersOf(second, uri);
  assert.match(roots.find(({ kind }) => kind === "base")?.description ?? "", /not known$/);
  assert.equal(await second.stop(), 0);
});
