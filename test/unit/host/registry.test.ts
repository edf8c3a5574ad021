/** The registry's client against a registry on the loopback that answers well, badly, late or with lies. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Known } from "../../../server/src/core/host.js";
import type { BaseImage } from "../../../server/src/core/image/baseImage.js";
import type { FindLogin } from "../../../server/src/host/registry/credentials.js";
import { nodeDoor } from "../../../server/src/host/registry/nodeDoor.js";
import { createRegistry, type Registry } from "../../../server/src/host/registry/registry.js";
import { startRegistry, type TestRegistry } from "../../support/registryServer.js";

const secret = "hunter2";

interface Given {
  readonly findLogin?: FindLogin;
  readonly mirrors?: Readonly<Record<string, readonly string[]>>;
  readonly now?: () => number;
}

function client({ findLogin, mirrors = {}, now = Date.now }: Given = {}): Registry {
  return createRegistry({
    door: nodeDoor({}),
    findLogin: findLogin ?? (async () => null),
    mirrors: new Map(Object.entries(mirrors)),
    insecure: new Set(),
    now,
  });
}

const loggedIn: FindLogin = async () => ({ kind: "password", user: "me", password: secret });

async function lookUp(
  { host }: TestRegistry,
  { platform = "linux/amd64", registry = client(), name = "app:1" } = {},
): Promise<Known<BaseImage>> {
  return registry.lookUp(`${host}/${name}`, platform, () => null);
}

function failureOf(found: Known<BaseImage>): string {
  if (found.kind !== "unknown") return found.kind;
  assert.ok(!JSON.stringify(found).includes(secret), "no secret in what is told");
  return `${found.reason} ${found.error?.code ?? ""}`;
}

function value(found: Known<BaseImage>): BaseImage {
  assert.equal(found.kind, "known", JSON.stringify(found));
  return found.kind === "known" ? found.value : assert.fail();
}

test("an image is known by its config, its layers and what the tag leads to", async (t) => {
  const registry = await startRegistry(t);
  const digest = registry.image(
    {
      ...{ Env: ["PATH=/bin", "A=1"], User: "app", WorkingDir: "/srv", Cmd: ["run"] },
      ...{ Labels: { a: "b" }, ExposedPorts: { "80/tcp": {} }, OnBuild: ["RUN make"] },
      ...{ Healthcheck: { Test: ["CMD", "true"], Interval: 5_000_000_000 }, StopSignal: "" },
    },
    "1",
  );
  const image = value(await lookUp(registry));
  assert.deepEqual(image.environment, ["PATH=/bin", "A=1"]);
  assert.deepEqual([image.user, image.workingDirectory, image.cmd], ["app", "/srv", ["run"]]);
  assert.deepEqual([image.onBuild, image.labels], [["RUN make"], { a: "b" }]);
  assert.deepEqual(image.healthcheck, { Test: ["CMD", "true"], Interval: 5_000_000_000 });
  assert.deepEqual([image.entrypoint, image.shell, image.stopSignal], [null, null, null]);
  const { origin } = image;
  assert.deepEqual(
    [origin?.digest, origin?.bytes, origin?.platform],
    [digest, 1234, "linux/amd64"],
  );
  assert.deepEqual(origin?.layers[0]?.madeBy, "ADD rootfs.tar /");
  assert.equal(new Date(origin?.created ?? 0).toISOString(), "2026-08-06T10:00:00.000Z");
  assert.deepEqual(
    registry.asked.map(({ method }) => method),
    ["HEAD", "GET", "GET"],
    "the digest first, which counts against no limit",
  );
});

test("what a digest has said before is not asked for again", async (t) => {
  const registry = await startRegistry(t);
  const digest = registry.image({ User: "app" }, "1");
  const before = value(await lookUp(registry));
  const kept = (of: string) => (of === digest ? before : null);
  registry.asked.length = 0;
  value(await client().lookUp(`${registry.host}/app:1`, "linux/amd64", kept));
  assert.deepEqual(
    registry.asked.map(({ method }) => method),
    ["HEAD"],
  );
  registry.asked.length = 0;
  value(await client().lookUp(`${registry.host}/app@${digest}`, "linux/amd64", kept));
  assert.deepEqual(registry.asked, [], "a digest that is written down leads nowhere else");
});

test("of an index the platform's own image is taken, never an attestation", async (t) => {
  const registry = await startRegistry(t);
  const entry = (platform: string) => {
    const [os, architecture, variant] = platform.split("/");
    const digest = registry.image({ User: platform }, undefined, platform);
    return { digest, size: 300, platform: { os, architecture, variant } };
  };
  const attestation = {
    ...{ digest: registry.image({ User: "nobody" }), size: 300 },
    platform: { os: "unknown", architecture: "unknown" },
    annotations: { "vnd.docker.reference.type": "attestation-manifest" },
  };
  const manifests = [attestation, ...["linux/arm64/v8", "linux/arm/v6", "linux/amd64"].map(entry)];
  const index = registry.manifest({ manifests }, "1");
  for (const [platform, user] of [
    ["linux/amd64", "linux/amd64"],
    ["linux/arm64", "linux/arm64/v8"],
    ["linux/arm/v7", "linux/arm/v6"],
  ] as const) {
    const image = value(await lookUp(registry, { platform }));
    assert.equal(image.user, user);
    assert.equal(image.origin?.digest, index, "the reference leads to the index");
  }
  assert.equal(failureOf(await lookUp(registry, { platform: "linux/s390x" })), "missing EPLATFORM");
});

test("a registry that wants a token gets one, of nobody or of the user", async (t) => {
  const registry = await startRegistry(t);
  registry.image({}, "1");
  registry.instead = ({ path, authorization }, response) => {
    if (path.startsWith("/token")) {
      response.end(JSON.stringify({ token: `for-${authorization === "" ? "nobody" : "me"}` }));
      return true;
    }
    if (authorization.startsWith("Bearer for-")) return false;
    const realm = `Bearer realm="http://${registry.host}/token",service="s",scope="repository:app:pull"`;
    response.writeHead(401, { "WWW-Authenticate": realm }).end();
    return true;
  };
  value(await lookUp(registry));
  const [, token] = registry.asked;
  assert.equal(token?.path, "/token?service=s&scope=repository%3Aapp%3Apull");
  assert.equal(
    registry.asked.filter(({ path }) => path.startsWith("/token")).length,
    1,
    "one token is enough",
  );
  registry.asked.length = 0;
  value(await lookUp(registry, { registry: client({ findLogin: loggedIn }) }));
  assert.deepEqual(
    registry.asked
      .filter(({ authorization }) => authorization.startsWith("Basic"))
      .map(({ path }) => path),
    ["/token?service=s&scope=repository%3Aapp%3Apull"],
    "the password goes to the server of tokens alone",
  );
  registry.asked.length = 0;
  const refresh: FindLogin = async () => ({ kind: "refresh", token: secret });
  value(await lookUp(registry, { registry: client({ findLogin: refresh }) }));
  const posted = registry.asked.find(({ method }) => method === "POST");
  assert.match(posted?.body ?? "", /^grant_type=refresh_token&refresh_token=hunter2&service=s&/);
});

test("a registry that wants a password gets it once it has asked, and no other one does", async (t) => {
  const registry = await startRegistry(t);
  const other = await startRegistry(t);
  registry.image({}, "1");
  other.image({}, "1");
  let sendsOn = false;
  registry.instead = ({ path, authorization }, response) => {
    if (authorization === "") {
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="here"' }).end();
      return true;
    }
    if (!sendsOn || !path.includes("/blobs/")) return false;
    response.writeHead(307, { Location: `http://user:pass@${other.host}${path}` }).end();
    return true;
  };
  assert.equal(failureOf(await lookUp(registry)), "refused EAUTH", "nobody is logged in");
  registry.asked.length = 0;
  value(await lookUp(registry, { registry: client({ findLogin: loggedIn }) }));
  assert.equal(registry.asked[0]?.authorization, "", "nothing is told that was not asked for");
  sendsOn = true;
  value(await lookUp(registry, { registry: client({ findLogin: loggedIn }) }));
  assert.deepEqual(
    other.asked.map(({ method }) => method),
    ["GET"],
  );
  assert.deepEqual(
    other.asked.map(({ authorization }) => authorization),
    [""],
  );
  // Whoever it is sent on to may ask: it is told nothing.
  other.instead = (_, response) => {
    response.writeHead(401, { "WWW-Authenticate": 'Basic realm="there"' }).end();
    return true;
  };
  const found = await lookUp(registry, { registry: client({ findLogin: loggedIn }) });
  assert.equal(failureOf(found), "refused EAUTH");
  assert.ok(other.asked.every(({ authorization }) => authorization === ""));
});

test("who is asked too often is left alone until it is time", async (t) => {
  const registry = await startRegistry(t);
  registry.image({}, "1");
  let isBusy = true;
  registry.instead = (_, response) => {
    if (isBusy) response.writeHead(429, { "Retry-After": "120" }).end();
    return isBusy;
  };
  let time = 1_000_000;
  const asking = client({ now: () => time });
  assert.equal(failureOf(await lookUp(registry, { registry: asking })), "refused ERATE");
  isBusy = false;
  time += 60_000;
  assert.equal(failureOf(await lookUp(registry, { registry: asking })), "refused ERATE");
  assert.equal(registry.asked.length, 1, "it was not asked again");
  time += 61_000;
  value(await lookUp(registry, { registry: asking }));
});

const misbehaviours: readonly (readonly [
  what: string,
  answered: string,
  instead: TestRegistry["instead"],
])[] = [
  ["is not there", "missing ENOIMAGE", (_, response) => ends(response.writeHead(404))],
  ["is forbidden", "refused EAUTH", (_, response) => ends(response.writeHead(403))],
  ["is broken", "failed EREPLY", (_, response) => ends(response.writeHead(503))],
  [
    "lies about its bytes",
    "failed EDIGEST",
    ({ path }, response) => path.includes("/blobs/") && ends(response, '{"os":"linux"}'),
  ],
  [
    "lies about its manifest",
    "failed EDIGEST",
    ({ path }, response) => path.includes("/manifests/sha256:") && ends(response, "{}"),
  ],
  [
    "has no manifest but a page",
    "failed EFORMAT",
    ({ path }, response) => path.endsWith("/manifests/1") && ends(response, "<html>"),
  ],
  [
    "answers without an end",
    "too-large EFBIG",
    ({ path, method }, response) => {
      if (method === "HEAD" || !path.includes("/manifests/")) return false;
      const block = Buffer.alloc(1_000_000);
      for (let times = 0; times < 6; times++) response.write(block);
      return true;
    },
  ],
  [
    "is cut off",
    "offline ECONNRESET",
    ({ path }, response) => {
      if (!path.includes("/blobs/")) return false;
      response.writeHead(200, { "Content-Length": 1000 }).write("{");
      setTimeout(() => response.destroy(), 20);
      return true;
    },
  ],
  [
    "sends on for ever",
    "failed EREDIRECT",
    ({ path }, response) => ends(response.writeHead(302, { Location: path })),
  ],
  [
    "sends on to a file",
    "failed EREDIRECT",
    (_, response) => ends(response.writeHead(302, { Location: "file:///etc/passwd" })),
  ],
  [
    "wants what nobody knows",
    "refused EAUTH",
    (_, response) => ends(response.writeHead(401, { "WWW-Authenticate": 'Negotiate abc, x="' })),
  ],
];

function ends(response: { end(text?: string): unknown }, text?: string): true {
  response.end(text);
  return true;
}

for (const [what, answered, instead] of misbehaviours) {
  test(`a registry that ${what} leaves the image unknown, with a reason`, async (t) => {
    const registry = await startRegistry(t);
    registry.image({}, "1");
    // Without a digest that is told by the way, the tag itself is fetched.
    registry.instead = (asked, response) => {
      if (instead(asked, response)) return true;
      return asked.method === "HEAD" && what.includes("page") && ends(response.writeHead(200));
    };
    assert.equal(failureOf(await lookUp(registry)), answered);
  });
}

test("one that does not answer is not waited for", async (t) => {
  const registry = await startRegistry(t);
  registry.instead = () => true;
  // The clock of the client runs ahead, so that next to nothing is left of its patience.
  let calls = 0;
  const asking = client({ now: () => (calls++ === 0 ? 0 : 29_950) });
  assert.equal(failureOf(await lookUp(registry, { registry: asking })), "offline ETIMEDOUT");
});

test("one that nobody reaches is offline", async (t) => {
  const registry = await startRegistry(t);
  const dead = { ...registry, host: "127.0.0.1:1" };
  assert.equal(failureOf(await lookUp(dead)), "offline ECONNREFUSED");
});

test("a config that no builder takes is no image", async (t) => {
  const registry = await startRegistry(t);
  registry.image({ Env: [1] }, "1");
  assert.equal(failureOf(await lookUp(registry)), "failed EFORMAT");
  registry.image({ Labels: { a: {} } }, "2");
  assert.equal(failureOf(await lookUp(registry, { name: "app:2" })), "failed EFORMAT");
});

test("a mirror is asked first, and the registry where that has nothing", async (t) => {
  const [mirror, registry] = [await startRegistry(t), await startRegistry(t)];
  registry.image({ User: "registry" }, "1");
  const mirrors = { [registry.host]: [`${mirror.host}/proxy`] };
  assert.equal(value(await lookUp(registry, { registry: client({ mirrors }) })).user, "registry");
  assert.equal(mirror.asked[0]?.path, "/v2/proxy/app/manifests/1");
  mirror.image({ User: "mirror" }, "1");
  registry.asked.length = 0;
  assert.equal(value(await lookUp(registry, { registry: client({ mirrors }) })).user, "mirror");
  assert.deepEqual(registry.asked, []);
});
