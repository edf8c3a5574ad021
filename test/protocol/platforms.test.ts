/** A build for two platforms as an editor shows it: one verdict where they are equal, one for each where not. */
import assert from "node:assert/strict";
import path from "node:path";
import {
  type LayerStack,
  type MarkedLine,
  requests,
  type SimulateResult,
} from "../../server/src/protocol.js";
import { assertPrintable } from "../support/hostile.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

const dockerfile = `FROM scratch AS base-amd64
COPY bin/amd64 /bin/
FROM scratch AS base-arm64
COPY bin/arm64 /bin/
FROM base-$TARGETARCH
COPY common /
`;

const project = {
  Dockerfile: dockerfile,
  "compose.yaml":
    "services: { app: { build: { context: ., platforms: [linux/amd64, linux/arm64] } } }\n",
  "bin/amd64": "1\n",
  "bin/arm64": "1\n",
  common: "1\n",
};

test("a change for one platform shows at its steps, right after a simulated build too", async (t) => {
  const folder = temporaryFolder(t, project);
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, dockerfile);
  await editor.settled(uri);
  const simulate = (): Promise<SimulateResult> =>
    editor.connection.sendRequest(requests.simulateBuild, { uri, target: null, buildArgs: {} });
  await simulate();
  const cached = await simulate();
  assert.equal(cached.outcome, "done");
  assert.deepEqual(cached.outcome === "done" && cached.counts, { hit: 3, miss: 0, unknown: 0 });
  assert.ok(
    cached.outcome === "done" &&
      cached.log.includes("#4 [linux/arm64 base-arm64 1/1] COPY bin/arm64 /bin/"),
    JSON.stringify(cached),
  );

  // The keys of the first platform are what they were: the answers are those of a simulated build no more.
  await editor.filesChanged(writeIn(folder, "bin/arm64", "2\n"));
  const shown = await eventually("the change", async () => {
    const lenses = await editor.lenses(uri);
    return lenses.some((lens) => lens.includes("Rebuilds")) ? lenses : null;
  });
  assert.deepEqual(shown.slice(0, 6), [
    "1 Needed (linux/amd64) · not needed (linux/arm64) · Starts empty",
    "2 Cached (linux/amd64) · not needed (linux/arm64) · layer 1 · 1 file, 2 B",
    "3 Needed (linux/arm64) · not needed (linux/amd64) · Starts empty",
    "4 Rebuilds: bin/arm64 changed (linux/arm64) · not needed (linux/amd64) · layer 1 of stage base-arm64 · 1 file, …",
    "5 Continues stage base-amd64 (linux/amd64) · Continues stage base-arm64 (linux/arm64)",
    "6 Rebuilds: line 4 does (linux/arm64) · cached (linux/amd64) · layer 2 · 1 file, 2 B",
  ]);
  const marks = await editor.connection.sendRequest<readonly MarkedLine[]>(requests.stepMarks, {
    uri,
  });
  assert.deepEqual(
    marks.map(({ line, mark }) => `${line} ${mark}`),
    ["4 rebuilds", "6 rebuilds"],
  );

  await editor.filesChanged(writeIn(folder, "bin/arm64", "1\n"), writeIn(folder, "common", "2\n"));
  await eventually("one verdict, equal on both", async () => {
    const lenses = await editor.lenses(uri);
    return lenses.includes("6 Rebuilds: common changed · layer 2 · 1 file, 2 B") ? true : null;
  });
  assert.equal(await editor.stop(), 0);
});

test("of very many platforms, whatever they are called, the first ones are forecast, and that is said", async (t) => {
  const many = Array.from({ length: 1_000 }, (_, n) => `"linux/p${n}\\u001b[31m\\u202e"`);
  const compose = (platforms: readonly string[]) =>
    `services: { app: { build: { context: ., platforms: [${platforms.join(", ")}] } } }\n`;
  const folder = temporaryFolder(t, { ...project, "compose.yaml": compose(many) });
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, dockerfile);
  await editor.settled(uri);
  const message = async () => {
    const stack: LayerStack | null = await editor.connection.sendRequest(requests.layerStack, {
      uri,
    });
    return stack?.message ?? "";
  };
  for (const shown of [await message(), ...(await editor.lenses(uri))]) assertPrintable(shown);
  const plain = many.map((one) => one.slice(1, -1).replace(/\\.*$/, ""));
  await editor.filesChanged(writeIn(folder, "compose.yaml", compose(plain)));
  await eventually("the platforms", async () =>
    (await message()).includes("for the first 16 of 1000 platforms") ? true : null,
  );
});
