/** Images of an engine, asked over its socket. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { engineLookUp } from "../../../server/src/host/baseImages/engine.js";
import { engineImages } from "../../../server/src/host/baseImages/engineImages.js";
import { openImageStore } from "../../../server/src/host/baseImages/imageStore.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";

const layers = [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`];

const inspected = {
  Id: `sha256:${"a".repeat(64)}`,
  RepoDigests: [`other@sha256:${"c".repeat(64)}`, `app@sha256:${"d".repeat(64)}`],
  Created: "2026-08-06T10:00:00.5Z",
  ...{ Os: "linux", Architecture: "amd64", Variant: "", Size: 300 },
  Config: { Env: ["A=1"], User: "app", WorkingDir: "/srv", Cmd: ["run"], OnBuild: null },
  RootFS: { Type: "layers", Layers: layers },
};

const history = [
  { CreatedBy: "CMD run", Size: 0 },
  { CreatedBy: "RUN make", Size: 200 },
  { CreatedBy: "ADD rootfs /", Size: 100, Created: 1 },
];

const listed = [
  { RepoTags: ["app:1", "app:latest"], Size: 10, Created: 1 },
  { RepoTags: ["app:2"], Size: 20, Created: 2 },
  { RepoTags: ["<none>:<none>"], Size: 30, Created: 3 },
  { RepoTags: null, Size: 40, Created: 4 },
];

interface TestEngine {
  readonly folder: string;
  readonly socket: string;
  readonly asked: string[];
}

async function startEngine(t: TestContext, place = ""): Promise<TestEngine> {
  const folder = temporaryFolder(t);
  const socket = place === "" ? path.join(folder, "docker.sock") : place;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url === "/images/app:1/json") response.end(JSON.stringify(inspected));
    else if (request.url === "/images/app:1/history") response.end(JSON.stringify(history));
    else if (request.url === "/images/json") response.end(JSON.stringify(listed));
    else if (request.url === "/images/page/json") response.end("<html>");
    else response.writeHead(404).end('{"message":"No such image"}');
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(() => server.close());
  return { folder, socket, asked };
}

async function told(env: NodeJS.ProcessEnv, reference: string, platform = "linux/amd64") {
  const found = await engineLookUp(env, () => 7)(reference, platform, () => null);
  if (found.kind === "known") return found.value;
  return found.kind === "unknown" ? `${found.reason} ${found.error?.code}` : found.kind;
}

test("an image of the engine is known by its config, its layers and what its repository calls it", async (t) => {
  const { socket } = await startEngine(t);
  const image = await told({ DOCKER_HOST: `unix://${socket}` }, "app:1");
  assert.ok(typeof image === "object");
  assert.deepEqual([image.environment, image.user, image.onBuild], [["A=1"], "app", []]);
  assert.deepEqual([image.layers, image.workingDirectory], [2, "/srv"]);
  assert.deepEqual(image.origin, {
    source: "engine",
    digest: `sha256:${"d".repeat(64)}`,
    created: Date.parse("2026-08-06T10:00:00.5Z"),
    platform: "linux/amd64",
    bytes: 300,
    layers: [
      { digest: layers[0], bytes: 100, madeBy: "ADD rootfs /" },
      { digest: layers[1], bytes: 200, madeBy: "RUN make" },
    ],
    at: 7,
    history: [
      { madeBy: "ADD rootfs /", created: 1_000, layer: 0 },
      { madeBy: "RUN make", created: null, layer: 1 },
      { madeBy: "CMD run", created: null, layer: null },
    ],
  });
});

test("the history, which holds values of arguments, is not kept with what was found out", async (t) => {
  const { socket } = await startEngine(t);
  const image = await told({ DOCKER_HOST: `unix://${socket}` }, "app:1");
  assert.ok(typeof image === "object");
  const folder = temporaryFolder(t);
  const asked = { source: "engine", reference: "app:1", platform: "linux/amd64" } as const;
  const store = openImageStore(folder);
  store.keep(asked, image);
  assert.ok((await store.save()).ok);
  const kept = openImageStore(folder).last(asked)?.origin;
  assert.deepEqual([kept?.bytes, kept?.history], [300, undefined]);
});

test("the images of an engine are listed by their names, the newest first", async (t) => {
  const { socket } = await startEngine(t);
  assert.deepEqual(await engineImages({ DOCKER_HOST: `unix://${socket}` }), {
    ok: true,
    value: [
      { reference: "app:2", bytes: 20, created: 2_000 },
      { reference: "app:1", bytes: 10, created: 1_000 },
      { reference: "app:latest", bytes: 10, created: 1_000 },
    ],
  });
});

test("what an engine cannot tell is unknown, with a reason", async (t) => {
  const { socket, folder } = await startEngine(t);
  const env = { DOCKER_HOST: `unix://${socket}` };
  assert.equal(await told(env, "none"), "missing ENOIMAGE");
  assert.equal(await told(env, "page"), "failed EFORMAT");
  assert.equal(await told(env, "app:1", "linux/arm64"), "missing EPLATFORM");
  assert.equal(await told(env, "../info"), "failed EFORMAT", "a reference is no path");
  assert.equal(await told({ DOCKER_HOST: `unix://${folder}/none` }, "app:1"), "offline ENOENT");
  assert.equal(await told({ DOCKER_HOST: "ssh://me@host" }, "app:1"), "refused ESSH");
  assert.equal(await told({ DOCKER_HOST: "tcp://127.0.0.1:1" }, "app:1"), "offline ECONNREFUSED");
  assert.equal(await told({ DOCKER_HOST: "what" }, "app:1"), "refused EENDPOINT");
});

test("where Docker has no socket, that of Podman is asked", async (t) => {
  if (existsSync("/var/run/docker.sock")) return t.skip("left out: this machine has Docker");
  const folder = temporaryFolder(t);
  mkdirSync(path.join(folder, "podman"));
  const { asked } = await startEngine(t, path.join(folder, "podman/podman.sock"));
  const env = { XDG_RUNTIME_DIR: folder, DOCKER_CONFIG: path.join(folder, "none") };
  assert.equal(typeof (await told(env, "app:1")), "object");
  assert.deepEqual(asked, ["/images/app:1/json", "/images/app:1/history"]);
  // Where somebody says where the engine is, nobody else is asked.
  assert.equal(
    await told({ ...env, DOCKER_HOST: `unix://${folder}/none` }, "app:1"),
    "offline ENOENT",
  );
});

test("the engine is the one of Docker's current context", async (t) => {
  const { socket, folder, asked } = await startEngine(t);
  const id = createHash("sha256").update("mine").digest("hex");
  writeIn(folder, "config/config.json", JSON.stringify({ currentContext: "mine" }));
  const env = { DOCKER_CONFIG: path.join(folder, "config") };
  assert.equal(await told(env, "app:1"), "refused ECONTEXT");
  writeIn(
    folder,
    `config/contexts/meta/${id}/meta.json`,
    JSON.stringify({ Name: "mine", Endpoints: { docker: { Host: `unix://${socket}` } } }),
  );
  assert.equal(typeof (await told(env, "app:1")), "object");
  assert.deepEqual(asked, ["/images/app:1/json", "/images/app:1/history"]);
});
